"""Understand the newest message in the light of what was said before it."""

import re
from dataclasses import replace

from core.language.confirmations import answer_to_confirmation
from core.language.mentioned_orders import order_numbers
from core.language.requested_changes import asks_about
from core.language.text import normal
from core.offline.reading.chat_request import Conversation
from core.offline.reading.intents import SMALL_TALK, WRITES, change_asked_about
from core.offline.reading.items import product_words
from core.offline.reading.request_phrases import TAKES_UP
from core.offline.reading.slots import cancel_reason, means_all, ordinal, payment_words
from core.offline.reading.small_talk import INVITATION, OPEN_QUESTIONS
from core.offline.reading.understanding import Request, Understanding

_CORRECTS = re.compile(
    r"\b(?:i meant|i mean|meant|sorry|wrong|correction|actually|instead|rather|not that|oops|typo|mistyped)\b"
)
_CONTINUES = re.compile(
    r"^(?:and|also|what about|how about|or|but|then|so|ok|okay|yes|no|yeah|sure|the|both|all|just|only|to|for|"
    r"with|on|from|it's|its|it is|that's)\b"
)
_REFERS = re.compile(r"\b(?:it|that|this|they|them|these|those|one|ones|there)\b")
_OWN_SUBJECT = re.compile(
    r"\b(?:do|does|did) (?!(?:i|we|you|he|she|it|they|this|that|these|those|the|my|our|your|their|any|all|both|"
    r"not)\b)\w+"
)
"""What makes a question whole that begins with `and`: `how long does shipping take`, unlike `how long do I have`."""
_YES = re.compile(r"^(?:yes|yeah|yep|ok|okay|sure|correct|right|fine|please do|go ahead)\b")
_AMENDS = re.compile(r"^(?:yes|yeah|yep|ok|okay|sure|no|but|actually|fine)\b(?!.*\b(?:address|cancel|exchange)\b)")
_THE_ONE = re.compile(
    r"^(?:(?:no|yes|and|i mean|i meant|sorry)[,. ]+)*the (?:other )?(?:one|order)(?: (?:that|which|with|from|"
    r"on|i|for|of)\b|[.!?]?$)"
)
_QUESTION_WORDS = 4
_ASIDE = re.compile(
    r"^(?:(?:but |and |ok(?:ay)?,? )?(?:before (?:that|i (?:decide|answer|say yes))|first|one (?:more |quick "
    r")?(?:thing|question)|quick question|"
    r"by the way|btw|wait|hm+)[,:.! -]*)+"
)
"""What introduces a question that is not about what was asked."""
_OWN_MEANS = re.compile(r"\b(?:my|use|pay|mistake|longer)\b")
"""What makes a question an answer: `can I use my gift card?`"""
_OF_ORDER = re.compile(r"\btracking (?:number|id|code|link)\b|\b(?:delivery|arrival) date\b")
_IN_GENERAL = re.compile(r"\b(?:if|when do|when will i (?:get|receive)|how long|usually|always|no|find)\b")
_SHORT = 14
_REMEMBERED = 4
"""Customer messages that are looked back over for what the newest one continues."""


def requests_in_context(conversation: Conversation, understanding: Understanding) -> list[Request]:
    """Return what the customer wants now; a fragment such as "the second one" continues the request before it."""
    message = conversation.message
    own = understanding.requests(message)
    earlier = _earlier(conversation, understanding)
    if not earlier:
        leans = own[0].intent == "policy" and conversation.said and _leans_on_before(message)
        return [replace(own[0], before=_last_question(conversation)), *own[1:]] if leans else own
    if takes_up_inquiry(conversation) and (wanted := [r for r in earlier if r.intent in WRITES]):
        return wanted
    asked = asks_something(conversation.last_reply)
    if _is_fragment(message, own, understanding, asked=asked):
        continued = [r for r in earlier if r.intent in WRITES] if asked else earlier
        numbers = tuple(order_numbers(message))
        return [
            replace(r, text=message, before=r.words, order_ids=numbers or r.order_ids) for r in continued or earlier
        ]
    number = conversation.newest_order()
    if (
        own[0].intent == "policy"
        and number
        and _OF_ORDER.search(normal(message))
        and not _IN_GENERAL.search(normal(message))
    ):
        return [replace(own[0], intent="order_status", order_ids=(number,)), *own[1:]]
    if own[0].intent in ("policy", "product") and _leans_on_before(message):
        about = earlier[-1].intent
        intent = about if about == "product" and not product_words(message) else own[0].intent
        return [replace(own[0], intent=intent, before=_last_question(conversation)), *own[1:]]
    if not asked:
        return [_with_before(r, earlier) for r in own] if INVITATION in conversation.last_reply else own
    if _YES.match(normal(message)) and all(r.intent != e.intent for r in own for e in earlier):
        agreed = [replace(e, text="yes", before=e.words) for e in earlier if e.intent in WRITES]
        if any(r.intent in WRITES for r in own):  # "ok, swap it then" agrees to no cancellation
            agreed = [e for e in agreed if e.intent != "cancel"]
        return [*agreed, *own]
    return [_with_before(r, earlier) for r in own]


def takes_up_inquiry(conversation: Conversation) -> bool:
    """Say whether the customer now wants the change they asked about, as the reply invited them to say."""
    return INVITATION in conversation.last_reply and bool(TAKES_UP.search(normal(conversation.message)))


def asks_something(reply: str) -> bool:
    """Say whether a reply waits for something particular from the customer."""
    return "?" in reply and not reply.endswith(OPEN_QUESTIONS)


def _earlier(conversation: Conversation, understanding: Understanding) -> list[Request]:
    """Return the newest earlier requests that are no small talk, with what was added to them since."""
    said = [s.text for s in conversation.said if s.by_customer][-_REMEMBERED:]
    added: list[str] = []
    for text in reversed(said):
        if answer_to_confirmation(text) == "no":
            break  # what was wished for before it is over
        found = [r for r in understanding.requests(text) if r.intent not in SMALL_TALK]
        bare = order_numbers(text) and not understanding.has_own_intent(text)
        if found and not bare and (understanding.has_own_intent(text) or any(r.intent != "policy" for r in found)):
            numbers = next((tuple(n) for later in added if (n := order_numbers(later))), ())
            since = "\n".join(reversed(added))
            decided = any(TAKES_UP.search(normal(later)) for later in [*added, conversation.message])
            return [
                replace(
                    r,
                    intent=(change_asked_about(r.text) or r.intent) if r.intent == "inquiry" and decided else r.intent,
                    text=f"{r.text}\n{since}" if since else r.text,
                    order_ids=numbers or r.order_ids,
                )
                for r in found
            ]
        added.append(text)
    return []


def _is_fragment(message: str, own: list[Request], understanding: Understanding, *, asked: bool) -> bool:
    """Say whether a message only adds to or corrects what was said before."""
    if asked and payment_words(message) and _AMENDS.match(normal(message)):
        return True
    if _THE_ONE.search(normal(message)) and len(message.split()) <= _SHORT:
        return True
    if understanding.has_own_intent(message):
        return False
    short = len(message.split()) <= _SHORT
    fills = bool(
        order_numbers(message)
        or payment_words(message)
        or cancel_reason(message)
        or ordinal(message) is not None
        or means_all(message)
    )
    if asked:
        general = _is_own_question(message) and not order_numbers(message) and not _OWN_MEANS.search(normal(message))
        return (short or fills) and not general
    plain = normal(message)
    return short and fills and bool(_CORRECTS.search(plain) or _CONTINUES.match(plain) or len(message.split()) <= 3)


def _is_own_question(message: str) -> bool:
    """Say whether a message asks something that needs nothing said before: no answer to what the agent asked."""
    plain = _ASIDE.sub("", normal(message))
    return asks_about(plain) and not _REFERS.search(plain) and len(plain.split()) >= _QUESTION_WORDS


def _leans_on_before(message: str) -> bool:
    plain = normal(message)
    continues = _CONTINUES.match(plain) and not _OWN_SUBJECT.search(plain)
    return len(plain.split()) <= 10 and bool(continues or _REFERS.search(plain))


def _last_question(conversation: Conversation) -> str:
    """Return what a question leans on: the customer's messages back to the newest that leans on nothing,
    oldest first.
    """
    said: list[str] = []
    for text in [s.text for s in reversed(conversation.said) if s.by_customer][:_REMEMBERED]:
        said.insert(0, text)
        if not _leans_on_before(text):
            break
    return "\n".join(said)


def _with_before(request: Request, earlier: list[Request]) -> Request:
    """Remember what was said earlier about the same kind of request, as the customer may only repeat its gist."""
    for other in earlier:
        about = change_asked_about(other.text) if other.intent == "inquiry" else other.intent
        if about == request.intent and request.intent in WRITES:
            return replace(request, before=other.words, order_ids=request.order_ids or other.order_ids)
    return request
