"""Let the customer read only what was checked: a chat model around another one that passes on verified sentences."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field, PrivateAttr
from rapidfuzz.fuzz import ratio

from core.errors import ModelUnavailable
from core.language.greetings import GREETING, is_small_talk
from core.language.text import normal, split_sentences
from core.models.async_base import PiecewiseChatModel, answer_of
from core.models.json_mode import JsonAnswer
from core.models.request_limits import current_allowance
from core.models.tool_call_parsing import Answer, begins_call, read_answer
from core.offline.model import OFFLINE
from core.safety.safe_links import LinkRule, safe_text
from graph.verification.evidence import Evidence
from graph.verification.forbidden_statements import (
    DID_NOTHING,
    NO_ACCESS,
    ONLY_ANNOUNCED,
    SPEAKS_OF_TOOLS,
    announces,
    asks_back,
    denies_access,
    forbidden_statements,
    speaks_of_inner_works,
    words_of,
)
from graph.verification.judge import Objections, ReplyJudge
from graph.verification.reply import (
    LONGEST_SENTENCE,
    Citations,
    faults_of,
    is_answer,
    with_known_citations,
    without_citations,
)
from graph.verification.reply_language import ReplyLanguages
from graph.verification.values.value_reading import Value

BROKE_OFF = "it broke off before its end"
TOO_LONG = "it or a sentence of it is too long; answer in a few short sentences"
CALLED_BEFORE = "it only makes a call once more whose result stands above; answer from that result"
ASKED_BEFORE = "it asks once more what the customer has just replied to; go on from what they wrote"
GREETED_BEFORE = "it only greets the customer once more; answer what they wrote since"
SAME_QUESTION = 90.0
"""Similarity in per cent (of rapidfuzz) from which on two questions are the same."""
WORDS_OF_STATEMENT = 4
"""From how many words on a sentence of the customer is no answer to them; shorter ones, such as thanks, may be."""
UNAVAILABLE = "it did not come, the model is unavailable"


LONGEST_REPLY = 8_000
"""Characters of an answer that are checked and shown; a longer one is none to a customer."""


class VerifiedChatModel(PiecewiseChatModel):
    """Say the sentences of another model's answer that the evidence supports, each as soon as it is whole.

    The first sentence that does not stand ends what is said, so that the rest can be asked for again; with
    `drop_faulty` such sentences are left out instead. What was said is never taken back: the pieces joined are the
    message. One speaker serves one answer.
    """

    inner: Runnable[LanguageModelInput, AIMessage] = Field(exclude=True, repr=False)
    evidence: Evidence = Field(exclude=True, repr=False)
    tools: Mapping[str, BaseTool] = Field(exclude=True, repr=False)
    writes: frozenset[str] = frozenset()
    """Tools that change something: what a model says beside a call of one is never said, the program speaks; only the
    offline rules are heard, which answer there what else was asked.
    """
    holds_back: bool = False
    """Whether to wait for the whole answer, because it may call one of them."""
    expects_call: bool = False
    """Whether the customer has ordered something that a tool is there for: an answer that neither calls nor asks back
    does nothing, and is asked for again of the same model, then of the one behind it.
    """
    can_look_up: bool = False
    """Whether there are records that nobody has looked at yet, so that none can be out of reach."""
    drop_faulty: bool = False
    judge: ReplyJudge | None = Field(default=None, exclude=True, repr=False)
    """Judges what holds nothing to check by rule; everything is held back until it has."""
    judge_seconds: float = 10.0
    languages: ReplyLanguages | None = Field(default=None, exclude=True, repr=False)
    """Languages in which claims can be read; what is written in another is held back, or judged where that is on. The
    offline model's sentences are fixed or quoted, and may be in any.
    """
    instructions: str = Field(default="", exclude=True, repr=False)
    """What the model is told before every conversation; it is not for customers."""
    notes: str = Field(default="", exclude=True, repr=False)
    """What results of this turn's calls tell the model alone, such as why a call was refused."""
    opening: str = ""
    """What the customer reads first, where the offline model does not answer."""
    message_id: str
    links: LinkRule = LinkRule()
    """Which addresses a reply may carry."""
    citations: Citations | None = Field(default=None, exclude=True, repr=False)
    """Numbers the sources as the customer reads them; without it they keep the numbers of the passages."""
    already_said: str = Field(default="", exclude=True, repr=False)
    """What the customer has read of this message before."""
    said_earlier: str = Field(default="", exclude=True, repr=False)
    """What the customer has read in this turn before this message; sentences of it are not said again."""
    answered_calls: tuple[ToolCall, ...] = Field(default=(), exclude=True, repr=False)
    """The newest calls of this turn, which have their results: made once more, they are dropped."""
    asked: str = Field(default="", exclude=True, repr=False)
    """What the customer has written; their sentences are no answers to them, though small models give them back."""
    read_last: str = Field(default="", exclude=True, repr=False)
    """What the customer had read last when they wrote: its questions are not asked once more, and where it greeted
    them, an answer says something else.
    """
    _judged: JsonAnswer[Objections] = PrivateAttr()
    _faults: list[str] = PrivateAttr()
    _shown: list[Value] = PrivateAttr()
    _gap: str = PrivateAttr()
    _said: list[str] = PrivateAttr()
    _questions: set[str] = PrivateAttr()
    _statements: set[str] = PrivateAttr()
    _says_again: bool = PrivateAttr()
    """Whether all of it stands in the greeting that the customer read last, so far."""
    _asked_before: set[str] = PrivateAttr()
    _read_before: set[str] = PrivateAttr()
    _unread: list[str] = PrivateAttr()
    _words: list[str] = PrivateAttr()
    _opening: str = PrivateAttr()
    _is_offline: bool = PrivateAttr(default=False)
    _announced: list[str] = PrivateAttr(default_factory=list)
    """Look-ups that were announced: said once they are made."""
    _told: str = PrivateAttr(default="")
    _read: int = PrivateAttr(default=0)

    def model_post_init(self, _: Any) -> None:
        """Begin with nothing said."""
        self._faults, self._shown, self._said, self._gap = [], [], [], ""
        self._questions = _questions_of(self.asked)
        self._statements = {s for s in _sentences_of(self.asked) if len(s.split()) >= WORDS_OF_STATEMENT}
        self._asked_before = _questions_of(self.read_last)
        self._read_before = _sentences_of(self.read_last)
        first = next(iter(split_sentences(self.read_last)[0]), "")
        self._says_again = bool(GREETING.match(normal(first))) and not is_small_talk(self.asked)
        self._judged = JsonAnswer(None)
        self._unread, self._opening, self._words = [], self.opening, words_of(self.already_said)

    def __repr_args__(self) -> list[tuple[str, Any]]:
        """Show nothing of the conversation: the library writes every model into its traces."""
        return []

    @property
    def faults(self) -> list[str]:
        """Return what was wrong with the answer, as sentences for the model; none when all of it was said."""
        return list(dict.fromkeys(self._faults))

    @property
    def judged(self) -> JsonAnswer[Objections]:
        """Return what the judge's verdict cost."""
        return self._judged

    @property
    def _llm_type(self) -> str:
        return "verified"

    async def _answered(self, messages: list[BaseMessage], *, in_pieces: bool) -> AsyncGenerator[AIMessageChunk]:
        async for piece in self._spoken(answer_of(self.inner, messages, in_pieces=in_pieces)):
            yield piece

    async def _spoken(self, answer_pieces: AsyncIterator[AIMessageChunk]) -> AsyncGenerator[AIMessageChunk]:
        """Yield what may be said of an answer, while it comes."""
        self._begin()
        whole, taken, pending = AIMessageChunk(content=""), "", ""
        held: list[str] = []
        broke_off = None
        try:
            async for chunk in answer_pieces:
                whole = whole + chunk
                self._is_offline = whole.response_metadata.get("model_name") == OFFLINE
                pending += chunk.text
                if self._faults or begins_call(pending, self.tools):
                    continue
                sentences, pending = split_sentences(pending, finished=False)
                if len(pending) > LONGEST_SENTENCE:  # nothing is looked for an end in again and again
                    self._faults.append(TOO_LONG)
                for sentence in sentences:
                    taken += sentence
                    if text := self._checked(sentence):
                        held.append(text)
                    if not (self.judge or self.holds_back or self._says_again):
                        for text in held:
                            yield self._piece(text)
                        held = []
        except ModelUnavailable as error:
            broke_off = f"{BROKE_OFF if whole.text or whole.tool_call_chunks else UNAVAILABLE} ({error})"
        answer = Answer(whole.text, fault=broke_off) if broke_off else read_answer(whole, self.tools)
        called, answer = answer.calls, replace(answer, calls=tuple(filter(self._is_new, answer.calls)))
        if answer.fault:
            self._faults.append(answer.fault)
        elif answer.text.startswith(taken):
            held += filter(None, map(self._checked, split_sentences(answer.text[len(taken) :])[0]))
        if called and not answer.calls and not self._faults and not is_answer(f"{self.said_earlier}\n{self._told}"):
            self._faults.append(CALLED_BEFORE)
        if self._announced and not answer.calls and not self._faults and not is_answer(self._told):
            self._faults.append(ONLY_ANNOUNCED)
        if self._does_nothing(whole, answer):
            self._faults.append(DID_NOTHING)
            held = []
        elif self._says_again and held and self._may_answer_anew(answer):
            self._faults.append(GREETED_BEFORE)
            held = []
        if answer.calls and self._announced:
            held.insert(0, self._gap + " ".join(self._announced))
        if self._is_offline or not any(call["name"] in self.writes for call in answer.calls):
            for text in await self._not_objected_to(held, answer):
                yield self._piece(text)
        yield self._end(whole, answer)

    def _is_new(self, call: ToolCall) -> bool:
        """Say whether a call is none of those whose results the model has just read."""
        return all((call["name"], call["args"]) != (made["name"], made["args"]) for made in self.answered_calls)

    def _does_nothing(self, whole: AIMessageChunk, answer: Answer) -> bool:
        """Say whether an answer neither calls the tool that was expected nor asks for what it lacks."""
        return self.expects_call and not asks_back(whole.text) and self._may_answer_anew(answer)

    def _may_answer_anew(self, answer: Answer) -> bool:
        """Say whether an answer that can be sent may be asked for again; asked twice, there is another model to ask."""
        if answer.calls or self._is_offline or self._faults:
            return False
        return not self.drop_faulty or current_allowance().next_model is not None

    async def _not_objected_to(self, held: list[str], answer: Answer) -> list[str]:
        """Return what was held back, up to the first sentence the judge objects to, or without those it objects to."""
        unread = {place for place, text in enumerate(held) if text in self._unread}
        if not self.judge or not held or answer.calls:
            return [text for place, text in enumerate(held) if place not in unread]
        wrong, self._judged = await self.judge.objections(
            held, self.evidence, seconds=self.judge_seconds, unread=unread
        )
        self._faults += [f"nothing in this conversation shows that {held[place].strip()!r} is so" for place in wrong]
        if self.drop_faulty:
            left = [text for place, text in enumerate(held) if place not in wrong]
            return [left[0].lstrip() if 0 in wrong and not self.already_said else left[0], *left[1:]] if left else []
        return held[: min(wrong, default=len(held))]

    def _begin(self) -> None:
        before = (self.said_earlier, self.already_said)
        self._said = [_normal(sentence) for text in before for sentence in split_sentences(text)[0]]
        if self.already_said:
            self._gap = " "
            for sentence in split_sentences(self.already_said)[0]:
                faults_of(sentence, self.evidence, self._shown)

    def _checked(self, sentence: str) -> str:
        """Return what may be said of a sentence, with the white space that leads up to it."""
        if self._faults and not self.drop_faulty:
            return ""
        self._read += len(sentence)
        if len(sentence) > LONGEST_SENTENCE or self._read > LONGEST_REPLY:
            self._faults.append(TOO_LONG)
            return ""
        cited = self._safe(with_known_citations(sentence, self.evidence.passages))
        if _normal(cited) in self._said:
            return ""
        if _normal(cited) in self._questions or (not self._is_offline and _normal(cited) in self._statements):
            self._faults.append("it gives the customer's own words back to them")
            return ""
        if not self._is_offline and self._asks_again(cited):
            self._faults.append(ASKED_BEFORE)
            return ""
        if wrong := forbidden_statements(cited, self._words, self.instructions, self.notes):
            self._faults += wrong
            return ""
        if not self._is_offline and announces(cited):
            self._announced.append(cited.strip())
            return ""
        if not self._is_offline and speaks_of_inner_works(cited, self.tools):
            self._faults.append(SPEAKS_OF_TOOLS)
            return ""
        if not self._is_offline and self.can_look_up and denies_access(cited):
            self._faults.append(NO_ACCESS)
            return ""
        unread = False
        if self.languages and not self._is_offline:
            unread = bool(self.languages.foreign(cited, told=self.evidence.customer_words, data=self.evidence.data))
            if unread and not self.judge:
                self._faults.append(f"it must be written in {self.languages.listed()}, and {cited.strip()!r} is not")
                return ""
        if faults := faults_of(cited, self.evidence, self._shown):
            self._faults += [fault.why for fault in faults]
            return ""
        text = cited.strip()
        if not text:
            return ""
        self._says_again = self._says_again and not self._is_offline and _normal(text) in self._read_before
        self._words += words_of(text)
        if self.citations and not self._is_offline:
            text = self.citations.with_source(text)
        said, self._gap = self._gap + text, cited[len(cited.rstrip()) :] or " "
        if self._opening and not self._is_offline:
            said, self._opening = f"{self._opening} {said}", ""
        if unread:
            self._unread.append(said)
        self._told += said
        return said

    def _asks_again(self, sentence: str) -> bool:
        """Say whether a sentence is, but for a word or a comma, a question that the customer has just replied to."""
        if self._questions or not asks_back(sentence):
            return False
        return any(ratio(_normal(sentence), asked) >= SAME_QUESTION for asked in self._asked_before)

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

    def _piece(self, text: str) -> AIMessageChunk:
        """Return a piece of the reply as the customer reads it."""
        shown = self.citations.shown(text) if self.citations else text
        return AIMessageChunk(content=shown, id=self.message_id)

    def _end(self, whole: AIMessageChunk, answer: Answer) -> AIMessageChunk:
        """Return the last piece: calls that are fit to run, and what the answer cost."""
        calls = [
            tool_call_chunk(
                name=call["name"], args=json.dumps(call["args"], ensure_ascii=False), id=call["id"], index=index
            )
            for index, call in enumerate(answer.calls)
        ]
        return AIMessageChunk(
            content="",
            id=self.message_id,
            tool_call_chunks=calls,
            usage_metadata=whole.usage_metadata,
            response_metadata={"model_name": whole.response_metadata.get("model_name", "")},
            chunk_position="last",
        )


def _questions_of(text: str) -> set[str]:
    return {_normal(sentence) for sentence in split_sentences(text)[0] if sentence.rstrip().endswith("?")}


def _sentences_of(text: str) -> set[str]:
    return {_normal(sentence) for sentence in split_sentences(text)[0]}


def _normal(sentence: str) -> str:
    return normal(without_citations(sentence)).strip(" .!*")
