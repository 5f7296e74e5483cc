"""Tell which order a conversation is about."""

from core.language.reference_numbers import reference_numbers
from core.offline.reading.chat_request import Conversation, Result
from tools.retail.shop_records import digits_of


def newest_order(conversation: Conversation) -> str | None:
    """Return the one order that was talked about last, or None where there is none or more than one."""
    known = {digits_of(order_id) for result in conversation.earlier_results for order_id in _orders_in(result)}
    for said in reversed(conversation.said):
        numbers = reference_numbers(said.text)
        if there := [n for n in numbers if digits_of(n) in known] or numbers:
            return there[0] if len(there) == 1 else None
    return None


def _orders_in(result: Result) -> list[str]:
    """Return the numbers of the orders that a result tells of."""
    data = result.data if isinstance(result.data, dict) else {}
    return [str(o["order_id"]) for o in (data, *data.get("orders", ())) if isinstance(o, dict) and o.get("order_id")]
