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

from core.errors import ModelUnavailable
from core.language.greetings import is_small_talk
from core.language.text import split_sentences
from core.models.async_base import PiecewiseChatModel, answer_of
from core.models.json_mode import JsonAnswer
from core.models.request_limits import current_allowance
from core.models.tool_call_parsing import Answer, begins_call, read_answer
from core.offline.model import OFFLINE
from graph.state import text_of
from graph.verification.judge import Objections, ReplyJudge
from graph.verification.non_answers import DID_NOTHING, NO_SOURCE, NO_TIME, ONLY_ANNOUNCED, asks_back, is_none_of
from graph.verification.reply import LONGEST_SENTENCE, is_answer
from graph.verification.sentence_checks import TOO_LONG, SentenceChecks

BROKE_OFF = "it broke off before its end"
CALLED_BEFORE = "it only makes a call once more whose result stands above; answer from that result"
GREETED_BEFORE = "it only greets the customer once more; answer what they wrote since"
UNAVAILABLE = "it did not come, the model is unavailable"


class VerifiedChatModel(PiecewiseChatModel):
    """Say the sentences of another model's answer that stand, each as soon as it is whole.

    The first sentence that does not stand ends what is said, so that the rest can be asked for again; where the checks
    drop faulty ones, such sentences are left out instead. What was said is never taken back: the pieces joined are the
    message. One speaker serves one answer.
    """

    inner: Runnable[LanguageModelInput, AIMessage] = Field(exclude=True, repr=False)
    checks: SentenceChecks = Field(exclude=True, repr=False)
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
    rules_act: bool = False
    """Whether the offline rules would go on with what the customer has ordered: an answer without a call does nothing
    with it, even if it asks back.
    """
    judge: ReplyJudge | None = Field(default=None, exclude=True, repr=False)
    """Judges what holds nothing to check by rule; everything is held back until it has."""
    judge_seconds: float = 10.0
    message_id: str
    _judged: JsonAnswer[Objections] = PrivateAttr(default_factory=lambda: JsonAnswer(None))

    def __repr_args__(self) -> list[tuple[str, Any]]:
        """Show nothing of the conversation: the library writes every model into its traces."""
        return []

    @property
    def faults(self) -> list[str]:
        """Return what was wrong with the answer, as sentences for the model; none when all of it was said."""
        return list(dict.fromkeys(self.checks.faults))

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
        whole, taken, pending = AIMessageChunk(content=""), "", ""
        held: list[str] = []
        broke_off = None
        try:
            async for chunk in answer_pieces:
                whole = whole + chunk
                self.checks.offline = whole.response_metadata.get("model_name") == OFFLINE
                pending += chunk.text
                if self.checks.faults or begins_call(pending, self.tools):
                    continue
                sentences, pending = split_sentences(pending, finished=False)
                if len(pending) > LONGEST_SENTENCE:  # nothing is looked for an end in again and again
                    self.checks.faults.append(TOO_LONG)
                taken += "".join(sentences)
                held += filter(None, map(self.checks.checked, sentences))
                waits = self.checks.only_greets_again or self.checks.needs_source
                if not (self.judge or self.holds_back or waits):
                    for text in held:
                        yield self._piece(text)
                    held = []
        except ModelUnavailable as error:
            broke_off = f"{BROKE_OFF if whole.text or whole.tool_call_chunks else UNAVAILABLE} ({error})"
        answer = Answer(whole.text, fault=broke_off) if broke_off else read_answer(whole, self.tools)
        if answer.fault:
            self.checks.faults.append(answer.fault)
        elif answer.text.startswith(taken):
            held += filter(None, map(self.checks.checked, split_sentences(answer.text[len(taken) :])[0]))
        called, answer = answer.calls, replace(answer, calls=tuple(filter(self._is_new, answer.calls)))
        if fault := self._missing(answer, called, greets=bool(held), asks=asks_back(whole.text)):
            self.checks.faults.append(fault)
            held = [] if fault in (DID_NOTHING, GREETED_BEFORE, NO_SOURCE) else held
        if answer.calls and (announcement := self.checks.announcement):
            held.insert(0, announcement)
        if self.checks.offline or not any(call["name"] in self.writes for call in answer.calls):
            for text in await self._not_objected_to(held, answer):
                yield self._piece(text)
        yield self._end(whole, answer)

    def _is_new(self, call: ToolCall) -> bool:
        """Say whether a call is none of those whose results the model has just read."""
        return all(
            (call["name"], call["args"]) != (made["name"], made["args"]) for made in self.checks.so_far.newest_calls
        )

    def _missing(self, answer: Answer, called: tuple[ToolCall, ...], *, greets: bool, asks: bool) -> str | None:
        """Return why an answer without a new call is none, beside what is wrong with its sentences, or None.

        Args:
            answer: The answer, with its new calls.
            called: All calls that the model made.
            greets: Whether something of it is still held back, which is all of it where it only greets.
            asks: Whether it asks the customer for something.
        """
        checks = self.checks
        if answer.calls:
            return None
        if self.rules_act and not checks.offline:
            return DID_NOTHING
        # Asked twice, there is another model to ask.
        is_last = checks.offline or (checks.drop_faulty and current_allowance().next_model is None)
        does_nothing = self.expects_call and not (asks or is_last)
        no_source = NO_SOURCE if not (asks or is_last) and self._lacks_source() else None
        if checks.faults:
            return DID_NOTHING if does_nothing else no_source
        if called and not is_answer(f"{checks.so_far.said_earlier}\n{checks.told}"):
            return CALLED_BEFORE
        if checks.announcement and not is_answer(checks.told):
            return ONLY_ANNOUNCED
        if does_nothing:
            return DID_NOTHING
        if checks.leaves_open_when and not (asks or is_last):
            return NO_TIME
        return GREETED_BEFORE if checks.only_greets_again and greets and not is_last else no_source

    def _lacks_source(self) -> bool:
        """Say whether what is said in answer to a question has no source, though it states things at length."""
        checks = self.checks
        if not checks.needs_source or is_small_talk(checks.so_far.asked):
            return False
        known = "\n".join([*(text.text for text in checks.evidence.texts[:1]), *map(text_of, checks.so_far.earlier)])
        return is_none_of(checks.told, checks.citations.read, known=known)

    async def _not_objected_to(self, held: list[str], answer: Answer) -> list[str]:
        """Return what was held back, up to the first sentence the judge objects to, or without those it objects to."""
        checks = self.checks
        unread = {place for place, text in enumerate(held) if text in checks.unread}
        if not self.judge or not held or answer.calls:
            return [text for place, text in enumerate(held) if place not in unread]
        wrong, self._judged = await self.judge.objections(
            held, checks.evidence, seconds=self.judge_seconds, unread=unread
        )
        checks.faults += [f"nothing in this conversation shows that {held[place].strip()!r} is so" for place in wrong]
        if checks.drop_faulty:
            left = [text for place, text in enumerate(held) if place not in wrong]
            return (
                [left[0].lstrip() if 0 in wrong and not checks.so_far.already_said else left[0], *left[1:]]
                if left
                else []
            )
        return held[: min(wrong, default=len(held))]

    def _piece(self, text: str) -> AIMessageChunk:
        """Return a piece of the reply as the customer reads it."""
        return AIMessageChunk(content=self.checks.citations.shown(text), id=self.message_id)

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
