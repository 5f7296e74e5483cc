"""Count what is lost, doubled or out of order while server processes are killed and restarted under load.

python -m benchmarks.server [--database sqlite|postgres|both] [--json] [--check]

Every thread gets messages from as many senders at once as there are processes times concurrent sends. A sender repeats
a message under the same Idempotency-Key until it is accepted, to whichever process answers, and then hangs up.
Processes are killed with SIGKILL at random moments. One message kills every process that works on it.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import jwt
from langchain_core.messages import HumanMessage
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import text

from benchmarks.support.databases import postgres_server
from benchmarks.support.fleet import POISON, SECRET, Fleet, environment, free_ports, is_ready, model_endpoint
from benchmarks.support.sample_shop import prepare
from core.settings import Settings
from core.storage.engines import open_engine
from graph.memory.checkpointers import open_checkpointer

TARGETS = {"lost": 0, "answered_twice": 0, "out_of_order": 0, "overlapping_turns": 0, "escalated_without_reason": 0}
PATIENCE_SECONDS = 900
AT_ONCE = 200
"""Connections that the senders hold open at a time, to all processes together."""


@dataclass
class Load:
    """How much is done."""

    threads: int = 100
    processes: int = 4
    sends: int = 10
    kills: int = 10
    seed: int = 1

    @property
    def messages(self) -> int:
        """How many messages are sent, without the one that is poison."""
        return self.threads * self.processes * self.sends


class Senders:
    """Send messages until each is accepted, and note how long that took."""

    def __init__(self, ports: list[int], chance: random.Random) -> None:
        self._ports = ports
        self._chance = chance
        self._client = httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_connections=AT_ONCE))
        # Thousands of requests that wait in the client's own pool would cost it more than all that it sends.
        self._room = asyncio.Semaphore(AT_ONCE)
        self.seconds: list[float] = []
        self.accepted: set[str] = set()
        self.repeated = 0

    async def send(self, customer: str, words: str, thread: str | None, slot: int) -> str:
        """Return the thread of a message once it is accepted."""
        claims = {"sub": customer, "exp": int(time.time()) + 7200}
        headers = {"Authorization": f"Bearer {jwt.encode(claims, SECRET)}", "Accept": "text/event-stream"}
        headers["Idempotency-Key"] = f"{customer}-{words}".replace(" ", "-")
        body = {"text": words} | ({"thread_id": thread} if thread else {})
        begin, end = 0.0, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            async with self._room:
                begin = begin or time.monotonic()
                told = await self._attempt(f"http://127.0.0.1:{self._ports[slot]}/v1/messages", headers, body)
                if told:
                    self.seconds.append(time.monotonic() - begin)
                    self.accepted.add(told["message_id"])
                    return str(told["thread_id"])
            self.repeated += 1
            await asyncio.sleep(self._chance.uniform(0.05, 0.3))
            slot = (slot + 1) % len(self._ports)
        raise TimeoutError(f"nobody accepted a message within {PATIENCE_SECONDS} seconds")

    async def _attempt(self, url: str, headers: dict[str, str], body: dict[str, str]) -> dict[str, Any] | None:
        with contextlib.suppress(httpx.HTTPError):
            async with self._client.stream("POST", url, headers=headers, json=body) as answer:
                if answer.status_code == 429:
                    await asyncio.sleep(float(answer.headers["retry-after"]))
                    return None
                async for line in answer.aiter_lines():
                    if answer.status_code == 200 and line.startswith("data: "):
                        told: dict[str, Any] = json.loads(line.removeprefix("data: "))
                        return told
        return None

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


async def run(load: Load, url: str, folder: Path, bars: Progress | None = None) -> dict[str, Any]:
    """Return what became of the messages of one run, shown on its way where there are bars."""
    chance = random.Random(load.seed)
    fleet = Fleet(environment(folder, url), folder, free_ports(load.processes))
    await asyncio.to_thread(prepare, Settings.from_env(fleet.env, env_file=None))
    async with model_endpoint(fleet) as endpoint:
        fleet.endpoint = endpoint
        try:
            return await _measure(load, fleet, chance, url, bars or Progress(disable=True))
        finally:
            fleet.stop()


async def _measure(load: Load, fleet: Fleet, chance: random.Random, url: str, bars: Progress) -> dict[str, Any]:
    for slot in range(load.processes):
        fleet.start(slot)
    keeper = asyncio.create_task(fleet.keep_running())
    bars.add_task("Starting the servers", total=None)
    await until(lambda: _all_ready(fleet), "the servers did not start")
    senders = Senders(fleet.ports, chance)
    everyone = range(load.threads)
    threads = await asyncio.gather(
        *(senders.send(f"customer-{n}", "hello", None, n % load.processes) for n in everyone)
    )
    killer = asyncio.create_task(fleet.kill_at_random(load.kills, chance))
    watcher = asyncio.create_task(_show(bars, fleet, senders, url, load.messages + load.threads + 1))
    begin = time.monotonic()
    todo = [(n, slot, m) for n in everyone for slot in range(load.processes) for m in range(load.sends)]
    chance.shuffle(todo)
    poison = senders.send("eve", POISON, None, 0)
    many = (senders.send(f"customer-{n}", f"thank you {slot} {m}", threads[n], slot) for n, slot, m in todo)
    await asyncio.gather(poison, *many)
    accepting = time.monotonic() - begin
    await killer
    await until(lambda: none_waits(url), "messages still wait", seconds=PATIENCE_SECONDS)
    took = time.monotonic() - begin
    keeper.cancel()
    watcher.cancel()
    await senders.close()
    checked = {
        **check(url, senders.accepted),
        **await check_memory(Settings.from_env(fleet.env, None).memory_url, threads),
    }
    return {
        "messages": load.messages,
        "killed": fleet.deaths,
        "repeated_sends": senders.repeated,
        "accepted_per_second": round(load.messages / accepting, 1),
        "accept_p95_ms": round(quantiles(senders.seconds, n=20)[-1] * 1000),
        "seconds": round(took, 1),
        "poison_attempts": fleet.poisoned,
        **checked,
    }


def check(url: str, accepted: set[str]) -> dict[str, Any]:
    """Return what the inbox says about the accepted messages: what is lost, out of order or at the same time."""
    engine = open_engine(url)
    with engine.connect() as connection:
        messages = connection.execute(text("SELECT * FROM inbox_messages ORDER BY thread_id, number")).mappings().all()
        turns = {t["id"]: t for t in connection.execute(text("SELECT * FROM inbox_turns")).mappings()}
    engine.dispose()
    status = Counter(m["status"] for m in messages)
    dead = [m["text"] for m in messages if m["status"] == "dead"]
    of_thread: dict[str, list[Any]] = defaultdict(list)
    for message in messages:
        of_thread[message["thread_id"]].append(message)
    out_of_order = overlapping = 0
    for listed in of_thread.values():
        seen = list(dict.fromkeys(m["turn_id"] for m in listed))
        begun = [turns[turn_id] for turn_id in seen if turn_id in turns]
        out_of_order += len(seen) != len({m["turn_id"] for m in listed})
        out_of_order += [m["turn_id"] for m in listed] != [t for t in seen for m in listed if m["turn_id"] == t]
        pairs = itertools.pairwise(begun)
        overlapping += sum(a["finished_at"] is None or a["finished_at"] > b["started_at"] for a, b in pairs)
    replied = {m["id"] for m in messages if m["turn_id"] in turns and json.loads(turns[m["turn_id"]]["reply"] or "{}")}
    waits = sorted(m["answered_at"] - m["accepted_at"] for m in messages if m["answered_at"])
    return {
        "lost": len(accepted - replied),
        "accepted_twice": len(messages) - len(accepted),
        "answered": status["answered"],
        "turns": len(turns),
        "reply_p95_ms": round(waits[int(len(waits) * 0.95)] * 1000),
        "out_of_order": out_of_order,
        "overlapping_turns": overlapping,
        "poison_dead_lettered": dead.count(POISON),
        "escalated_without_reason": len(dead) - dead.count(POISON),
    }


async def check_memory(url: str, threads: list[str]) -> dict[str, Any]:
    """Return how many turns stand twice in their conversation, or have more than one reply."""
    twice = 0
    async with open_checkpointer(url) as saver:
        for thread in threads:
            found = await saver.aget_tuple({"configurable": {"thread_id": thread}})
            messages = found.checkpoint["channel_values"].get("messages", []) if found else []
            asked = [m.id for m in messages if isinstance(m, HumanMessage)]
            twice += len(asked) - len(set(asked))
            kinds = [m.type for m in messages]
            twice += sum(a == b == "ai" for a, b in itertools.pairwise(kinds))
    return {"answered_twice": twice}


async def _all_ready(fleet: Fleet) -> bool:
    return all([await is_ready(port) for port in fleet.ports])


async def _show(bars: Progress, fleet: Fleet, senders: Senders, url: str, messages: int) -> None:
    """Move the bars while messages are accepted and answered."""
    for bar in bars.task_ids:
        bars.remove_task(bar)
    accepted, answered = (bars.add_task(name, total=messages) for name in ("Accepted", "Answered"))
    while True:
        done = len(senders.accepted)
        bars.update(accepted, completed=done, description=f"Accepted ({fleet.deaths} processes killed)")
        bars.update(answered, completed=max(0, done - await asyncio.to_thread(_waiting, url)))
        await asyncio.sleep(2)


async def none_waits(url: str) -> bool:
    """Say whether every message that the inbox at this URL accepted is over."""
    return await asyncio.to_thread(_waiting, url) == 0


def _waiting(url: str) -> int:
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM inbox_messages WHERE status = 'waiting'"))
        waiting = int(found.scalar_one())
    engine.dispose()
    return waiting


async def until(holds: Any, otherwise: str, *, seconds: float = 180) -> None:
    """Wait until an asynchronous function says yes; raises TimeoutError with these words otherwise."""
    end = time.monotonic() + seconds
    while not await holds():
        if time.monotonic() > end:
            raise TimeoutError(f"{otherwise} within {seconds:g} seconds")
        await asyncio.sleep(0.5)


@contextlib.contextmanager
def database(kind: str) -> Iterator[tuple[str, Path]]:
    """Yield the URL of an empty database of a kind, and a folder."""
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        if kind == "sqlite":
            yield f"sqlite:///{folder}/inbox.db", folder
            return
        with postgres_server() as url:
            yield url, folder


def missed(figures: dict[str, Any]) -> list[str]:
    """Return which targets a run misses."""
    wrong = [
        f"{name} is {figures[name]}, wanted {wanted}" for name, wanted in TARGETS.items() if figures[name] != wanted
    ]
    if figures["poison_dead_lettered"] != 1:
        wrong.append(f"poison_dead_lettered is {figures['poison_dead_lettered']}, wanted 1")
    if figures["accepted_twice"]:
        wrong.append(f"accepted_twice is {figures['accepted_twice']}, wanted 0")
    return wrong


def main() -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--threads", type=int, default=100)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--sends", type=int, default=10, help="concurrent sends of each process to each thread")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="end with 1 when a target is missed")
    given = parser.parse_args()
    load = Load(given.threads, given.processes, given.sends, given.kills, given.seed)
    results = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    for kind in ("sqlite", "postgres") if given.database == "both" else (given.database,):
        shown = Progress(TextColumn(kind), *columns, console=Console(stderr=True), transient=True)
        with database(kind) as (url, folder), shown as bars:
            results[kind] = asyncio.run(run(load, url, folder, bars))
    if given.json:
        print(json.dumps(results, indent=2))
    else:
        table = Table("figure", *results)
        for name in next(iter(results.values())):
            table.add_row(name, *(str(figures[name]) for figures in results.values()))
        Console().print(table)
    wrong = [f"{kind}: {line}" for kind, figures in results.items() for line in missed(figures)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if given.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
