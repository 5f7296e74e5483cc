"""Back up all stores while servers are at work, restore the copy and go on from it: `python -m
benchmarks.operations.backup_under_load --check`.

Two server processes answer messages of many conversations. In the middle `support-agent backup` runs. From the copy
another server goes on: what was accepted before the backup began has to be in it and answered, and nothing may be
answered twice.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import text

from benchmarks.server import Senders, check, check_memory, database, none_waits, until
from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.fleet import ROOT, Fleet, environment, free_ports, is_ready, model_endpoint
from benchmarks.support.sample_shop import prepare
from core.settings import Settings
from core.storage.engines import open_engine

PROCESSES = 2
THREADS = 40


async def measure(messages: int, url: str, folder: Path) -> list[Figure]:
    """Return what a backup in the middle of so many messages holds, and what became of it."""
    (folder / "restored").mkdir()
    copy = folder / "copy.tar.gz"
    restored_url = f"sqlite:///{folder}/restored/inbox.db" if url.startswith("sqlite") else _second_database(url)
    busy = Fleet(environment(folder, url), folder, free_ports(PROCESSES))
    after = Fleet(environment(folder / "restored", restored_url), folder / "restored", free_ports(1))
    (folder / "restored" / "index").symlink_to(folder / "index")
    await asyncio.to_thread(prepare, Settings.from_env(busy.env, env_file=None))
    async with model_endpoint(busy) as endpoint:
        busy.endpoint = after.endpoint = endpoint
        try:
            before, threads, seconds = await _load(busy, messages, copy)
            await until(lambda: none_waits(url), "messages still wait", seconds=900)
        finally:
            busy.stop()
        await asyncio.to_thread(_command, ["restore", str(copy)], after.env)
        try:
            after.start(0)
            await until(lambda: is_ready(after.ports[0]), "the server on the copy did not start")
            await until(lambda: none_waits(restored_url), "messages of the copy still wait", seconds=900)
        finally:
            after.stop()
    checked = check(restored_url, before) | await check_memory(Settings.from_env(after.env, None).memory_url, threads)
    return [
        Figure("messages", messages),
        Figure("accepted before the backup", len(before)),
        Figure("seconds of the backup", seconds),
        Figure("megabytes of the backup", copy.stat().st_size / 1e6),
        Figure("lost", checked["lost"], 0, "at most"),
        Figure("answered twice", checked["answered_twice"], 0, "at most"),
        Figure("out of order", checked["out_of_order"], 0, "at most"),
        Figure("dead", checked["escalated_without_reason"], 0, "at most"),
    ]


async def _load(fleet: Fleet, messages: int, copy: Path) -> tuple[set[str], list[str], float]:
    for slot in range(PROCESSES):
        fleet.start(slot)
    for port in fleet.ports:
        await until(lambda port=port: is_ready(port), "the servers did not start")
    senders = Senders(fleet.ports, random.Random(1))
    threads = await asyncio.gather(
        *(senders.send(f"customer-{n}", "hello", None, n % PROCESSES) for n in range(THREADS))
    )
    todo = [
        asyncio.create_task(
            senders.send(f"customer-{n % THREADS}", f"thank you {n}", threads[n % THREADS], n % PROCESSES)
        )
        for n in range(messages)
    ]
    while len(senders.accepted) < messages // 2:  # noqa: ASYNC110  until half of it is through
        await asyncio.sleep(0.05)
    before, begun = {*senders.accepted}, time.monotonic()
    await asyncio.to_thread(_command, ["backup", str(copy)], fleet.env)
    seconds = time.monotonic() - begun
    await asyncio.gather(*todo)
    await senders.close()
    return before, list(threads), seconds


def _command(words: list[str], env: Mapping[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "cli.main", *words], env=dict(env), cwd=ROOT, check=True, stdout=sys.stderr)


def _second_database(url: str) -> str:
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE restored"))
    made = engine.url.set(drivername="postgresql", database="restored").render_as_string(hide_password=False)
    engine.dispose()
    return made


def main() -> int:
    """Run the benchmark from the command line."""
    options = parser(__doc__)
    options.add_argument("--messages", type=int, default=4_000)
    options.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    given = options.parse_args()
    with database(given.database) as (url, folder):
        figures = asyncio.run(measure(given.messages, url, folder))
    return report(f"backups, {given.database}", figures, given)


if __name__ == "__main__":
    sys.exit(main())
