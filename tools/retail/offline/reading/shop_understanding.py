"""Understand what a message asks of a shop: of which orders, and what goes together."""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.language.reference_numbers import reference_numbers
from core.language.requested_changes import asks_about, wishes
from core.language.text import normal
from core.offline.reading.clauses import clauses
from core.offline.reading.intents import SMALL_TALK
from core.offline.reading.understanding import Part, Request, Understanding, readable
from tools.retail.offline.reading.order_intents import CHANGES, change_asked_about, order_intent
from tools.retail.offline.reading.request_phrases import (
    DEED_WORDS,
    DUTY,
    NEGATED,
    NOT_ORDERED_YET,
    OTHER_ORDER,
    PAY,
)
from tools.retail.offline.reading.shop_examples import SHOP_EXAMPLES
from tools.retail.offline.reading.slots import payment_words

_PERSONAL = frozenset({"order_status", "list_orders", "profile", "refund_news", "request_news", "charges"})
_ANOTHER = re.compile(r"^(?!.*\b(?:exchange|swap)\b).*\b(?:ones?|it|them|another|different)\b.*\binstead\b")
_ONE_ORDER = re.compile(r"\b(?:it|its|status|ships?|shipped|arriv\w*|deliver\w*|contents?|address)\b")
_HAPPENED = re.compile(
    r"\b(?:was|were|did|has|have)\b[^.?!]*\b(?:refunded|paid|charged|shipped|delivered|sent|returned)\b"
)
_DEFAULT_TOO = re.compile(r"\b(?:and|also|plus)\b[^.?!]*\b(?:as|to be|make it|update) (?:my|the) (?:new )?default\b")
_TELLS_OF = {
    "cancel": re.compile(
        r"\b(?:not|dont|don't|stop|cancel\w*|mistake|accident\w*|no longer|off|any ?more|undo|changed)\b"
    ),
    "change_payment": re.compile(
        r"^(?!.*\b(?:was|were|been|i|we) (?:already )?paid\b).*"
        r"(?:\b(?:pay|charg|bill|debit)\w*|\b(?:use|put|take|switch|change|move|set|my)\b|"
        rf"\b(?:on|to|by) (?:the |a )?{PAY})"
    ),
    "return": re.compile(r"\b(?:back|return\w*|give|like|keep|fits?|fit|want|love|disappoint\w*|refund\w*)\b"),
}
"""What is said, one way or another, by whoever wants such a change."""
_MINE = re.compile(r"\b(?:i|i'm|i've|my|mine|me|it|they|that|this|we|our)\b")
_IF_SO = re.compile(r"^if (?:not|so|yes|no|it (?:has|did|is)(?:n't| not)?)\b[, ]*(?:then )?", re.IGNORECASE)
"""Begins a wish that hangs on the answer to the question before it; the customer decides on a proposal anyway."""
_IT_ALONE = re.compile(r"\b(?:cancel|return|exchange|swap|change|send|keep|pay|put|move) (?:it|them|that|this)\b")
_NAMES_ORDER = re.compile(r"\b(?:orders?|ones?|purchase|parcel)\b")
_IS_IT = re.compile(r"\b(?:is|are|was|were|has|have|did|do|does|will|where's|when's) (?:it|they|that)\b")
_FOR_SALE = re.compile(
    r"\b(?:have|sell|stock|carry|offer|available|buy|costs?|prices?|much|cheap\w*|expensive|colou?rs?|sizes?|materials?|"
    r"versions?|models?|kinds?|types?|look(?:ing)? for|recommend|suggest|bigger|smaller|larger|range|come in|need)\b"
)
_PAYS = re.compile(r"\b(?:pay|paying|paid|payment|charge\w*|bill|use|put|switch|change|move|instead|rather)\b")
_PAID_ALREADY = re.compile(r"\b(?:was|were|been|got|is) (?:already )?(?:paid|charged|billed)\b")
_OWNED = re.compile(r"\b(?:my|mine|(?:i|we) (?:have )?(?:ordered|bought|got|received)|delivered|arrived)\b")
"""What the customer has is not what the shop offers."""


_HAVE_IT = re.compile(r"(?:have|get|let|send|ship|pick) (?:it|them)\b")
"""Goes on with what is to be ordered."""


class ShopUnderstanding(Understanding):
    """Reads messages into requests to a shop."""

    examples = SHOP_EXAMPLES
    questions = frozenset({"policy", "product"})

    def requests(self, message: str) -> list[Request]:
        """Return what a message asks for, in order; never empty."""
        text = readable(message)
        said = [_IF_SO.sub("", clause) or clause for clause in clauses(text)]
        meant = [clause for clause in said if not NEGATED.match(normal(clause))] or said
        found = self.asked(meant)
        if reference_numbers(
            " ".join(c for c in said if c not in meant)
        ):  # "don't cancel AF1, just tell me when it ships"
            found = [
                replace(r, intent="order_status") if r.intent == "policy" and _ONE_ORDER.search(normal(r.text)) else r
                for r in found
            ]
        wanted = [r for r in found if r.intent not in SMALL_TALK] or found[-1:] or [Request("unclear", text)]
        wanted = [
            replace(r, before=last.text) if last and not r.before and (r.intent == "inquiry" or _goes_on(r)) else r
            for r, last in zip(wanted, [None, *wanted], strict=False)
        ]
        if any(r.intent == "inquiry" for r in wanted):  # its answer tells what to do about the fault
            wanted = [r for r in wanted if r.intent != "fault"]
        return _with_numbers([one for r in wanted for one in _both_addresses(_of_the_order(r, text))], text)

    def rule(self, clause: str) -> str | None:
        """Return what a clause asks for where a rule is sure of it, else None."""
        return order_intent(clause)

    def may_be(self, intent: str, clause: str) -> bool:
        """Say whether a clause can ask for what the likest example does."""
        plain = normal(clause)
        if (intent in CHANGES and asks_about(clause)) or not super().may_be(intent, clause):
            return False
        if intent in _PERSONAL and (not _MINE.search(plain) or DUTY.search(plain)):
            return False  # a question about orders or accounts in general is one for the articles
        if intent in _TELLS_OF and not _TELLS_OF[intent].search(plain):
            return False
        if intent == "profile" and re.search(r"\b(?:lost|stolen|broken|not work\w*|doesn't work)\b", plain):
            return False
        if intent == "change_payment":
            return bool(_PAYS.search(plain) and not _PAID_ALREADY.search(plain))  # a gift card may be bought
        # What is told of a thing asks for nothing that the shop sells.
        asks_goods = (asks_about(clause) or wishes(clause)) and _FOR_SALE.search(plain) and not _OWNED.search(plain)
        return intent != "product" or bool(asks_goods)

    def joined(self, before: Part, intent: str | None, clause: str) -> Part | None:
        """Return two clauses as one where the second goes on about the first, else None."""
        if NOT_ORDERED_YET.search(normal(before[1])) and _HAVE_IT.match(normal(clause)):
            return before[0], f"{before[1]} and {clause}"
        if not (_adds_to(before[0], intent, clause) and _same_order(before[1], clause)):
            return None
        return _together(before, intent, clause), f"{before[1]} {clause}"

    def fallback(self, clause: str) -> str:
        """Take a number for a question about that order."""
        return "order_status" if reference_numbers(clause) else super().fallback(clause)

    def merged(self, parts: Sequence[Part]) -> list[Part]:
        """Join clauses that belong together, and read again what became an inquiry by it."""
        return [
            (known if (known := order_intent(text)) == "inquiry" or intent == "policy" else intent, text)
            if reference_numbers(text) and intent in ("policy", "order_status")
            else (intent, text)
            for intent, text in super().merged(parts)
        ]


def _goes_on(request: Request) -> bool:
    """Say whether a wish is about what was spoken of just before it in the same message."""
    plain = normal(request.text)
    it = _IT_ALONE.search(plain) if request.intent in CHANGES else _IS_IT.search(plain)
    of_it = it or (request.intent == "change_payment" and not _NAMES_ORDER.search(plain))
    return bool(OTHER_ORDER.search(plain) or (of_it and request.intent in CHANGES | {"order_status", "charges"}))


def _of_the_order(request: Request, message: str) -> Request:
    """Take "what was refunded?" beside one order number for a question about that order."""
    if request.intent == "policy" and len(reference_numbers(message)) == 1 and _HAPPENED.search(normal(request.text)):
        return replace(request, intent="order_status", numbers=tuple(reference_numbers(message)))
    return request


def _both_addresses(request: Request) -> list[Request]:
    """Return two requests where an address is to be that of an order and the default one as well."""
    if request.intent == "change_address" and _DEFAULT_TOO.search(normal(request.text)):
        return [request, replace(request, intent="change_default_address")]
    return [request]


def _together(before: Part, intent: str | None, clause: str) -> str | None:
    """Return what a clause makes of the one before it that it adds to."""
    if before[0] == "return" and intent == "swap":
        return "swap"
    if before[0] == "inquiry" and wishes(clause):
        return change_asked_about(before[1])  # "Can I exchange it for the blue one? Charge my Visa."
    return before[0]


def _adds_to(before: str | None, intent: str | None, clause: str) -> bool:
    """Say whether a clause only goes on about the change before it: the same one, or where its money goes."""
    if before == "inquiry":
        money = intent in ("change_payment", "refund") and bool(payment_words(clause))
        told_beside = intent in CHANGES and not (DEED_WORDS.search(normal(clause)) or (wishes(clause) and not money))
        return intent == before or told_beside  # "can it still be cancelled? I ordered it by mistake"
    if before == "return" and intent == "swap" and _ANOTHER.search(normal(clause)):
        return True  # "send it back and get the black one instead" is one exchange
    if intent not in CHANGES | _PERSONAL:
        return False
    if before == intent:
        return True
    of_another = intent == "change_payment" and _NAMES_ORDER.search(normal(clause))
    money = bool(payment_words(clause)) and not (DEED_WORDS.search(normal(clause)) or of_another)
    return (
        money and before in ("return", "swap", "refund", "cancel") and intent in ("change_payment", "refund", "return")
    )


def _same_order(one: str, other: str) -> bool:
    """Say whether two clauses may speak of one order: one of them names none, or both the same."""
    return (
        not reference_numbers(one) or not reference_numbers(other) or reference_numbers(one) == reference_numbers(other)
    )


def _with_numbers(requests: list[Request], message: str) -> list[Request]:
    """Give each request the order numbers of its own words, or else the message's where that is clear."""
    of_message = tuple(reference_numbers(message))
    named = [tuple(reference_numbers(r.text)) for r in requests]
    missing = [r for r, own in zip(requests, named, strict=True) if not own]
    shared = of_message if len(of_message) == 1 or len(missing) == len(requests) else ()
    return [
        replace(r, numbers=own or (shared if r.intent != "policy" else ()))
        for r, own in zip(requests, named, strict=True)
    ]
