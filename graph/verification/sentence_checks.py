"""Decide, sentence by sentence, what a customer may read of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from rapidfuzz.fuzz import ratio

from core.language.greetings import GREETING, is_small_talk
from core.language.requested_changes import asks_about
from core.language.text import normal, split_sentences
from core.message_marks import marks
from core.model_notes import NOTES
from core.safety.safe_links import LinkRule, safe_text
from graph.state import State, has_looked_up, newest_turn, text_of, turn_actions
from graph.verification.evidence import Evidence
from graph.verification.inner_works import (
    SPEAKS_OF_TOOLS,
    TELLS_INSTRUCTIONS,
    speaks_of_inner_works,
    tells_instructions,
    words_of,
)
from graph.verification.non_answers import NO_ACCESS, announces, asks_back, asks_when, denies_access, tells_when
from graph.verification.reply import LONGEST_SENTENCE, Citations, faults_of, with_known_citations, without_citations
from graph.verification.reply_language import ReplyLanguages
from graph.verification.secret_requests import asks_for_secret
from graph.verification.values.value_reading import Value, find_values

TOO_LONG = "it or a sentence of it is too long; answer in a few short sentences"
OWN_WORDS = "it gives the customer's own words back to them"
ASKED_BEFORE = "it asks once more what the customer has just replied to; go on from what they wrote"
SAME_QUESTION = 90.0
"""Similarity in per cent (of rapidfuzz) from which on two questions are the same."""
WORDS_OF_STATEMENT = 4
"""From how many words on a sentence of the customer is no answer to them; shorter ones, such as thanks, may be."""
LONGEST_REPLY = 8_000
"""Characters of an answer that are checked and shown; a longer one is none to a customer."""


@dataclass(frozen=True)
class TurnSoFar:
    """A conversation up to the answer that is to come."""

    begun: AIMessage | None
    """The reply whose rest was held back: the answer goes on from it."""
    earlier: Sequence[AnyMessage]
    """All messages before it."""
    turn: Sequence[AnyMessage]
    """Those of the newest turn."""

    @classmethod
    def of(cls, state: State) -> "TurnSoFar":
        """Read a conversation."""
        last = state.messages[-1] if state.faults and state.messages else None
        begun = last if isinstance(last, AIMessage) else None
        earlier = state.messages[:-1] if begun else state.messages
        return cls(begun, earlier, newest_turn(earlier))

    @property
    def already_said(self) -> str:
        """Return what the customer has read of the answer."""
        return text_of(self.begun) if self.begun else ""

    @property
    def said_earlier(self) -> str:
        """Return what the customer has read in this turn before it."""
        return "\n".join(text_of(m) for m in self._replies)

    @property
    def asked(self) -> str:
        """Return what the customer has written."""
        return "\n".join(text_of(m) for m in self.turn if isinstance(m, HumanMessage))

    @property
    def before(self) -> list[AnyMessage]:
        """Return the messages of the turns before."""
        return [*self.earlier[: len(self.earlier) - len(self.turn)]]

    @property
    def read_last(self) -> str:
        """Return what the customer had read last when they wrote."""
        return next((text_of(m) for m in reversed(self.before) if isinstance(m, AIMessage) and text_of(m).strip()), "")

    @property
    def follows_proposal(self) -> bool:
        """Say whether the turn before proposed something."""
        return bool(turn_actions(self.before))

    @property
    def notes(self) -> str:
        """Return what results of calls tell the model alone, such as why a call was refused."""
        return "\n".join(m.text for m in self.turn if isinstance(m, ToolMessage) and m.text.startswith(NOTES))

    @property
    def newest_calls(self) -> tuple[ToolCall, ...]:
        """Return the newest calls, which have their results."""
        return next((tuple(m.tool_calls) for m in reversed(self._replies) if m.tool_calls), ())

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Return the sources that the customer has read in this turn."""
        read = [*self._replies, self.begun] if self.begun else self._replies
        return [source for m in read for source in marks(m).get("sources", ())]

    @property
    def was_heard(self) -> bool:
        """Say whether the customer spoke in a recording, in which others may speak as well, and longer."""
        return any("voice" in marks(m) for m in self.turn if isinstance(m, HumanMessage))

    @property
    def _replies(self) -> list[AIMessage]:
        return [m for m in self.turn if isinstance(m, AIMessage)]


@dataclass(kw_only=True)
class SentenceChecks:
    """The checks of one answer: they take its sentences in order, and keep what was wrong with those not said."""

    evidence: Evidence = field(repr=False)
    tools: Mapping[str, Any] = field(repr=False)
    """The tools by name, of which no reply speaks."""
    links: LinkRule
    """Which addresses a reply may carry."""
    citations: Citations = field(repr=False)
    """Numbers the sources as the customer reads them."""
    drop_faulty: bool
    """Whether sentences that do not stand are left out; else the first of them ends what is said."""
    can_look_up: bool
    """Whether there are records that nobody has looked at yet, so that none can be out of reach."""
    judged: bool
    """Whether somebody judges what is written in a language in which claims cannot be read."""
    languages: ReplyLanguages | None
    """Languages in which claims can be read. The offline model's sentences are fixed or quoted, and may be in any."""
    instructions: str = field(repr=False)
    """What the model is told before every conversation; it is not for customers."""
    opening: str
    """What the customer reads first, where the offline model does not answer."""
    so_far: TurnSoFar = field(repr=False)
    """What was written and read before: nothing of it is said again, small models give the customer's words back."""

    offline: bool = False
    """Whether the offline model answers, whose sentences are fixed or quoted."""
    faults: list[str] = field(default_factory=list)
    """What was wrong with the answer, as sentences for the model."""
    told: str = ""
    """What may be said so far."""
    unread: list[str] = field(default_factory=list, repr=False)
    """What of it is written in a language in which claims cannot be read."""
    only_greets_again: bool = False
    """Whether all of it stands in the greeting that the customer read last, so far."""
    needs_source: bool = False
    """Whether the customer asks what articles may answer, and nothing said so far has a source or a value."""
    _announced: list[str] = field(default_factory=list, repr=False)
    _read: int = 0

    def __post_init__(self) -> None:
        """Read what was said and asked before."""
        asked, already_said, read_last = self.so_far.asked, self.so_far.already_said, self.so_far.read_last
        self._questions = _questions_of(asked)
        self._statements = {s for s in _sentences_of(asked) if len(s.split()) >= WORDS_OF_STATEMENT}
        self._asked_before = _questions_of(read_last)
        self._read_before = _sentences_of(read_last)
        self._said = _sentences_of(self.so_far.said_earlier) | _sentences_of(already_said)
        self._notes = self.so_far.notes
        self._words = words_of(already_said)
        self._gap = " " if already_said else ""
        self._shown: list[Value] = []
        for sentence in split_sentences(already_said)[0]:
            faults_of(sentence, self.evidence, self._shown)
        first = next(iter(split_sentences(read_last)[0]), "")
        self.only_greets_again = bool(GREETING.match(normal(first))) and not is_small_talk(asked)
        asks = self.evidence.passages > 0 and (bool(self._questions) or asks_about(asked))
        self.needs_source = asks and not (has_looked_up(self.so_far.turn) or already_said)

    @property
    def announcement(self) -> str:
        """Return the look-ups that were announced, to be said once they are made."""
        return self._gap + " ".join(self._announced) if self._announced else ""

    @property
    def leaves_open_when(self) -> bool:
        """Say whether the customer asks only when something is, or how long it takes, and nothing said tells it."""
        asked = len(self._questions) == 1 and all(map(asks_when, self._questions))
        return asked and bool(self.told) and not tells_when(self.told)

    def checked(self, sentence: str) -> str:
        """Return what may be said of a sentence, with the white space that leads up to it."""
        if self.faults and not self.drop_faulty:
            return ""
        self._read += len(sentence)
        if len(sentence) > LONGEST_SENTENCE or self._read > LONGEST_REPLY:
            self.faults.append(TOO_LONG)
            return ""
        cited = self._safe(with_known_citations(sentence, self.evidence.passages))
        if _normal(cited) in self._said:
            return ""
        if faults := self._not_for_customers(cited):
            self.faults += faults
            return ""
        if not self.offline and announces(cited):
            self._announced.append(cited.strip())
            return ""
        unread = self._is_unread(cited)
        if faults := self._wrong(cited, unread=unread):
            self.faults += faults
            return ""
        if not (text := cited.strip()):
            return ""
        self.only_greets_again = self.only_greets_again and not self.offline and _normal(text) in self._read_before
        self._words += words_of(text)
        sure = self.offline or bool(find_values(text))
        if len(text.split()) >= WORDS_OF_STATEMENT and not sure:
            self._said.add(_normal(text))  # small models write one over and over
        said, self._gap = self._gap + self._attributed(text), cited[len(cited.rstrip()) :] or " "
        if unread:
            self.unread.append(said)
        if sure or without_citations(said) != said:
            self.needs_source = False
        self.told += said
        return said

    def _not_for_customers(self, sentence: str) -> list[str]:
        """Return why a sentence is none to say to this customer, whatever it claims."""
        said = _normal(sentence)
        if said in self._questions or (not self.offline and said in self._statements):
            return [OWN_WORDS]
        if not self.offline and self._asks_again(sentence):
            return [ASKED_BEFORE]
        if asks_for_secret(sentence):
            return [f"the question for a password, a code or a card number is never put: {sentence.strip()!r}"]
        told = tells_instructions(sentence, self._words, self.instructions, self._notes)
        return [TELLS_INSTRUCTIONS] if told else []

    def _wrong(self, sentence: str, *, unread: bool) -> list[str]:
        """Return what is wrong with what a sentence claims."""
        if not self.offline:
            if speaks_of_inner_works(sentence, self.tools):
                return [SPEAKS_OF_TOOLS]
            if self.can_look_up and denies_access(sentence):
                return [NO_ACCESS]
        if self.languages and unread and not self.judged:
            return [f"it must be written in {self.languages.listed()}, and {sentence.strip()!r} is not"]
        return [fault.why for fault in faults_of(sentence, self.evidence, self._shown)]

    def _is_unread(self, sentence: str) -> bool:
        """Say whether a sentence is in a language in which claims cannot be read."""
        if not self.languages or self.offline:
            return False
        return bool(self.languages.foreign(sentence, told=self.evidence.customer_words, data=self.evidence.data))

    def _asks_again(self, sentence: str) -> bool:
        """Say whether a sentence is, but for a word or a comma, a question that the customer has just replied to."""
        if self._questions or not asks_back(sentence):
            return False
        return any(ratio(_normal(sentence), asked) >= SAME_QUESTION for asked in self._asked_before)

    def _attributed(self, text: str) -> str:
        """Return a sentence with its source where it repeats one, the first of an answer behind the opening."""
        if self.offline:
            return text
        opening, self.opening = self.opening, ""
        return f"{opening} {self.citations.with_source(text)}".lstrip()

    def _safe(self, sentence: str) -> str:
        """Return a sentence as words and allowed links, with white space around it; nothing where no word is left."""
        words = sentence.strip()
        safe = safe_text(words, self.links, mail=lambda named: named in self.evidence.addresses).strip()
        if safe == words:
            return sentence
        if not any(c.isalnum() for c in safe):
            return ""
        start = sentence.index(words)
        return sentence[:start] + safe + sentence[start + len(words) :]


def _questions_of(text: str) -> set[str]:
    return {_normal(sentence) for sentence in split_sentences(text)[0] if sentence.rstrip().endswith("?")}


def _sentences_of(text: str) -> set[str]:
    return {_normal(sentence) for sentence in split_sentences(text)[0]}


def _normal(sentence: str) -> str:
    return normal(without_citations(sentence)).strip(" .!*")
