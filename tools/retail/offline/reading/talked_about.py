"""Tell which order a conversation is about, and which changes wait for a yes."""

from core.language.reference_numbers import reference_numbers
from core.model_notes import NOT_DONE_YET
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


def not_done_yet(conversation: Conversation) -> tuple[Result, ...]:
    """Return the changes that the last reply tells as waiting for a yes, in the order in which it lists them."""
    waiting: dict[int, Result] = {}
    for result in conversation.earlier_results:
        facts = result.data
        if not isinstance(facts, dict) or facts.get("status") != NOT_DONE_YET:
            continue
        place = conversation.last_reply.find(str(facts["detail"])) if facts.get("detail") else -1
        if place >= 0:
            waiting[place] = result
    return tuple(waiting[place] for place in sorted(waiting))


def _orders_in(result: Result) -> list[str]:
    """Return the numbers of the orders that a result tells of."""
    data = result.data if isinstance(result.data, dict) else {}
    return [str(o["order_id"]) for o in (data, *data.get("orders", ())) if isinstance(o, dict) and o.get("order_id")]
