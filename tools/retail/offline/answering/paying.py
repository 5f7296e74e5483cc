"""Find out which of the customer's payment methods is meant."""

from collections.abc import Mapping
from typing import Any

from core.language.fixed_sentences import list_words
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.lookups import profile_of
from tools.retail.offline.answering.order_sentences import METHOD_NAMES, method_name
from tools.retail.offline.reading.slots import payment_words

Facts = Mapping[str, Any]


def original_method(order: Facts) -> str | None:
    """Return the id of the payment method an order was paid with."""
    for payment in order.get("payments", []):
        if payment.get("type", "payment") == "payment":
            return str(payment["payment_method_id"])
    return None


def named_method(request: Request, desk: Toolbox, order: Facts) -> str | None:
    """Return the id of the payment method a request names, or None when it names none.

    Raises:
        CallNeeded: the profile must be read first.
        ReplyNow: the customer has no such method, or several, and is asked.
    """
    said = payment_words(request.text) or payment_words(request.before)
    if not said:
        return None
    if "original" in said:
        return original_method(order)
    methods = list(profile_of(desk).get("payment_methods", []))
    fitting = [m for m in methods if _fits(m, said)]
    if len(fitting) > 1 and "other" in request.text.casefold():
        fitting = [m for m in fitting if m["payment_method_id"] != original_method(order)]
    if len(fitting) == 1:
        return str(fitting[0]["payment_method_id"])
    if fitting:
        raise ReplyNow(f"Which one shall I use: {list_words([method_name(m) for m in fitting], 'en', last='list_or')}?")
    wanted = METHOD_NAMES.get(said.get("source", ""), "such a payment method")
    stored = list_words([method_name(m) for m in methods], "en") or "none"
    raise ReplyNow(f"Your account has no {wanted} like that. Stored are: {stored}. Which one shall I use?")


def _fits(method: Facts, said: Mapping[str, str]) -> bool:
    source, brand = str(method.get("source", "")), str(method.get("brand") or "").replace(" ", "").casefold()
    if "last_four" in said and method.get("last_four") != said["last_four"]:
        return False
    if (
        "brand" in said
        and said["brand"] not in brand
        and not (said["brand"].startswith("am") and brand.startswith("am"))
    ):
        return False
    return source == said["source"] if "source" in said else bool(said.keys() & {"last_four", "brand"})
