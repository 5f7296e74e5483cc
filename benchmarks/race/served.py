"""Let many customers write at once to a server that uses all cores of the machine, and to one around `create_agent`."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median

import httpx
import jwt

from benchmarks.race.players import OURS, Field
from benchmarks.race.thread_turns import asked
from benchmarks.support.figures import Figure
from benchmarks.support.fleet import free_ports
from benchmarks.support.peers import CUSTOMER, ROOT

SECRET = "a secret of this benchmark and of nothing else"  # noqa: S105
CORES = os.cpu_count() or 1
READY_SECONDS = 300.0


@contextmanager
def ours(field: Field, workers: int = 1) -> Iterator[str]:
    """Serve this project's agent by so many processes; yields the address."""
    (port,) = free_ports(1)
    folder = field.folder / "stub"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SUPPORT_")}
    settings = {
        "SUPPORT_BASE_URL": field.url,
        "SUPPORT_MODEL": "stub",
        "SUPPORT_EMBEDDING_MODEL": "stub",
        "SUPPORT_DATA_DIR": str(folder),
        "SUPPORT_JWT_SECRET": SECRET,
        "SUPPORT_DAILY_BUDGET": "requests=1000000 tokens=10000000000",
        "SUPPORT_LIMITS": "burst_seconds=0 messages_per_minute=100000 max_waiting=10000 turns_at_once=200",
    }
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port), "--workers", str(workers)]
    with running(command, kept | settings, port) as address:
        yield address


@contextmanager
def theirs(field: Field) -> Iterator[str]:
    """Serve `create_agent`; yields the address."""
    (port,) = free_ports(1)
    world = field.world("served")
    app = "benchmarks.race.peers.langchain_server:app"
    command = [str(field.python), "-m", "uvicorn", app, "--port", str(port), "--workers", str(CORES)]
    files = {"WORLD": str(world), "HISTORY": f"{world}.db"}
    with running([*command, "--log-level", "warning"], os.environ | files, port) as address:
        yield address


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int) -> Iterator[str]:
    """Run a server until the end; yields its address once it is ready."""
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            end = time.monotonic() + READY_SECONDS
            while process.poll() is None and time.monotonic() < end:
                try:
                    if httpx.get(f"{address}/readyz", timeout=1).status_code == 200:
                        break
                except httpx.HTTPError:
                    time.sleep(0.1)
            else:
                raise RuntimeError(f"{command!r} is not ready; run it by hand to see why")
            yield address
        finally:
            process.terminate()


async def turns_a_second(address: str, customers: int, turns: int, run: int) -> tuple[float, float]:
    """Return how many turns a second customers get who write again at once, and the median seconds of one."""
    took: list[float] = []
    claims = {"sub": CUSTOMER, "exp": int(time.time()) + 7200}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, SECRET)}"}
    limits = httpx.Limits(max_connections=customers, max_keepalive_connections=customers)
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=300, limits=limits) as client:

        async def customer(number: int) -> None:
            body: dict[str, str] = {}
            for index in range(turns):
                text = asked("article", 100_000 * run + number * turns + index)
                begun = time.perf_counter()
                answer = await client.post("/v1/messages", json=body | {"text": text})
                answer.raise_for_status()
                took.append(time.perf_counter() - begun)
                body = {"thread_id": answer.json()["thread_id"]}

        began = time.perf_counter()
        await asyncio.gather(*(customer(number) for number in range(customers)))
        return len(took) / (time.perf_counter() - began), median(took)


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield turns a second per core of both; they take turns."""
    customers, turns = (200, 10) if full else (60, 4)
    rates: dict[str, list[float]] = {OURS: [], "create_agent": []}
    for run in range(3 if full else 1):
        for name, serving in ((OURS, partial(ours, workers=CORES)), ("create_agent", theirs)):
            with serving(field) as address:
                asyncio.run(turns_a_second(address, CORES * 4, 2, 10 + run))  # to warm up
                rate, _ = asyncio.run(turns_a_second(address, customers, turns, run))
                rates[name].append(rate / CORES)
    middle = {name: median(values) for name, values in rates.items()}
    over = middle[OURS] / middle["create_agent"]
    yield Figure(f"turns a second per core over create_agent, {customers} customers, 500 ms model", over, 1.3)
    yield from (Figure(f"turns a second per core, {name}", value) for name, value in middle.items())
