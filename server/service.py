"""Hold what the routes work with, opened once for the life of the server."""

import asyncio
import os
import secrets
import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from core.errors import Busy, MessageRejected, Refused, SettingsError
from core.factory import embedding_model, endpoint_model
from core.language.fixed_sentences import phrase
from core.message_marks import marks
from core.settings import Settings
from core.storage.database import Database
from graph.agent import SupportAgent, open_agent
from graph.builder import Parts
from graph.intake.attachments import was_not_understood
from graph.opened_stores import business_of
from graph.state import text_of
from server.http.staff_login import StaffLogin
from server.inbox.broadcast import Broadcast
from server.inbox.leases import Leases
from server.inbox.message_inbox import Inbox
from server.inbox.unfinished_turns import DeadLetterHandler, StoppedTurn
from server.inbox.worker import Worker, WorkerSettings, keep_deciding
from server.metrics import Metrics
from server.personal_stores import keep_expiring
from server.records import Limits, Spoken
from server.stores import upgrade_stores
from server.tokens import Tokens, tokens_of
from tools.business.business_folder import Business
from tools.desk.hours import DeskHours
from tools.desk.reports import DeskReads


@dataclass(frozen=True, kw_only=True)
class DeskParts:
    """The parts of the desk's pages, opened once."""

    reads: DeskReads
    embeddings: Embeddings
    """Tell which questions mean the same."""
    model: BaseChatModel | None
    """Suggests replies to operators; None where there is nothing but the offline model."""


HEARD_AT_ONCE = 8
"""Recordings that one process listens to at a time; each is held in memory and keeps the transcriber busy."""


LOOK_SECONDS = 2.0
"""How often the files of the business are looked at."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """The parts of one server process."""

    settings: Settings
    tokens: Tokens
    agent: SupportAgent
    inbox: Inbox
    leases: Leases
    worker: Worker
    working: "asyncio.Task[None]"
    broadcast: Broadcast
    metrics: Metrics
    desk: DeskParts
    staff_login: StaffLogin | None
    """Signs staff in at a provider, where one is named."""
    stores: Mapping[str, Database]
    """Where the process writes, by what it is called."""
    hearing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HEARD_AT_ONCE))
    streams: Counter[str] = field(default_factory=Counter)
    """Endless streams that are open in this process, by who holds them."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the server begins to shut down; endless streams end then."""

    @property
    def parts(self) -> Parts:
        """Return what the next turn runs with."""
        assert self.agent.parts is not None  # noqa: S101 - `open_service` opens it with them
        return self.agent.parts

    @property
    def business(self) -> Business:
        """Return the business in the newest state that can be used."""
        return self.parts.business or self._business_of_settings

    @cached_property
    def _business_of_settings(self) -> Business:
        """Return the business for an agent whose parts came from no folder."""
        return business_of(self.settings)

    @property
    def queues(self) -> Sequence[str]:
        """Return the names of the teams that tickets go to."""
        return [queue.name for queue in self.business.queues]

    @property
    def hours(self) -> DeskHours:
        """Return when people are at the desk."""
        return self.business.file.desk_hours

    @property
    def reply_within(self) -> timedelta:
        """Return the promised time until an answer, in opening hours."""
        return timedelta(minutes=self.business.file.limits.reply_minutes)


async def _keep_looking(agent: SupportAgent) -> None:
    """Take up changed files of the business while nobody writes, too: pages show them, and the log what is wrong."""
    while agent.reload:
        await asyncio.sleep(LOOK_SECONDS)
        await agent.reload.look()


@asynccontextmanager
async def open_service(settings: Settings, parts: Parts | None = None) -> AsyncIterator[Service]:
    """Yield everything a server needs, with its worker running; at the end turns are finished or handed on.

    Raises:
        SettingsError, SchemaMismatch, KnowledgeError, BackendUnavailable: something it needs is missing; the message
            says what to do.
    """
    tokens = await asyncio.to_thread(tokens_of, settings)
    await asyncio.to_thread(upgrade_stores, settings)
    if parts and parts.executor and parts.executor.carries_out:
        raise SettingsError(
            "the graph hands its tool calls to a host, and a server has none to run them; leave `executor` out, or "
            "run the graph from the host"
        )
    limits = Limits(
        max_waiting=settings.limits.max_waiting,
        messages_per_minute=settings.limits.messages_per_minute,
        max_message_chars=settings.limits.max_message_chars,
    )
    broadcast, metrics = Broadcast(), Metrics()
    desk = DeskParts(
        reads=await asyncio.to_thread(DeskReads, settings.desk_url),
        embeddings=await asyncio.to_thread(embedding_model, settings),
        model=None if settings.model == "offline" else await asyncio.to_thread(endpoint_model, settings),
    )
    inbox = await asyncio.to_thread(Inbox, settings.inbox_url, limits, burst_seconds=settings.limits.burst_seconds)
    holder = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    leases = Leases(inbox, holder=holder, seconds=settings.limits.lease_seconds)
    urls = {"inbox": settings.inbox_url, "desk": settings.desk_url, "memory": settings.memory_url}
    stores = {name: await asyncio.to_thread(Database, url) for name, url in urls.items()}
    async with open_agent(settings, parts=parts) as agent:
        give_up = DeadLetterHandler(agent, attempts=settings.limits.turn_attempts)
        pace = WorkerSettings(
            turns_at_once=settings.limits.turns_at_once,
            attempt_seconds=settings.limits.attempt_seconds,
            attempts=settings.limits.turn_attempts,
            lease_seconds=settings.limits.lease_seconds,
            shutdown_seconds=settings.limits.shutdown_seconds,
        )
        worker = Worker(agent, leases, broadcast, metrics, give_up, StoppedTurn(agent), pace)
        working = asyncio.create_task(worker.run(), name="worker")
        aside = [
            asyncio.create_task(keep_expiring(settings), name="expiry"),
            asyncio.create_task(keep_deciding(agent, leases), name="decisions"),
            asyncio.create_task(_keep_looking(agent), name="changed files"),
        ]
        service = Service(
            settings=settings,
            tokens=tokens,
            agent=agent,
            inbox=inbox,
            leases=leases,
            worker=worker,
            working=working,
            broadcast=broadcast,
            metrics=metrics,
            desk=desk,
            staff_login=StaffLogin(settings) if settings.staff_login_issuer else None,
            stores=stores,
        )
        try:
            yield service
        finally:
            service.stopping.set()
            working.cancel()
            for task in aside:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await working
            await desk.reads.close()
            await inbox.close()
            for store in stores.values():
                await store.close()


async def transcribe(service: Service, recording: bytes, locale: str | None) -> tuple[str, Spoken]:
    """Return a recording's words as they are sent, and as they were heard.

    Raises:
        Refused: voice messages are not understood here.
        MessageRejected: it is too long, not audio, cannot be decoded, or holds no words.
        Busy: too many are listened to at the moment.
        ModelUnavailable, ModelRejected: the transcription endpoint failed.
    """
    locale = service.agent.locale_of(locale)
    if service.parts.voice_input.transcriber is None:
        raise Refused(phrase("voice_off", locale))
    if service.hearing.locked():
        raise Busy("many voice messages came at once; send it again in a moment", retry_after=2)
    async with service.hearing:
        message = await service.agent.transcribe(recording)
    if was_not_understood(message):
        raise MessageRejected(phrase("not_heard", locale))
    voice = marks(message)["voice"]
    return text_of(message), Spoken(heard=voice["heard"], seconds=voice["seconds"])
