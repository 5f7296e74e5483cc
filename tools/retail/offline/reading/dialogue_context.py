"""Understand the newest message in the light of what was said before it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core.language.confirmations import answer_to_confirmation
from core.language.corrections import wants_it_otherwise
from core.language.greetings import is_thanks
from core.language.postal_addresses import named_parts, read_address
from core.language.reference_numbers import reference_numbers
from core.language.requested_changes import asks_about, wishes
from core.language.several import means_another
from core.language.text import normal, sentences
from core.language.words import CONTINUES, leans_on_before
from core.offline.reading.chat_request import Conversation
from core.offline.reading.followups import REMEMBERED, SHORT, asks_something, is_own_question, last_question
from core.offline.reading.intents import SMALL_TALK
from core.offline.reading.understanding import Request, Understanding
from tools.retail.offline.reading.items import product_words
from tools.retail.offline.reading.order_intents import CHANGES, change_asked_about
from tools.retail.offline.reading.own_questions import asks_what_if_late
from tools.retail.offline.reading.request_phrases import TAKES_UP
from tools.retail.offline.reading.shop_talk import INVITATION, OPEN_QUESTIONS
from tools.retail.offline.reading.slots import cancel_reason, means_all, ordinal, payment_words
from tools.retail.offline.reading.talked_about import newest_order, not_done_yet

_CORRECTS = re.compile(
    r"\b(?:i meant|i mean|meant|sorry|wrong|correction|actually|instead|rather|not that|oops|typo|mistyped)\b"
)
_YES = re.compile(r"^(?:yes|yeah|yep|ok|okay|sure|correct|right|fine|please do|go ahead)\b")
_AMENDS = re.compile(r"^(?:yes|yeah|yep|ok|okay|sure|no|but|actually|fine)\b(?!.*\b(?:address|cancel|exchange)\b)")
_THE_ONE = re.compile(
    r"^(?:(?:no|yes|and|i mean|i meant|sorry)[,. ]+)*the (?:other )?(?:one|order)(?: (?:that|which|with|from|"
    r"on|i|for|of)\b|[.!?]?$)"
)
_OWN_MEANS = re.compile(r"\b(?:my|use|pay|mistake|longer)\b")
"""What makes a question an answer: `can I use my gift card?`"""
_OF_ORDER = re.compile(
    r"\btracking (?:number|nr|no|id|code|link)\b|^(?:and )?(?:the )?tracking\b|\b(?:delivery|arrival) date\b|"
    r"\b(?:it|that|this)(?:'s|s| is| was)? (?:already )?(?:late|delayed|overdue)\b|"
    r"\b(?:is|was|isn't) (?:it|that|this) (?:already )?(?:late|delayed|overdue|paid|shipped)\b|"
    r"\bhow (?:was|is|did) (?:it|that|this|i) pa(?:id|y)\b|\bwhat (?:did|does) (?:it|that|this) cost\b|"
    r"\b(?:what|how much) did i pay\b|^(?:\w+ ){0,6}when\W*$"
)
"""What the record of the order that was told last answers."""
_DESTINATION = re.compile(
    r"\b(?:where|(?:what|which) address)\b.*\b(?:it|they|this|that|order|parcel|package)\b.*"
    r"\b(?:go|goes|going|sent|shipped|delivered)\b"
)
_IT = re.compile(r"\b(?:it|that|this|them|those|one|ones|mine)\b")
_OF_ONE = ("inquiry", "order_status", "charges", "refund_news", "request_news")
_NEWS = ("refund_news", "request_news")
_TOLD_LATE = re.compile(r"\bit is \d+ days? late\b")
_OF_LATE = ("order_status", "late")
_VAGUE = ("policy", "product", "unclear")
_OF_CHANGE = re.compile(
    r"\bhow (?:much|long|many days)\b|"
    r"\b(?:free|costs?|charged?|money|get back|refund\w*|until when|too late|last day|deadline)\b|"
    r"\bwhen (?:do|will|would|can|is|does)\b"
)
"""What the record and the rules answer of a change that was spoken of."""
_CALLED = {"return": "return", "cancel": "cancel", "swap": "exchange", "change_address": "change the address of"}
_TOLD = frozenset({*_CALLED, "inquiry", "order_status"})
_NAMES_ANOTHER = re.compile(
    r"^(?:(?:and|also|ok|okay|then|so)[, ]+)*(?:(?:what|how) about |and )(?:the|my)\b"
    r"(?:(?! (?:is|are|do|does|can)\b).){1,40}$"
)
"""Names other goods of which the same is asked."""
_ANOTHER_VERSION = re.compile(r"^(?:(?:and|or|ok|okay|then|so)[, ]+)*(?:what|how) about (?:in )?(?:\w+[ ?!.]*){1,4}$")
"""Names another version to come, after a swap was asked about."""
_ONLY_SOME = re.compile(r"^(?:(?:yes|ok|okay|and|no|but|then)[, ]+)*(?:just|only) (?:the|my|this|that) [^?]*$")
"""Names the goods that a change is wanted for."""
_OTHER_CHANGE = re.compile(
    r"^(?:(?:and|or|ok|okay|then|so|but)[, ]+)*(?:(?:what|how) about|can (?:i|you)|could (?:i|you)|is it possible to)\b"
    r"(?!.*\b(?:an?|any|other|orders|usually|always) )"
)
"""Asks of a further change, and names no other thing for it."""
_MY_MONEY = re.compile(r"\b(?:(?:the|my) (?:money|refund)|(?:paid|pay me|money) back)\b")
_ASIDE = re.compile(r"^(?:and |but |ok |okay |so )*(?:how|when|why|is|are|does|do|will|what (?:does|is|will|do))\b")
"""Begins a question that is no answer."""
_ITS_MONEY = re.compile(r"\b(?:difference|refund|money|rest|extra|amount|it|that|this)\b")
_ORDER = re.compile(r"\borders?\b")
_ADDRESS = re.compile(r"\baddress\b")
_SENT_TO = frozenset({"change_address", "change_default_address"})
_OF_PROFILE = re.compile(r"\b(?:default|profile|account|on file|saved|stored|registered|home|e-?mail|my address)\b")
_IN_GENERAL = re.compile(r"\b(?:if|when do|when will i (?:get|receive)|how long|usually|always|no|find)\b")


def requests_in_context(conversation: Conversation, understanding: Understanding) -> list[Request]:
    """Return what the customer wants now; a fragment such as "the second one" continues the request before it, and a
    change of "it" is one of what was spoken of just before.
    """
    said = next((s.text for s in reversed(conversation.said) if s.by_customer), "")
    leans = said and newest_order(conversation) is None
    return [
        replace(r, before=said)
        if leans and r.intent in (*CHANGES, *_OF_ONE) and not (r.before or r.numbers) and _IT.search(normal(r.text))
        else r
        for r in _in_context(conversation, understanding)
    ]


@dataclass(frozen=True)
class _Heard:
    """A message as it was understood by itself, and what it may go on with."""

    conversation: Conversation
    understanding: Understanding
    own: list[Request]
    """What the message asks for by itself."""
    earlier: list[Request]
    """What was asked for before it."""
    number: str | None
    """The order talked about last."""

    @property
    def message(self) -> str:
        return self.conversation.message

    @cached_property
    def plain(self) -> str:
        return normal(self.message)

    @cached_property
    def asked(self) -> bool:
        """Say whether the last reply asked something openly."""
        return asks_something(self.conversation.last_reply, OPEN_QUESTIONS)

    def first(self, **changes: Any) -> list[Request]:
        """Return the requests of the message, with the first one read otherwise."""
        return [replace(self.own[0], **changes), *self.own[1:]]


def _in_context(conversation: Conversation, understanding: Understanding) -> list[Request]:
    heard = _Heard(
        conversation,
        understanding,
        understanding.requests(conversation.message),
        _earlier(conversation, understanding),
        newest_order(conversation),
    )
    readings = _READINGS if heard.earlier else _FIRST_READINGS
    found = (read(heard) for read in readings)
    return next((requests for requests in found if requests is not None), heard.own)


def _late(heard: _Heard) -> list[Request] | None:
    """Read what is asked if a parcel that was just spoken of is late."""
    own, message = heard.own[0], heard.message
    spoken_of = any(e.intent in _OF_LATE for e in heard.earlier[-1:]) or _TOLD_LATE.search(
        heard.conversation.last_reply
    )
    if not (heard.number and spoken_of) or (own.intent in CHANGES and wishes(message)):
        return None
    if own.numbers or (product_words(message) and own.intent == "order_status") or not asks_what_if_late(message):
        return None
    return [replace(own, intent="late", numbers=(heard.number,))]


def _destination(heard: _Heard) -> list[Request] | None:
    """Read a question where an order goes to."""
    if not (heard.number and _asks_where_to(heard.own[0].intent, heard.plain)):
        return None
    return heard.first(intent="order_status", numbers=(heard.number,))


def _begins(heard: _Heard) -> list[Request]:
    """Read a message before which nothing was asked for."""
    leans = heard.own[0].intent == "policy" and heard.conversation.said and leans_on_before(heard.message)
    return heard.first(before=last_question(heard.conversation)) if leans else heard.own


def _taken_up(heard: _Heard) -> list[Request] | None:
    """Read what takes up a change that was asked about, alone or with more."""
    wanted = [r for r in heard.earlier if r.intent in CHANGES]
    if not (wanted and takes_up_inquiry(heard.conversation)):
        return None
    if _goes_on_with_details(heard.message):
        return [replace(r, text=heard.message, before=r.words) for r in wanted]
    if payment_words(heard.message):
        return [replace(r, text=f"{r.text}\n{heard.message}") for r in wanted]
    return [*wanted, *(r for r in heard.own if r.intent in CHANGES and _is_further(r, wanted))]


def _money_back(heard: _Heard) -> list[Request] | None:
    """Read a question about the money of the change that was wished before."""
    last, message = heard.earlier[-1], heard.message
    if last.intent in CHANGES and asks_about(message) and payment_words(message) and _MY_MONEY.search(message):
        return [replace(heard.own[0], intent="inquiry", before=last.words)]
    return None


def _new_address(heard: _Heard) -> list[Request] | None:
    """Read an address put right."""
    return (_corrected_address(heard.message, heard.earlier) or None) if heard.asked else None


def _fragment(heard: _Heard) -> list[Request] | None:
    """Read words that only complete the request before them."""
    message, earlier, asked = heard.message, heard.earlier, heard.asked
    completes = _is_fragment(message, heard.own, heard.understanding, asked=asked)
    if not (completes or (asked and _says_where_money_goes(message, earlier))):
        return None
    continued = [r for r in earlier if r.intent in CHANGES] if asked else earlier
    numbers = tuple(reference_numbers(message))
    return [
        replace(r, text=message, before=r.words, numbers=_no_postcodes(numbers, r) or r.numbers)
        for r in continued or earlier
    ]


def _other_goods(heard: _Heard) -> list[Request] | None:
    """Read other goods, or another version, of which the same is asked."""
    last, asked = heard.earlier[-1], sentences(heard.message)[-1]  # behind `oh no.`
    deed, plain = _deed_word(last), normal(asked)
    if _NAMES_ANOTHER.match(plain) and last.intent in _TOLD and product_words(asked):
        said = f"{deed} {asked}".strip()
        return [replace(heard.own[0], intent="inquiry" if deed else "order_status", text=said)]
    if _ANOTHER_VERSION.match(plain) and deed == _CALLED["swap"]:
        return [replace(last, intent="inquiry", text=heard.message, before=last.words)]
    return None


def _same_order(heard: _Heard) -> list[Request] | None:
    """Read a question about the order talked about last that does not name it."""
    if not heard.number:
        return None
    own, last = heard.own[0], heard.earlier[-1]
    if own.intent in ("policy", "inquiry") and _asks_of_another_change(heard.message, last):
        return heard.first(intent="inquiry", numbers=(heard.number,))
    if last.intent in _NEWS:
        if leans_on_before(heard.message) and own.intent in (*_VAGUE, *_NEWS, "order_status"):
            return heard.first(intent=last.intent, numbers=(heard.number,))
    elif own.intent in _VAGUE and _OF_ORDER.search(heard.plain) and not _IN_GENERAL.search(heard.plain):
        return heard.first(intent="order_status", numbers=(heard.number,))
    return None


def _follow_up(heard: _Heard) -> list[Request] | None:
    """Read a vague question as one about what was asked before it."""
    own, about = heard.own[0].intent, heard.earlier[-1].intent
    if own not in (*_VAGUE, "refund") or not (leans_on_before(heard.message) or _MY_MONEY.search(heard.plain)):
        return None
    if heard.number and (about == "inquiry" or about in CHANGES) and _OF_CHANGE.search(heard.plain):
        return heard.first(intent="inquiry", before=heard.earlier[-1].words, numbers=(heard.number,))
    intent = about if about == "product" and not product_words(heard.message) else own
    return heard.first(intent=intent, before=last_question(heard.conversation))


def _answer(heard: _Heard) -> list[Request]:
    """Read a message after an open question as an answer to it, or by itself."""
    conversation, own, earlier = heard.conversation, heard.own, heard.earlier
    if not heard.asked:
        return [_with_before(r, earlier) for r in own] if INVITATION in conversation.last_reply else own
    if _YES.match(heard.plain) and all(r.intent != e.intent for r in own for e in earlier):
        agreed = [replace(e, text="yes", before=e.words) for e in earlier if e.intent in CHANGES]
        if any(r.intent in CHANGES for r in own):  # "ok, swap it then" agrees to no cancellation
            agreed = [e for e in agreed if e.intent != "cancel" and not not_done_yet(conversation)]
        return [*agreed, *own]
    return [_with_before(r, earlier) for r in own]


_Reading = Callable[[_Heard], list[Request] | None]
_FIRST_READINGS: tuple[_Reading, ...] = (_late, _destination, _begins)
_READINGS: tuple[_Reading, ...] = (
    _late,
    _destination,
    _taken_up,
    _money_back,
    _new_address,
    _fragment,
    _other_goods,
    _same_order,
    _follow_up,
    _answer,
)
"""How a message is read behind others, in turn: the first reading that fits is taken."""


def _is_further(request: Request, wanted: list[Request]) -> bool:
    """Say whether a change that is named beside a yes comes on top of those that the yes is for."""
    return all(r.intent != request.intent for r in wanted) or means_another(request.text)


def _deed_word(request: Request) -> str:
    """Return how a change that a request is about is called, or an empty text where it is about none."""
    topic = change_asked_about(request.text) if request.intent == "inquiry" else request.intent
    return _CALLED.get(topic or "", "")


def _asks_of_another_change(message: str, earlier: Request) -> bool:
    """Say whether a message asks, after one change of an order was spoken of, for another one of the same order."""
    of_change = earlier.intent in CHANGES or earlier.intent == "inquiry"
    plain = normal(message)
    return of_change and bool(_OTHER_CHANGE.match(plain)) and change_asked_about(plain) is not None


def _no_postcodes(numbers: tuple[str, ...], request: Request) -> tuple[str, ...]:
    """Return numbers of orders without what completes an address."""
    return tuple(n for n in numbers if not (request.intent in _SENT_TO and re.fullmatch(r"\d{5}", n)))


def _corrected_address(message: str, earlier: list[Request]) -> list[Request]:
    """Return the change of an address that a message goes on with by naming a part of it, beside a cancellation that it
    gives the reason for; else nothing.
    """
    if not (read_address(message) or named_parts(message)):
        return []
    numbers = tuple(reference_numbers(message))
    return [
        replace(e, text=message, before=e.words, numbers=_no_postcodes(numbers, e) or e.numbers)
        for e in earlier
        if e.intent in _SENT_TO or (e.intent == "cancel" and cancel_reason(message))
    ]


def _asks_where_to(intent: str, plain: str) -> bool:
    """Say whether a question about an address is about that of the order talked about, and not the customer's own."""
    own_data = intent == "profile" and _ADDRESS.search(plain)
    return bool(own_data or (intent == "policy" and _DESTINATION.search(plain))) and not _OF_PROFILE.search(plain)


def takes_up_inquiry(conversation: Conversation) -> bool:
    """Say whether the customer now wants the change they asked about, as the reply invited them to say."""
    message = conversation.message
    names_money = bool(payment_words(message)) and not asks_about(message) and len(message.split()) <= SHORT
    takes_up = TAKES_UP.search(normal(message)) or _goes_on_with_details(message) or names_money
    return INVITATION in conversation.last_reply and bool(takes_up)


def _goes_on_with_details(message: str) -> bool:
    """Say whether a message says of what was asked about which goods are meant, or which version: `just the kettle`."""
    otherwise = wants_it_otherwise(message) and not asks_about(message) and len(message.split()) <= SHORT
    return bool(_ONLY_SOME.match(normal(message))) or otherwise


def _earlier(conversation: Conversation, understanding: Understanding) -> list[Request]:
    """Return the newest earlier requests that are no small talk, with what was added to them since."""
    said = [s.text for s in conversation.said if s.by_customer][-REMEMBERED:]
    added: list[str] = []
    for text in reversed(said):
        if answer_to_confirmation(text) == "no" and not cancel_reason(text):
            break  # what was wished for before it is over
        found = [r for r in understanding.requests(text) if r.intent not in SMALL_TALK]
        if takes_up_inquiry(conversation) and not any(r.intent in (*CHANGES, "inquiry") for r in found):
            added.append(text)
            continue
        bare = reference_numbers(text) and not understanding.has_own_intent(text)
        if found and not bare and (understanding.has_own_intent(text) or any(r.intent != "policy" for r in found)):
            numbers = next((tuple(n) for later in added if (n := reference_numbers(later))), ())
            since = "\n".join(reversed(added))
            decided = takes_up_inquiry(conversation) or any(TAKES_UP.search(normal(later)) for later in added)
            return [
                replace(
                    r,
                    intent=(change_asked_about(r.text) or r.intent) if r.intent == "inquiry" and decided else r.intent,
                    text=f"{r.text}\n{since}" if since else r.text,
                    numbers=numbers or r.numbers,
                )
                for r in found
            ]
        added.append(text)
    return []


def _is_fragment(message: str, own: list[Request], understanding: Understanding, *, asked: bool) -> bool:
    """Say whether a message only adds to or corrects what was said before."""
    if asked and payment_words(message) and _AMENDS.match(normal(message)):
        return True
    if _THE_ONE.search(normal(message)) and len(message.split()) <= SHORT:
        return True
    if understanding.has_own_intent(message):
        return False
    short = len(message.split()) <= SHORT
    fills = bool(
        reference_numbers(message)
        or payment_words(message)
        or cancel_reason(message)
        or ordinal(message) is not None
        or means_all(message)
    )
    if asked:
        aside = is_own_question(message) or (_ASIDE.match(normal(message)) and asks_about(message) and not fills)
        general = aside and not reference_numbers(message) and not _OWN_MEANS.search(normal(message))
        return (short or fills) and not general
    if is_thanks(message):  # `thanks, that's all` means all of nothing
        return False
    plain = normal(message)
    return short and fills and bool(_CORRECTS.search(plain) or CONTINUES.match(plain) or len(message.split()) <= 3)


def _says_where_money_goes(message: str, earlier: list[Request]) -> bool:
    """Say whether a message only names the way to pay for the return or exchange that was asked about."""
    plain = normal(message)
    of_it = _ITS_MONEY.search(plain) and not _ORDER.search(plain) and len(plain.split()) <= SHORT
    return bool(of_it and payment_words(message) and any(e.intent in ("return", "swap", "refund") for e in earlier))


def _with_before(request: Request, earlier: list[Request]) -> Request:
    """Remember what was said earlier about the same kind of request, as the customer may only repeat its gist."""
    for other in earlier:
        about = change_asked_about(other.text) if other.intent == "inquiry" else other.intent
        if about == request.intent and request.intent in CHANGES:
            return replace(request, before=other.words, numbers=request.numbers or other.numbers)
    return request
