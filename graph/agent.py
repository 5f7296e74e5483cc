"""Use the agent from a program: open it, send messages, read replies."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from weakref import WeakValueDictionary

from langchain_core.messages import AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, CheckpointTuple
from langgraph.types import Command, Durability

from core.errors import InputError
from core.language.detection import served_locale
from core.message_marks import marked, marks
from core.observability.gc_tuning import freeze_lasting_objects, give_back_memory_when_freed
from core.observability.logs import keep_logs_clean
from core.observability.tracing import set_up_tracing
from core.privacy.known_people import KNOWN
from core.settings import Settings
from graph.assembly import assemble
from graph.builder import Parts, SupportGraph, build_graph
from graph.business_reload import BusinessReload, Edition
from graph.context_window.customer_profile import open_store
from graph.intake.attachments import VoiceInput, has_picture, has_sound
from graph.memory.checkpoint_prefetch import prefetch_checkpoint
from graph.memory.checkpointers import open_checkpointer
from graph.memory.fencing import TURN_TOKEN
from graph.memory.threads import earlier, prune
from graph.nodes.receive import check_message, check_owner, without_card_numbers
from graph.replies import BETWEEN_MESSAGES, Event, Progress, Reply, Token, read_reply, reply_text
from graph.state import State, run_config, state_of, text_of
from graph.tool_calls.executors import TOOL_CALLS
from tools.context import Context


@dataclass
class _Turn:
    """How one turn is run."""

    graph: SupportGraph
    config: RunnableConfig
    given: Any
    """The input of the run, or None to go on where a crash interrupted it."""
    values: dict[str, Any]
    asks_graph: bool
    """False where the message was answered before."""
    durability: Durability
    """`exit` saves a turn once, before its reply is returned; `sync` each step, where a customer's yes may set off
    an action
    and a second delivery of it must go on where the first died. Effects themselves are rows of the ledger either
    way."""


class SupportAgent:
    """One opened agent that serves any number of threads."""

    def __init__(
        self, graph: SupportGraph, *, max_message_chars: int, locale: str = "en", parts: Parts | None = None
    ) -> None:
        """Take a graph, and the parts it was made of, which are closed with the agent."""
        self.reload: BusinessReload | None = None
        """Looks for changed files of the business before each turn, where somebody opened them from there."""
        self._edition = Edition(graph, parts)
        self._locale = locale
        self._max_message_chars = max_message_chars
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def graph(self) -> SupportGraph:
        """Return the graph that the next turn runs through."""
        return self._edition.graph

    @graph.setter
    def graph(self, graph: SupportGraph) -> None:
        self._edition.graph = graph

    @property
    def parts(self) -> Parts | None:
        """Return what the next turn runs with, where the agent was opened with it."""
        return self._edition.parts

    async def take_up(self, graph: SupportGraph, parts: Parts) -> None:
        """Let later turns run through another graph; those under way go on with the parts they began with."""
        before, self._edition = self._edition, Edition(graph, parts)
        await before.retire()

    async def close(self) -> None:
        """Close what the agent was opened with."""
        if self.reload:
            await self.reload.close()
        await self._edition.retire()

    @asynccontextmanager
    async def _newest_edition(self) -> AsyncIterator[Edition]:
        """Hold what a turn runs with, after a look whether the business changed."""
        await self._look()
        async with self._edition.in_use() as edition:
            yield edition

    async def _look(self) -> None:
        """Take up what changed of the business."""
        if self.reload:
            await self.reload.look()

    def locale_of(self, asked: str | None) -> str:
        """Return the language that is asked for, or else the business's own."""
        return served_locale(asked, self.parts.locales) if self.parts else asked or self._locale

    async def transcribe(self, recording: bytes) -> HumanMessage:
        """Return a voice message as words to `send`; nothing is sent yet.

        Raises:
            MessageRejected: it is too long, not audio or cannot be decoded; or voice is not switched on.
            ModelUnavailable, ModelRejected: the transcription endpoint failed.
        """
        return await (self.parts.voice_input if self.parts else VoiceInput()).transcribe(recording)

    async def send(
        self,
        thread_id: str,
        text: str | HumanMessage,
        *,
        customer_id: str | None = None,
        channel: str = "chat",
        locale: str | None = None,
        message_id: str | None = None,
        turn_token: int | None = None,
        sent_at: float | None = None,
    ) -> Reply:
        """Return the reply to a message, typed or heard; messages of one thread are answered one after the other.

        That order is kept within this process. Where several processes share a memory, one at a time may answer a
        thread, or what the other writes is lost; `server.service` leases threads for that.

        A yes that is sent while an earlier message is still being answered agrees to nothing that answer asks.

        Sending a message again under its `message_id` is harmless: what a crash interrupted goes on, what was answered
        is answered the same.

        A `turn_token` fences the run: the memory refuses it once it has seen a higher one for the thread. `sent_at`
        says when the customer sent the message, in seconds since the epoch, where that was before now.

        Raises:
            MessageRejected: the message is empty or too long.
            ThreadForbidden: the thread belongs to another customer.
            ModelError, KnowledgeError, BackendUnavailable: a part behind the agent failed.
        """
        context = Context(customer_id=customer_id, channel=channel, locale=self.locale_of(locale))
        async with self._turn(thread_id, text, context, message_id, sent_at, turn_token) as turn:
            if turn.asks_graph:
                turn.values = await turn.graph.ainvoke(
                    turn.given, turn.config, context=context, durability=turn.durability
                )
            return self._read(state_of(turn.values), thread_id)

    async def stream(
        self,
        thread_id: str,
        text: str | HumanMessage,
        *,
        customer_id: str | None = None,
        channel: str = "chat",
        locale: str | None = None,
        message_id: str | None = None,
        turn_token: int | None = None,
        sent_at: float | None = None,
    ) -> AsyncIterator[Event]:
        """Yield progress, pieces of the reply as they come, and last the whole reply; takes and raises as `send`."""
        context = Context(customer_id=customer_id, channel=channel, locale=self.locale_of(locale))
        async with self._turn(thread_id, text, context, message_id, sent_at, turn_token) as turn:
            if turn.asks_graph:
                speaking: str | None = None
                async for mode, event in turn.graph.astream(
                    turn.given,
                    turn.config,
                    context=context,
                    stream_mode=["messages", "custom", "values"],
                    durability=turn.durability,
                ):
                    if mode == "values" and isinstance(event, dict):
                        turn.values = event
                    elif mode == "custom" and isinstance(event, dict) and "progress" in event:
                        yield Progress(str(event["progress"]))
                    elif mode == "messages" and (piece := reply_text(event)):
                        speaker = str(cast(Any, event)[0].id)
                        if speaking not in (None, speaker):
                            yield Token(BETWEEN_MESSAGES)
                        speaking = speaker
                        yield Token(piece)
            yield self._read(state_of(turn.values), thread_id)

    @asynccontextmanager
    async def _turn(
        self,
        thread_id: str,
        text: str | HumanMessage,
        context: Context,
        message_id: str | None,
        sent_at: float | None,
        turn_token: int | None,
    ) -> AsyncIterator["_Turn"]:
        """Hold the thread for one turn, after checking the message, whose thread it is, and what became of it."""
        config = _config(thread_id, turn_token)
        message = without_card_numbers(text if isinstance(text, HumanMessage) else HumanMessage(text))
        message_id = message_id or message.id
        sent_at = time.time() if sent_at is None else sent_at  # before waiting for earlier messages of the thread
        if not (has_sound(message) or has_picture(message)):  # what a recording says is known once it was heard
            check_message(text_of(message), self._max_message_chars)
        async with self._locks.setdefault(thread_id, asyncio.Lock()):
            found, _ = await asyncio.gather(self._newest(config), self._look())
            async with self._edition.in_use() as edition:
                look_up = edition.parts.know if edition.parts else None
                if look_up and context.customer_id and not KNOWN.knows(context.customer_id):
                    await look_up(context.customer_id)
                state = _stored(found)
                # Before the run: once it starts, the message is part of the thread.
                check_owner(state, context)
                if message_id is not None and any(m.id == message_id for m in state.messages):
                    snapshot = await edition.graph.aget_state(config)
                    # Not `next`: a task that ended just before the crash is no longer in it, and its step is still to
                    # be closed.
                    unfinished = bool(snapshot.tasks) and not snapshot.interrupts
                    turn = _Turn(edition.graph, config, None, _as_of(snapshot.values, message_id), unfinished, "sync")
                else:
                    # Plain data: the memory reads no class of ours back.
                    timed = marked(message, sent_at=sent_at)
                    given = {"messages": [message.model_copy(update={"id": message_id, "additional_kwargs": timed})]}
                    turn = _Turn(edition.graph, config, given, {}, True, "sync" if awaits_answer(state) else "exit")
                with prefetch_checkpoint(thread_id, found):
                    yield turn

    async def _newest(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Return what the memory holds of a thread, without working out what would come next in it."""
        memory = self.graph.checkpointer
        return await memory.aget_tuple(config) if isinstance(memory, BaseCheckpointSaver) else None

    async def decide(self, thread_id: str, answer: Any, *, operator: str, turn_token: int | None = None) -> Reply:
        """Answer a thread's request for approval on behalf of staff, and return what the customer reads.

        The answer has the format of `graph.tool_calls.action_messages`; one without decisions goes on with what the
        ledger already holds. Where the thread no longer waits, nothing happens. The `turn_token` is that of `stream`.
        """
        config = _config(thread_id, turn_token)
        async with self._newest_edition() as edition, self._locks.setdefault(thread_id, asyncio.Lock()):
            before = await self.state(thread_id)
            waiting = (await edition.graph.aget_state(config)).next
            # Whoever died between two steps left the thread neither at its request nor at its end.
            go_on: Command[Any] | None = Command(resume=answer) if waiting == ("approve",) else None
            if go_on or (waiting and answer == {"decisions": []}):
                context = Context(operator=operator)
                await edition.graph.ainvoke(go_on, config, context=context, durability="sync")
            after = await self.state(thread_id)
            if after.approval_problem and answer != {"decisions": []}:
                raise InputError(after.approval_problem)
            return self._read(after, thread_id, already_read=len(before.messages))

    async def host_calls(self, thread_id: str) -> list[dict[str, Any]]:
        """Return the tool calls (id, name, args) the host has to run before the thread's turn goes on."""
        config = run_config(thread_id)
        asked = [i.value for i in (await self.graph.aget_state(config)).interrupts]
        return [
            call
            for value in asked
            if isinstance(value, dict) and value.get("type") == TOOL_CALLS
            for call in value["calls"]
        ]

    async def give_results(
        self,
        thread_id: str,
        results: Sequence[Mapping[str, Any]],
        *,
        customer_id: str | None = None,
        channel: str = "chat",
        locale: str = "en",
    ) -> Reply:
        """Hand in what the host's tools returned, one `{"id", "content", "status"?}` a call, and go on with the turn.

        The reply is empty while `host_calls` has calls again: further ones, or the same where the results did not fit.
        """
        config = run_config(thread_id)
        context = Context(customer_id=customer_id, channel=channel, locale=locale)
        async with self._newest_edition() as edition, self._locks.setdefault(thread_id, asyncio.Lock()):
            check_owner(_stored(await self._newest(config)), context)
            if await self.host_calls(thread_id):
                answer: Command[Any] = Command(resume={"results": list(results)})
                await edition.graph.ainvoke(answer, config, context=context, durability="sync")
            return self._read(await self.state(thread_id), thread_id)

    def _read(self, state: State, thread_id: str, *, already_read: int = 0) -> Reply:
        drawn = {tool.name: tool.cards for tool in self.parts.tools if tool.cards} if self.parts else {}
        return read_reply(state, thread_id, already_read=already_read, drawn=drawn)

    async def earlier(self, thread_id: str, state: State) -> list[AnyMessage]:
        """Return what was said in a thread before the messages that its state still holds, oldest first."""
        if not (state.summary or state.case_file) or not isinstance(self.graph.checkpointer, BaseCheckpointSaver):
            return []  # nothing has left it yet
        return await earlier(self.graph.checkpointer, thread_id, state.messages)

    async def state(self, thread_id: str) -> State:
        """Return what the thread holds now; a new thread is empty."""
        config = run_config(thread_id)
        snapshot = await self.graph.aget_state(config)
        return state_of(snapshot.values)


def _config(thread_id: str, turn_token: int | None) -> RunnableConfig:
    """Return the configuration of a run that begins now, fenced where a token is given."""
    config = run_config(thread_id)
    if turn_token is not None:
        config["configurable"][TURN_TOKEN] = turn_token
    return config


def _stored(found: CheckpointTuple | None) -> State:
    """Return what a thread's newest checkpoint holds; a new thread is empty."""
    return state_of(found.checkpoint["channel_values"] if found else {})


def _as_of(values: dict[str, Any], message_id: str) -> dict[str, Any]:
    """Return a thread's values with nothing behind the turn of a message, so that its reply is read, no later one."""
    messages: list[AnyMessage] = values["messages"]
    behind = itertools.dropwhile(lambda place: messages[place].id != message_id, range(len(messages)))
    following = (
        place for place in behind if isinstance(messages[place], HumanMessage) and messages[place].id != message_id
    )
    return values | {"messages": messages[: next(following, len(messages))]}


def awaits_answer(state: State) -> bool:
    """Say whether the last thing said in a thread asks the customer to agree to something."""
    return bool(state.messages) and bool(marks(state.messages[-1]).get("asks"))


@asynccontextmanager
async def open_agent(
    settings: Settings | None = None, *, parts: Parts | None = None, business: Path | str | None = None
) -> AsyncIterator[SupportAgent]:
    """Yield an agent made from settings (those of the environment by default); closes what it opened.

    `business` names the folder of a business, as SUPPORT_BUSINESS does.

    Raises:
        SettingsError, KnowledgeError, BackendUnavailable: something it needs is missing; the message says what to do.
    """
    settings = settings or Settings.from_env(business=business)
    give_back_memory_when_freed()
    keep_logs_clean()
    set_up_tracing(settings.langsmith_tracing)

    async def take_up(newer: Parts) -> None:
        await agent.take_up(build_graph(newer, checkpointer=checkpointer, store=store), newer)

    # Before anything is read: what changes from here on is taken up.
    reload = await asyncio.to_thread(BusinessReload, settings, take_up) if parts is None else None
    opened = await asyncio.to_thread(assemble, settings) if parts is None else parts
    async with AsyncExitStack() as held:
        checkpointer = await held.enter_async_context(open_checkpointer(settings.memory_url))
        store = await held.enter_async_context(open_store(settings.memory_url)) if opened.remembers_customers else None
        if settings.retention_days is not None:
            await prune(checkpointer, older_than_days=settings.retention_days)
        graph = build_graph(opened, checkpointer=checkpointer, store=store)
        agent = SupportAgent(graph, max_message_chars=opened.max_message_chars, parts=opened)
        agent.reload = reload
        freeze_lasting_objects()
        try:
            yield agent
        finally:
            await agent.close()
