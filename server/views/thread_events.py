"""Write a conversation as a stream of events: what was said, what is being written, who answers."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from graph.replies import Token
from server.inbox.broadcast import TurnEnd, TurnEvent
from server.schemas.api_schemas import Said, ThreadOut
from server.service import Service
from server.views.conversation_view import view

LOOK_SECONDS = 1.0
"""How often a thread is read again in which something is under way: other processes write into it too."""
QUIET_SECONDS = 5.0
"""How often one is read again in which nothing is."""


def event(name: str, data: object, *, event_id: str | None = None) -> dict[str, str]:
    """Return one event of a stream."""
    made = {"event": name, "data": json.dumps(data, ensure_ascii=False)}
    return made | ({"id": event_id} if event_id else {})


def differences(seen: dict[str, int], now: Mapping[str, Any], changed: str, gone: str) -> Iterator[dict[str, str]]:
    """Yield an event for each entry that is new or other than it was seen, and for each that is gone; note what is."""
    for name, data in now.items():
        if seen.get(name) != (digest := hash(json.dumps(data, sort_keys=True))):
            seen[name] = digest
            yield event(changed, data)
    for name in seen.keys() - now.keys():
        del seen[name]
        yield event(gone, {"id": name})


async def thread_events(service: Service, row: dict[str, Any], last_seen: str) -> AsyncIterator[dict[str, str]]:
    """Yield the events of a thread from the message after `last_seen` on, or from its first, until the server stops."""
    told = _Told()
    with service.broadcast.listening(row["id"], caught_up=True) as queue:
        shown = await view(service, row)
        told.skip(shown, last_seen)
        while True:
            for made in told.news(shown):
                yield made
            async for happened in _until_changed(
                service, queue, busy=shown.owner != "bot" or any(m.waiting for m in shown.messages)
            ):
                yield event("token" if isinstance(happened, Token) else "progress", {"text": happened.text})
            if service.stopping.is_set():
                return
            shown = await view(service, row, newest_only=True)


class _Told:
    """Remember what a reader of a stream has been told, to tell only what is new."""

    def __init__(self) -> None:
        self._messages: dict[str, str] = {}
        self._others: dict[str, Any] = {"waiting": []}

    def skip(self, shown: ThreadOut, last_seen: str) -> None:
        """Count what stands before a message as told; questions are told again, since they may have been answered."""
        said = settled(shown)
        position = next((i for i, message in enumerate(said) if message.id == last_seen), -1)
        self._messages = {m.id: m.model_dump_json() for m in said[: position + 1] if not m.asks}

    def news(self, shown: ThreadOut) -> list[dict[str, str]]:
        """Return the events that tell what is new, and count it as told."""
        made = []
        for message in settled(shown):
            if self._messages.get(message.id) != (dumped := message.model_dump_json()):
                self._messages[message.id] = dumped
                made.append(event("message", message.model_dump(mode="json"), event_id=message.id))
        handoff = shown.handoff.model_dump(mode="json") if shown.handoff else None
        owner = {"owner": shown.owner, "ticket_id": shown.ticket_id, "handoff": handoff}
        waiting = [m.model_dump(mode="json") for m in shown.messages if m.waiting]
        for name, data in {"waiting": waiting, "owner": owner}.items():
            if self._others.get(name) != data:
                self._others[name] = data
                made.append(event(name, data))
        return made


def settled(shown: ThreadOut) -> list[Said]:
    """Return the messages that have their place in the conversation."""
    return [message for message in shown.messages if not message.waiting]


async def _until_changed(service: Service, queue: asyncio.Queue[TurnEvent], *, busy: bool) -> AsyncIterator[Any]:
    """Yield pieces of the turn that runs, until the thread is to be read again."""
    look_again = time.monotonic() + (LOOK_SECONDS if busy else QUIET_SECONDS)
    while time.monotonic() < look_again and not service.stopping.is_set():
        try:
            event = await asyncio.wait_for(queue.get(), LOOK_SECONDS / 4)
        except TimeoutError:
            continue
        if event is None or isinstance(event, TurnEnd):
            return
        yield event
