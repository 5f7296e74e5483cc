"""Tell what a change did, in the words of the tool that did it."""

from core.offline.reading.chat_request import Result

_PREVIEW = "Not done yet"
_NOT_UNDERSTOOD = (
    "I have not changed anything, as I am not sure that I understood you. "
    "Please tell me once more in one message what you would like to change, and in which order."
)
_DONE = {
    "cancel_order": "Order {order_id} has been cancelled.",
    "change_order_address": "The delivery address of order {order_id} has been changed.",
    "change_order_payment": "The payment method of order {order_id} has been changed.",
    "change_order_items": "The items of order {order_id} have been changed.",
    "return_items": "The return for order {order_id} has been requested.",
    "exchange_items": "The exchange for order {order_id} has been requested.",
    "refund_order": "The refund for order {order_id} has been made.",
    "change_default_address": "Your default address has been changed.",
}
WRITE_TOOLS = frozenset(_DONE)
"""The tools that change something."""


def outcome(result: Result, *, not_understood: str = _NOT_UNDERSTOOD) -> str:
    """Return what a write did: the tool's own sentence, or one of ours where it only returned facts.

    A preview, which says that nothing was done yet, becomes a question.
    """
    if result.for_model:
        return not_understood
    if result.text.startswith(_PREVIEW):
        return f"{result.text.partition(':')[2].strip()} Shall I do this? Please answer yes or no."
    if result.failed or result.data is None:
        return result.text.strip()
    return _DONE[result.name].format(order_id=result.args.get("order_id", ""))
