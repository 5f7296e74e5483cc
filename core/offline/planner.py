"""Decide what the offline model says or which tools it calls next."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.embeddings.minilm import MiniLM
from core.language.confirmations import answer_to_confirmation
from core.language.corrections import takes_back
from core.language.fixed_sentences import ENGLISH, phrase
from core.language.greetings import OFFER_OF_A_PERSON, is_thanks
from core.language.requested_changes import asks_about, names_change, wishes
from core.language.text import normal
from core.language.words import leans_on_before
from core.offline.answering.articles import DONT_KNOW, NO_MORE, context_of, from_articles, worth_an_answer
from core.offline.answering.asked_facts import facts_by_place, rule_beside, words_beyond
from core.offline.answering.found_records import (
    answers_by_field,
    asks_list,
    beside_names,
    not_found,
    nothing_of_own,
    own_records,
    records_named,
    state_beside,
)
from core.offline.answering.no_answer import beyond, chosen_article, is_no_answer, left_open, no_answer
from core.offline.answering.objections import not_helped, objection
from core.offline.answering.quotations import LIKELY, is_told, without_repeats
from core.offline.answering.recall import recall
from core.offline.answering.speaker import LANGUAGES, Speaker, language_spoken
from core.offline.answering.spoken_of import goes_on, listed, picks_one
from core.offline.answering.toolbox import Call, CallNeeded, NotPossible, ReplyNow, Toolbox
from core.offline.answering.who import claim, refusal, resumed
from core.offline.reading import small_talk
from core.offline.reading.chat_request import Conversation
from core.offline.reading.clauses import clauses
from core.offline.reading.followups import (
    SHORT,
    asks_something,
    is_fragment,
    is_own_question,
    last_asked,
    last_question,
    proposed_in,
)
from core.offline.reading.intents import QUESTION
from core.offline.reading.languages import english_only
from core.offline.reading.misspellings import spelled_right
from core.offline.reading.understanding import Request, Understanding

_SMALL_TALK = {
    "opening": small_talk.OPENING,
    "praise": small_talk.PRAISE,
    "noted": small_talk.NOTED,
}
_COURTESIES = {"thanks": "welcome", "goodbye": "goodbye"}
"""The sentences of the catalogue that answer them."""
_INTRODUCTIONS = frozenset({"greeting", "capabilities", "unclear"})
_PATIENCE = 2
"""So many times in a row nothing is known; then a person is brought in."""
_NEARER_THAN_RECORDS = 0.5
"""How sure it has to be that the nearest article answers, for it to be told instead of the customer's own records."""
_SERIOUS_NOTICE = "This is something a colleague should look at."
_PERSON = "request_human"
_CITES = "["
_DO_THAT = re.compile(r"\bdo (?:that|it|this)\b")
"""Takes up what an article says is done for customers, which no tool does."""


@dataclass(frozen=True)
class Decision:
    """The next message of the model."""

    text: str = ""
    calls: Sequence[Call] = field(default_factory=list)
    for_change: bool = False
    """Whether the calls make a change that the customer orders, or look up what it needs."""


class Planner:
    """Decides by articles, by the records that tools found, by a yes or a no, and by the wish for a person.

    A trade whose requests are read by rule and done by its tools is a subclass of this that comes with those tools.
    """

    understanding: type[Understanding] = Understanding
    """What reads messages into requests."""
    speaker: type[Speaker] = Speaker
    """What answers in other languages than English."""
    changes: frozenset[str] = frozenset()
    """Tools that change something; they are called after whatever has to be looked up."""
    change_intents: frozenset[str] = frozenset()
    """Intents of requests for a change, which are over once one was made."""
    tells_records = True
    """Whether records are told field by field, as there are no sentences of their own for them."""
    open_questions: Sequence[str] = small_talk.OPEN_QUESTIONS
    """Replies whose question mark asks for nothing in particular."""

    def __init__(self, embeddings: MiniLM | None) -> None:
        self._embeddings = embeddings
        self.read = self.understanding(embeddings)

    def decide(self, conversation: Conversation) -> Decision:
        """Return the tool calls that are still needed, or the reply.

        Reads come before changes; what can be said already goes out together with the changes, as the customer decides
        about these.
        """
        if their_account := claim(conversation):
            return Decision(calls=[their_account])
        if not_found := refusal(conversation):
            return Decision(not_found)
        conversation = resumed(conversation)
        done = self.done(conversation)
        spoken = language_spoken(conversation)
        greets = spoken not in LANGUAGES
        if (
            spoken != ENGLISH
            and not done
            and (said := small_talk.courtesy(conversation.message, spoken, greets=greets))
        ):
            return Decision(said)
        if spoken in LANGUAGES:
            speaker = self.speaker(spoken, Toolbox(conversation, self._embeddings))
            return Decision("\n\n".join(done)) if done else self._decided(conversation, *speaker.answer())
        if remembered := recall(conversation):
            return Decision(remembered)
        every = Toolbox(spelled_right(conversation), self._embeddings)
        desk = english if (english := every.written_in(ENGLISH)).conversation.passages else every
        try:
            settled = (None if done else objection(desk) or self.settled(desk)) or chosen_article(desk)
        except CallNeeded as needed:
            return Decision(calls=needed.calls)
        if settled is not None:
            return Decision(settled)
        return self._answered(desk, done)

    def done(self, conversation: Conversation) -> list[str]:
        """Return what changes did in this turn."""
        return []

    def settled(self, desk: Toolbox) -> str | None:
        """Answer a bare yes or no, and a message in another language; None where the message needs more.

        Raises:
            CallNeeded: the message settles what is to be called.
        """
        message, last_reply = desk.conversation.message, desk.conversation.last_reply
        answer = answer_to_confirmation(message)
        if answer == "yes" and OFFER_OF_A_PERSON.search(last_reply) and desk.can(_PERSON):
            raise CallNeeded(Call(_PERSON, {"reason": "the customer accepted the offer of a person"}))
        if answer == "yes" and not asks_something(last_reply, self.open_questions):
            if open_question := self._asked_before(desk.conversation):
                return open_question
            if _DO_THAT.search(normal(message)) and _CITES in last_reply:
                return NotPossible().text
            return phrase("welcome", ENGLISH) if is_thanks(message) else small_talk.NOTHING_OPEN
        asked = asks_something(last_reply, self.open_questions)
        refuses = answer == "no" and (asked or not _still_wants(message))
        if last_reply and (refuses or (asked and takes_back(message) and not _still_wants(message))):
            return phrase("withdrawn", ENGLISH)
        return (english_only(message) or None) if self.read.rule(message) in (None, QUESTION) else None

    def _asked_before(self, conversation: Conversation) -> str:
        """Return what the reply before the last one asks, where the last one only answers a question put in between."""
        *_, earlier, last = ["", "", *(said.text for said in conversation.said if not said.by_customer)]
        if _CITES not in last or not asks_something(earlier, self.open_questions):
            return ""
        return "\n\n".join(part for part in earlier.split("\n\n") if "?" in part)

    def requests(self, conversation: Conversation) -> list[Request]:
        """Return what the customer wants now; a fragment such as "and abroad?" goes on with the question before it."""
        message = conversation.message
        first, *others = self.read.requests(message)
        if first.intent == "unclear" and conversation.last_reply and is_fragment(message):
            first = replace(first, intent=QUESTION)
        answers = asks_something(conversation.last_reply, self.open_questions) and len(message.split()) <= SHORT
        leans = leans_on_before(message) or (answers and not is_own_question(message))
        if first.intent == QUESTION and conversation.said and leans:
            first = replace(first, before=proposed_in(conversation.last_reply) or last_question(conversation))
        return [first, *others]

    def answer(self, request: Request, desk: Toolbox) -> str:
        """Return the answer to a request that is no small talk.

        Raises:
            CallNeeded: something must be looked up, or is to be done.
            ReplyNow: a question or a refusal settles it.
        """
        told = from_articles(request, desk)
        if not (wishes(request.text) and names_change(request.text)):
            return told
        if told == DONT_KNOW or told.startswith(NO_MORE):
            raise NotPossible
        return f"{told}\n\n{NotPossible().text}"

    def introduction(self, intent: str, tools: Mapping[str, Mapping[str, Any]]) -> str:
        """Return what is said to a greeting, to the question what can be done, or to nothing understood."""
        return small_talk.introduction(intent, tools)

    def proposed(self, conversation: Conversation, calls: Sequence[Call]) -> Sequence[Call]:
        """Return the changes that the customer is asked about, in place of those a message asks for.

        Raises:
            ReplyNow: they cannot be made together, and the customer is asked which.
        """
        return calls

    def _answered(self, desk: Toolbox, done: list[str]) -> Decision:
        """Read the requests and answer each, beside what changes did in this turn."""
        conversation = desk.conversation
        is_answer = answer_to_confirmation(conversation.message) != "other"
        requests = [] if done and is_answer else self._worth_answering(conversation, after_change=bool(done))
        tells_records = self.tells_records and not done
        if tells_records and (missing := not_found(conversation)):
            return Decision(missing)
        if tells_records and (sorry := not_helped(desk) or nothing_of_own(conversation)):
            return Decision(sorry)
        asks = all(r.intent in (QUESTION, "unclear") for r in requests)
        names_nothing = tells_records and asks and words_beyond(conversation.message, conversation) is None
        picks = tells_records and asks and picks_one(conversation.message)
        if (names_nothing or picks) and (on := self._on_records(desk)):
            return on
        if names_nothing:  # `where on the bill?`
            tells_records = not any(desk.quote(r.text, r.before) for r in requests)
        facts = facts_by_place(requests, conversation) if tells_records else {}
        if tells_records and not facts and asks and (named := records_named(conversation)):
            return Decision(self._with_records(named, desk) if requests else named)
        if tells_records and not facts and asks and (on := self._on_records(desk)):
            return on
        if tells_records and not facts and asks_list(conversation.message) and (own := own_records(conversation)):
            return Decision(own)
        said, calls, unanswered = self._handled(requests, desk, facts)
        said = [*done, *said]
        if unanswered and not self._reads(calls):
            said.append(self._unanswered(unanswered, desk, beside=[*said, *(call.name for call in calls)]))
        elif tells_records and not facts and any(request.intent == QUESTION for request in requests):
            whole = f"{requests[0].before}\n{conversation.message}".strip() if len(requests) == 1 else ""
            asked = replace(conversation, message=whole or conversation.message)
            said.insert(0, state_beside(asked, rule="\n".join(said)))
        text = "\n\n".join(without_repeats(said))
        if calls:
            for_change = any(request.intent in self.change_intents for request in requests)
            return replace(self._decided(conversation, text, calls), for_change=for_change)
        if _stuck_again(text, conversation) and desk.can(_PERSON):
            return Decision(
                calls=[Call(_PERSON, {"reason": "the help articles do not answer the customer's questions"})]
            )
        if text == conversation.last_reply and asks_something(text, self.open_questions):
            text = f"{small_talk.TEDIOUS}\n\n{text}"
        return Decision(text or self.introduction("unclear", conversation.tools))

    def _on_records(self, desk: Toolbox) -> Decision | None:
        """Return what is said about records that were just told, or are on offer."""
        try:
            on = goes_on(desk, before=last_asked(desk.conversation)) or listed(desk)
        except CallNeeded as needed:
            return Decision(calls=needed.calls)
        return Decision(on) if on and on not in desk.conversation.last_reply else None

    def _unanswered(self, requests: Sequence[Request], desk: Toolbox, *, beside: Sequence[str]) -> str:
        """Return what is said to requests that no article answers: records that tell how things stand, what is near by
        far, other records of the customer's, or what stays open.
        """
        first, before = requests[0], requests[0].before.replace("\n", " ")
        state = state_beside(desk.conversation) if self.tells_records else ""
        near = desk.nearest(first.text, before)
        if near is None or near.score < LIKELY:
            before = context_of(first, desk.conversation)
        near = None if beside else desk.nearest(first.text, before)
        records = own_records(desk.conversation) if self.tells_records and not state else ""
        if near and (not records or near.score >= _NEARER_THAN_RECORDS):
            return "\n\n".join(filter(None, (state, no_answer(first.text, desk, before))))
        if state or records:
            return state or records
        return left_open(beyond(requests, beside, desk)) if beside else no_answer(first.text, desk, before)

    def _with_records(self, records: str, desk: Toolbox) -> str:
        """Return the records that a message names beside what the articles say to it."""
        question = beside_names(desk.conversation)
        if answers_by_field(desk.conversation):
            return "\n\n".join(filter(None, (records, _rule_beside(Request(QUESTION, question), desk))))
        if quote := desk.quote(question):
            return f"{quote.text}\n\n{records}"
        return f"{records}\n\n{no_answer(question, desk)}" if asks_about(question) else records

    def _worth_answering(self, conversation: Conversation, *, after_change: bool) -> list[Request]:
        found = self.requests(conversation)
        if len(found) > 1:
            found = [r for r in found if r.intent != QUESTION or worth_an_answer(r.text)] or found
        return [r for r in found if r.intent not in self.change_intents] if after_change else found

    def _handled(
        self, requests: Sequence[Request], desk: Toolbox, facts: Mapping[int, str]
    ) -> tuple[list[str], list[Call], list[Request]]:
        """Return what is said to requests, by records or by articles, the calls they need, and those that nothing
        answers.
        """
        said: list[str] = []
        calls: list[Call] = []
        unanswered: list[Request] = []
        for place, request in enumerate(requests):
            try:
                if place in facts:
                    said += [facts[place], _rule_beside(request, desk)]
                    continue
                answer = self._small_talk(request, desk) or self.answer(request, desk)
                if answer == DONT_KNOW:
                    unanswered.append(request)
                elif not any(is_told(answer, told) for told in said):
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
                calls += needed.calls
        return said, calls, unanswered

    def _small_talk(self, request: Request, desk: Toolbox) -> str:
        """Answer what is no question and no wish; empty for what is one."""
        conversation = desk.conversation
        if request.intent == "serious":
            refused = any(result.name == _PERSON for result in conversation.results)
            if desk.can(_PERSON) and not refused:
                raise CallNeeded(
                    Call(_PERSON, {"reason": f"the customer reports: {' '.join(request.text.split())[:200]}"})
                )
            return _SERIOUS_NOTICE
        if request.intent in _INTRODUCTIONS:
            return self.introduction(request.intent, conversation.tools)
        if courtesy := _COURTESIES.get(request.intent):
            return phrase(courtesy, ENGLISH)
        return _SMALL_TALK.get(request.intent, "")

    def _decided(self, conversation: Conversation, text: str, calls: Sequence[Call]) -> Decision:
        """Return the calls that look something up, or else what is said with the changes that are wanted."""
        if reads := self._reads(calls):
            return Decision(calls=_each_once(reads))
        try:
            return Decision(text, _each_once(self.proposed(conversation, calls) if calls else calls))
        except ReplyNow as told:
            return Decision(told.text)

    def _reads(self, calls: Sequence[Call]) -> list[Call]:
        return [call for call in calls if call.name not in self.changes and call.name != _PERSON]


MakesPlanner = Callable[[MiniLM | None], Planner]


def _each_once(calls: Sequence[Call]) -> list[Call]:
    return list({(c.name, str(sorted(c.args.items(), key=lambda kv: kv[0]))): c for c in calls}.values())


def _still_wants(message: str) -> bool:
    """Say whether a message wishes or asks something beside what it takes back."""
    return any(wishes(one) or asks_about(one) for one in clauses(message) if not takes_back(one))


def _rule_beside(request: Request, desk: Toolbox) -> str:
    def quoted() -> str:
        quote = desk.quote(request.text, request.before)
        return quote.text if quote else ""

    return rule_beside(request.text, desk.conversation, quoted)


def _stuck_again(text: str, conversation: Conversation) -> bool:
    """Say whether this would be the third "I do not know" in a row."""
    replies = [said.text for said in conversation.said if not said.by_customer][-_PATIENCE:]
    return is_no_answer(text) and len(replies) == _PATIENCE and all(map(is_no_answer, replies))
