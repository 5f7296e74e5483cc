"""Run the turns that are due: one at a time a thread, many at a time a process, again after a crash."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol

from langchain_core.messages import HumanMessage

from core.errors import BackendUnavailable, LeaseLost, SupportError
from core.privacy.redaction import Redactor
from graph.agent import SupportAgent
from graph.intake.attachments import pictured, spoken_message
from graph.replies import Reply
from server.inbox.broadcast import Broadcast, TurnEnd
from server.inbox.leases import Leases
from server.metrics import Metrics
from server.records import CrashSuspect, Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class WorkerSettings:
    """How a worker goes about its work; times in seconds."""

    turns_at_once: int = 16
    attempt_seconds: float = 120.0
    """A turn that takes longer counts as failed."""
    attempts: int = 3
    lease_seconds: float = 6.0
    poll_seconds: float = 0.3
    """How often to look for turns that other processes left."""
    head_start: float = 0.5
    """How long a turn is left to the process that accepted its message, which can stream it."""
    shutdown_seconds: float = 20.0


class GiveUp(Protocol):
    """Bring in a person for a turn that cannot be run."""

    async def __call__(self, turn: Turn, error: str) -> dict[str, Any]:
        """Return what the customer is told."""
        ...


class KeepStopped(Protocol):
    """Put a turn whose reply was stopped into its conversation."""

    async def __call__(self, turn: Turn, written: str) -> dict[str, Any]:
        """Return the reply, which is what was written of it."""
        ...


class Worker:
    """Take turns from the leases and run them through the agent."""

    def __init__(
        self,
        agent: SupportAgent,
        leases: Leases,
        broadcast: Broadcast,
        metrics: Metrics,
        give_up: GiveUp,
        keep_stopped: KeepStopped,
        pace: WorkerSettings,
    ) -> None:
        self._agent = agent
        self._leases = leases
        self._broadcast = broadcast
        self._metrics = metrics
        self._give_up = give_up
        self._keep_stopped = keep_stopped
        self._pace = pace
        self._hints: asyncio.Queue[str] = asyncio.Queue()
        self._slots = asyncio.Semaphore(pace.turns_at_once)
        self._running: set[asyncio.Task[None]] = set()
        self._turns: dict[str, asyncio.Task[None]] = {}
        self._left_behind = False
        """Whether the last look found a turn that another process had left."""
        self._stopping = False

    def hint(self, thread_id: str, *, after: float = 0.0) -> None:
        """Say that a turn of a thread will be due; without a hint it is found by looking."""
        asyncio.get_running_loop().call_later(after, self._hints.put_nowait, thread_id)

    def stop(self, turn_id: str) -> None:
        """Stop a turn that runs in this process and was noted as stopped; others find the note themselves."""
        if task := self._turns.get(turn_id):
            task.cancel()

    async def run(self) -> None:
        """Take turns until cancelled; then finish those that run, or hand them on."""
        try:
            while True:
                await self._slots.acquire()
                turn = None
                try:
                    turn = await self._next_turn()
                finally:
                    if turn is None:
                        self._slots.release()
                if turn is not None:
                    task = asyncio.create_task(self._take(turn), name=f"turn {turn.id}")
                    self._running.add(task)
                    task.add_done_callback(self._done)
                    if turn.suspect:
                        await asyncio.wait({task})
        finally:
            self._stopping = True
            if self._running:
                await asyncio.wait(self._running, timeout=self._pace.shutdown_seconds)
            for task in self._running:
                task.cancel()
            if self._running:
                await asyncio.wait(self._running, timeout=5)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        if not task.cancelled() and (error := task.exception()):
            log.error("a turn ended with %r; it is taken up again once its lease is over", error)

    async def _next_turn(self) -> Turn | None:
        """Return a turn somebody hinted at, or after a moment of quiet one that was left, or None."""
        thread_id = await self._hinted()
        if thread_id is not None:
            return await self._claim(thread_id, 0.0)
        found = await self._claim(None, self._pace.head_start)
        self._left_behind = found is not None
        return found

    async def _hinted(self) -> str | None:
        """Return the thread of the next hint, or None after a moment of quiet; where turns are left, without one."""
        with suppress(TimeoutError, asyncio.QueueEmpty):
            if self._left_behind:
                return self._hints.get_nowait()
            return await asyncio.wait_for(self._hints.get(), self._pace.poll_seconds)
        return None

    async def _claim(self, thread_id: str | None, overdue_by: float) -> Turn | None:
        try:
            found = await self._leases.claim(thread_id, overdue_by=overdue_by, alone=not self._running)
            if not isinstance(found, CrashSuspect):
                return found
            if self._running:
                await asyncio.wait(self._running)
            found = await self._leases.claim(found.thread_id, overdue_by=overdue_by)
            return found if isinstance(found, Turn) else None
        except BackendUnavailable as error:
            log.warning("%s", error)
            await asyncio.sleep(1)
            return None

    async def _take(self, turn: Turn) -> None:
        """Run a turn under its lease, and store what came of it."""
        me = asyncio.current_task()
        assert me is not None  # noqa: S101  a task runs this
        heartbeat = asyncio.create_task(self._keep_lease(turn, me.cancel))
        self._turns[turn.id] = me
        self._broadcast.begin_turn(turn.thread_id)
        try:
            await self._run_turn(turn)
        except LeaseLost as error:
            log.warning("%s", error)
        except asyncio.CancelledError:
            # Stopped by the customer; or shutdown, or the lease is gone: then the token makes giving back a no-op.
            with suppress(LeaseLost, BackendUnavailable):
                if await self._leases.is_stopped(turn):
                    await self._finish_stopped(turn)
                else:
                    await self._leases.give_back(turn, error=None)
            if self._stopping:
                raise
        finally:
            heartbeat.cancel()
            del self._turns[turn.id]
            if self._broadcast.runs_turn(turn.thread_id):
                self._broadcast.end_turn(turn.thread_id)

    async def _run_turn(self, turn: Turn) -> None:
        if turn.attempt > self._pace.attempts:
            await self._escalate(turn, f"{turn.attempt - 1} attempts ended without an answer")
            return
        try:
            async with asyncio.timeout(self._pace.attempt_seconds):
                reply = await self._answer(turn)
        except Exception as error:  # noqa: BLE001  whatever it is: the message is tried again, then given to a person
            log.warning("attempt %d at turn %s failed: %r", turn.attempt, turn.id, error)
            self._metrics.failed_attempts.inc()
            if turn.attempt >= self._pace.attempts:
                await self._escalate(turn, f"{type(error).__name__} at attempt {turn.attempt}")
            else:
                wait = float(2 ** (turn.attempt - 1))
                await self._leases.give_back(turn, error=Redactor().text(repr(error))[:500], again_in=wait)
                self.hint(turn.thread_id, after=wait)
            return
        await self._finish(turn, reply.to_dict())
        self._metrics.answered(turn, reply)

    async def _finish(
        self, turn: Turn, reply: dict[str, Any], status: Literal["answered", "dead"] = "answered"
    ) -> None:
        """Store what came of a turn, and tell it to those who wait for it in this process."""
        if await self._leases.finish(turn, reply, status=status):
            self.hint(turn.thread_id)
        stored = json.loads(json.dumps(reply, default=str))  # as everybody else reads it
        self._broadcast.end_turn(turn.thread_id, TurnEnd(turn.message_ids, status, stored))

    async def _answer(self, turn: Turn) -> Reply:
        how: dict[str, Any] = {
            "customer_id": turn.customer_id,
            "channel": "voice" if turn.spoken else turn.channel,
            "locale": turn.locale,
            "message_id": turn.id,
            "turn_token": turn.token,
            "sent_at": turn.waited_since,
        }
        if self._broadcast.wants_whole(turn.thread_id):  # a whole answer of the model takes less than its pieces
            return await self._agent.send(turn.thread_id, _message(turn), **how)
        reply: Reply | None = None
        async for event in self._agent.stream(turn.thread_id, _message(turn), **how):
            if isinstance(event, Reply):
                reply = event
            else:
                self._broadcast.publish(turn.thread_id, event)
        if reply is None:
            raise AssertionError("a turn ended without a reply")
        return reply

    async def _escalate(self, turn: Turn, error: str) -> None:
        """Give a turn to a person and put it away, so that nothing behind it waits any longer."""
        log.error("turn %s of thread %s goes to a person: %s", turn.id, turn.thread_id, error)
        told = await self._give_up(turn, error)
        await self._finish(turn, told, "dead")
        self._metrics.dead_letters.inc(len(turn.message_ids))

    async def _finish_stopped(self, turn: Turn) -> None:
        """End a turn with what was written of its reply."""
        await self._finish(turn, await self._keep_stopped(turn, self._broadcast.written(turn.thread_id)))

    async def _keep_lease(self, turn: Turn, lost: Callable[[], Any]) -> None:
        """Prolong the lease while the turn runs; end the turn when it was lost or stopped."""
        while True:
            await asyncio.sleep(self._pace.lease_seconds / 3)
            with suppress(BackendUnavailable):  # the next beat may get through before the lease is over
                if not await asyncio.shield(self._leases.renew(turn)):
                    lost()
                    return


def _message(turn: Turn) -> str | HumanMessage:
    """Return what a turn's customer said, spoke and showed."""
    said = turn.text if turn.spoken is None else spoken_message(turn.text, **asdict(turn.spoken))
    if not turn.pictures:
        return said
    return pictured(said if isinstance(said, HumanMessage) else HumanMessage(said), turn.pictures)


LOOK_SECONDS = 30.0
LONG_ENOUGH = timedelta(seconds=30)
"""What was decided so long ago is not being carried out by whoever took the decision."""


async def keep_deciding(agent: SupportAgent, leases: Leases) -> None:
    """Do so every half minute until cancelled."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await go_on_with_decisions(agent, leases)
        except SupportError as error:
            log.warning("decisions of staff that were left could not be carried out: %s", error)


async def go_on_with_decisions(agent: SupportAgent, leases: Leases, *, after: timedelta = LONG_ENOUGH) -> None:
    """Carry out what was approved, and tell each customer what was decided; raises BackendUnavailable and Busy."""
    for action in await agent.parts.actions.ledger.left_behind(after=after) if agent.parts else ():
        async with leases.holding(action.thread_id) as token:
            await agent.decide(action.thread_id, {"decisions": []}, operator=str(action.decided_by), turn_token=token)
