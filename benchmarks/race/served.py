"""Let many customers write at once to a server that uses all cores of the machine, to one around `create_agent` and to
one around an empty graph.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import httpx
import jwt

from benchmarks.race.players import EMPTY, OURS, Field
from benchmarks.race.thread_turns import asked
from benchmarks.support.figures import Figure
from benchmarks.support.fleet import free_ports
from benchmarks.support.peers import CUSTOMER, ROOT

SECRET = "a secret of this benchmark and of nothing else"  # noqa: S105
CORES = os.cpu_count() or 1
Server = Callable[[Field], AbstractContextManager[str]]
"""Serves an agent as long as its address is in use."""
READY_SECONDS = 300.0
BUSY = 429
"""What a server says that has more to take in than it can at this moment; it is asked again when it says."""


@contextmanager
def ours(field: Field, workers: int = 1) -> Iterator[str]:
    """Serve this project's agent by so many processes; yields the address."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "cli.main", "serve", "--port", str(port), "--workers", str(workers)]
    with running(command, _environment(field), port) as address:
        yield address


@contextmanager
def theirs(field: Field) -> Iterator[str]:
    """Serve `create_agent`; yields the address."""
    world = field.world("served")
    files = {"WORLD": str(world), "HISTORY": f"{world}.db"}
    with _uvicorn(field.python, "benchmarks.race.peers.langchain_server:app", os.environ | files) as address:
        yield address


@contextmanager
def empty(field: Field) -> Iterator[str]:
    """Serve an empty graph; yields the address."""
    files = {"HISTORY": str(field.folder / "empty-served.db")}
    app = "benchmarks.race.empty_server:app"
    with _uvicorn(Path(sys.executable), app, _environment(field) | files) as address:
        yield address


def _environment(field: Field) -> dict[str, str]:
    """Return the variables of a server of this project, without those of whoever runs this."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SUPPORT_")} | {
        "SUPPORT_BASE_URL": field.url,
        "SUPPORT_MODEL": "stub",
        "SUPPORT_EMBEDDING_MODEL": "stub",
        "SUPPORT_DATA_DIR": str(field.folder / "stub"),
        "SUPPORT_JWT_SECRET": SECRET,
        "SUPPORT_DAILY_BUDGET": "requests=1000000 tokens=10000000000",
        "SUPPORT_LIMITS": "burst_seconds=0 messages_per_minute=100000 max_waiting=10000 turns_at_once=200",
    }


@contextmanager
def _uvicorn(python: Path, app: str, environment: Mapping[str, str]) -> Iterator[str]:
    (port,) = free_ports(1)
    command = [str(python), "-m", "uvicorn", app, "--port", str(port), "--workers", str(CORES)]
    command += ["--timeout-keep-alive", "75", "--timeout-worker-healthcheck", "60", "--log-level", "warning"]
    with running(command, environment, port) as address:
        yield address


@contextmanager
def running(command: list[str], environment: Mapping[str, str], port: int) -> Iterator[str]:
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
                answer = await _sent(client, body | {"text": text})
                took.append(time.perf_counter() - begun)
                body = {"thread_id": answer.json()["thread_id"]}

        began = time.perf_counter()
        await asyncio.gather(*(customer(number) for number in range(customers)))
        return len(took) / (time.perf_counter() - began), median(took)


async def _sent(client: httpx.AsyncClient, body: dict[str, str]) -> httpx.Response:
    """Send a message until it is taken in; return the answer."""
    answer = await client.post("/v1/messages", json=body)
    if answer.status_code != BUSY:
        return answer.raise_for_status()
    await asyncio.sleep(float(answer.headers["Retry-After"]))
    return await _sent(client, body)


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield turns a second per core of each; they take turns."""
    customers, turns = (200, 10) if full else (60, 4)
    ours_on_all = partial(ours, workers=CORES)
    servers: dict[str, Server] = {OURS: ours_on_all, "create_agent": theirs, EMPTY: empty}
    rates: dict[str, list[float]] = {name: [] for name in servers}
    for run in range(3 if full else 1):
        for name, serving in servers.items():
            with serving(field) as address:
                asyncio.run(turns_a_second(address, CORES * 4, 2, 10 + run))  # to warm up
                rate, _ = asyncio.run(turns_a_second(address, customers, turns, run))
                rates[name].append(rate / CORES)
    middle = {name: median(values) for name, values in rates.items()}
    over = middle[OURS] / middle["create_agent"]
    yield Figure(f"turns a second per core over create_agent, {customers} customers, 500 ms model", over, 1.3)
    yield from (Figure(f"turns a second per core, {name}", value) for name, value in middle.items())
