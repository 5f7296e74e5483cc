"""Decide what the offline model says or which tools it calls next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from langchain_core.embeddings import Embeddings

from core.language.confirmations import answer_to_confirmation
from core.language.greetings import OFFER_OF_A_PERSON, THANKS
from core.language.mentioned_orders import order_numbers
from core.language.requested_changes import asks_about
from core.language.text import normal
from core.offline.answering.in_other_languages import LANGUAGES, Speaker, language_spoken
from core.offline.answering.inquiries import inquiry
from core.offline.answering.no_answer import beyond, chosen_article, is_no_answer, left_open, no_answer
from core.offline.answering.outcomes import outcome
from core.offline.answering.products import product
from core.offline.answering.proposals import beside_open, narrowed, without_contradictions
from core.offline.answering.reads import DONT_KNOW, list_orders, order_status, policy, profile, worth_an_answer
from core.offline.answering.recall import recall
from core.offline.answering.sentences_about_records import records_found, records_named
from core.offline.answering.toolbox import Call, CallNeeded, NotPossible, ReplyNow, Toolbox
from core.offline.answering.who import claim, refusal, resumed
from core.offline.answering.writes import WRITE_TOOLS, WRITERS
from core.offline.reading import languages, small_talk
from core.offline.reading.chat_request import Conversation
from core.offline.reading.dialogue_context import asks_something, requests_in_context, takes_up_inquiry
from core.offline.reading.intents import rule_intent
from core.offline.reading.misspellings import spelled_right
from core.offline.reading.slots import cancel_reason
from core.offline.reading.understanding import Request, Understanding

Handler = Callable[[Request, Toolbox], str]
HANDLERS: Mapping[str, Handler] = {
    "order_status": order_status,
    "list_orders": list_orders,
    "product": product,
    "profile": profile,
    "inquiry": inquiry,
    "policy": policy,
    **WRITERS,
}
_SMALL_TALK = {
    "opening": small_talk.OPENING,
    "praise": small_talk.PRAISE,
    "thanks": small_talk.THANKS,
    "goodbye": small_talk.GOODBYE,
}
_INTRODUCTIONS = frozenset({"greeting", "capabilities", "unclear"})
_PATIENCE = 2
"""So many times in a row nothing is known; then a person is brought in."""
_SERIOUS_NOTICE = "This is something a colleague should look at."


@dataclass(frozen=True)
class Decision:
    """Hold the next message of the model."""

    text: str = ""
    calls: list[Call] = field(default_factory=list)


def decide(conversation: Conversation, understanding: Understanding, embeddings: Embeddings | None) -> Decision:
    """Return the tool calls that are still needed, or the reply.

    Reads come before writes; what can be said already goes out together with the writes, as the customer decides about
    these.
    """
    if their_account := claim(conversation):
        return Decision(calls=[their_account])
    if not_found := refusal(conversation):
        return Decision(not_found)
    if (spoken := language_spoken(conversation)) in LANGUAGES:
        return Decision(*Speaker(spoken, Toolbox(resumed(conversation), embeddings)).answer())
    if remembered := recall(conversation):
        return Decision(remembered)
    conversation = spelled_right(resumed(conversation))
    desk = Toolbox(conversation, embeddings)
    done = [outcome(r) for r in conversation.results if r.name in WRITE_TOOLS]
    if not done and (fewer := narrowed(conversation)):
        return Decision(calls=fewer)
    if not done and (short := _short_answer(conversation, desk)):
        return short
    try:
        if chosen := chosen_article(desk):
            return Decision(chosen)
    except CallNeeded as needed:
        return Decision(calls=list(needed.calls))
    requests = (
        [] if done and _is_answer(conversation) else _requests(conversation, understanding, after_write=bool(done))
    )
    if not done and all(r.intent == "policy" for r in requests) and (records := records_named(conversation)):
        return Decision(records)
    said = list(done)
    unanswered: list[Request] = []
    reads: list[Call] = []
    writes: list[Call] = []
    for request in requests:
        try:
            answer = _handle(request, desk)
            if answer == DONT_KNOW:
                unanswered.append(request)
            else:
                said.append(answer)
        except NotPossible as unable:
            if quote := desk.quote(request.text):
                said.append(quote.text)
            elif asks_about(request.text):  # a question is not answered by what cannot be done
                unanswered.append(request)
            else:
                said.append(unable.text)
        except ReplyNow as told:
            said.append(told.text)
        except CallNeeded as needed:
            for call in needed.calls:
                (writes if call.name in WRITE_TOOLS or call.name == "request_human" else reads).append(call)
    if reads:
        return Decision(calls=_each_once(reads))
    if unanswered and (records := records_found(conversation.results, conversation.tools)):
        said.append(records)
        unanswered = []
    if unanswered:
        answered = bool(said or writes)
        said.append(left_open(beyond(unanswered, said, desk)) if answered else no_answer(unanswered[0].words, desk))
    text = "\n\n".join(dict.fromkeys(part for part in said if part))
    if writes:
        new_wish = understanding.has_own_intent(conversation.message)
        writes = beside_open(conversation, without_contradictions(writes), is_new_wish=new_wish)
        return Decision(text, _each_once(writes))
    if _stuck_again(text, conversation) and desk.can("request_human"):
        return Decision(
            calls=[Call("request_human", {"reason": "the help articles do not answer the customer's questions"})]
        )
    if text == conversation.last_reply and "?" in text and not text.endswith(small_talk.OPEN_QUESTIONS):
        text = f"{small_talk.TEDIOUS}\n\n{text}"
    return Decision(text or small_talk.introduction("unclear", conversation.tools))


def _requests(conversation: Conversation, understanding: Understanding, *, after_write: bool) -> list[Request]:
    found = requests_in_context(conversation, understanding)
    if len(found) > 1:
        found = [r for r in found if r.intent != "policy" or worth_an_answer(r.text)] or found
    return [r for r in found if r.intent not in WRITERS] if after_write else found


def _handle(request: Request, desk: Toolbox) -> str:
    if request.intent == "serious":
        refused = any(result.name == "request_human" for result in desk.conversation.results)
        if desk.can("request_human") and not refused:
            raise CallNeeded(
                Call("request_human", {"reason": f"the customer reports: {' '.join(request.text.split())[:200]}"})
            )
        return _SERIOUS_NOTICE
    if request.intent in _INTRODUCTIONS:
        return small_talk.introduction(request.intent, desk.conversation.tools)
    if request.intent in _SMALL_TALK:
        return _SMALL_TALK[request.intent]
    return HANDLERS[request.intent](request, desk)


def _is_answer(conversation: Conversation) -> bool:
    return answer_to_confirmation(conversation.message) != "other"


def _short_answer(conversation: Conversation, desk: Toolbox) -> Decision | None:
    """Answer a bare yes or no, and a message in another language; None where the message needs more."""
    answer = answer_to_confirmation(conversation.message)
    offered = OFFER_OF_A_PERSON.search(conversation.last_reply)
    if answer == "yes" and offered and desk.can("request_human"):
        return Decision(calls=[Call("request_human", {"reason": "the customer accepted the offer of a person"})])
    if answer == "yes" and not asks_something(conversation.last_reply) and not takes_up_inquiry(conversation):
        thanked = THANKS.match(normal(conversation.message))
        return Decision(small_talk.THANKS if thanked else small_talk.NOTHING_OPEN)
    if answer == "no" and conversation.last_reply and not cancel_reason(conversation.message):
        return Decision(small_talk.NOTHING_CHANGED)
    code = languages.language(conversation.message)
    intent = rule_intent(conversation.message)
    unread = intent in (None, "policy", "inquiry")
    if code != "en" and not order_numbers(conversation.message) and unread:
        return Decision(languages.english_only(code))
    return None


def _each_once(calls: list[Call]) -> list[Call]:
    return list({(c.name, str(sorted(c.args.items(), key=lambda kv: kv[0]))): c for c in calls}.values())


def _stuck_again(text: str, conversation: Conversation) -> bool:
    """Say whether this would be the third "I do not know" in a row."""
    replies = [said.text for said in conversation.said if not said.by_customer][-_PATIENCE:]
    return is_no_answer(text) and len(replies) == _PATIENCE and all(map(is_no_answer, replies))
