"""Measure many conversations at once in one process, and what they leave in its memory.

python -m benchmarks.concurrency [--full] [--json] [--check]

The endpoint is a process of its own that takes half a second for an answer. The ideal is a turn that takes just that;
what is beyond it is ours. Query embeddings are made in this process. One run has customers read for five seconds before
they write again, as people do; another has them write at once, which 200 of them can do only where a turn takes 2.5 ms
of a core. Both are held against the targets. `--full` takes the 200 conversations and 10,000 turns of the targets.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.models.stub_endpoint import stub_endpoint
from benchmarks.support.peers import Turn, our_agent, our_settings
from benchmarks.support.sample_shop import prepare
from benchmarks.turns import question

LATENCY = 0.5
READING_SECONDS = 5.0
CUSTOMERS_AT_ONCE = 20


async def many_at_once(
    folder: Path, conversations: int, turns: int, *, reading: float, most_ms: float = 60.0
) -> list[Figure]:
    """Return throughput over the ideal, and how much longer than the model a turn takes, for customers who read so many
    seconds.
    """
    every = LATENCY + reading
    with stub_endpoint(latency=LATENCY) as url:
        async with our_agent(our_settings(url, folder)) as (turn, _):
            await asyncio.gather(*(turn(f"warm-{n}", question(n)) for n in range(8)))
            took: list[float] = []

            async def converse(number: int) -> None:
                # Customers do not write at the same instant: each begins somewhere in the time of one turn.
                await asyncio.sleep(every * number / conversations)
                for index in range(turns):
                    begun = time.perf_counter()
                    await turn(f"many-{reading}-{number}", question(number * turns + index))
                    took.append(time.perf_counter() - begun)
                    await asyncio.sleep(reading)

            began = time.perf_counter()
            await asyncio.gather(*(converse(number) for number in range(conversations)))
            whole = time.perf_counter() - began
    ideal = every * (turns + (conversations - 1) / conversations)
    overhead = quantiles([1000 * (seconds - LATENCY) for seconds in took], n=20)
    does = f"read for {reading:g} s" if reading else "write again at once"
    who = f"{conversations} conversations, customers {does}"
    return [
        Figure(f"throughput over the ideal, {who}", ideal / whole, 0.9),
        Figure(f"p95 of a turn's overhead, ms, {who}", overhead[18], most_ms, "at most"),
        Figure(f"median of a turn's overhead, ms, {who}", overhead[9]),
    ]


async def memory_kept(folder: Path, turns: int) -> list[Figure]:
    """Return the process's memory after all turns over that after a tenth of them, each thread ten turns long."""
    with stub_endpoint() as url:
        async with our_agent(our_settings(url, folder)) as (turn, _):
            early = await _play(turn, 0, turns // 10)
            late = await _play(turn, turns // 10, turns)
    return [
        Figure(f"memory after {turns} turns over after {turns // 10}", late / early, 1.1, "at most"),
        Figure(f"memory after {turns} turns, MB", late / 1e6),
    ]


async def _play(turn: Turn, first: int, last: int) -> int:
    """Take turns on threads of ten turns, some threads at a time; return the resident memory in bytes."""
    waiting = iter(range(first, last, 10))

    async def worker() -> None:
        for start in waiting:
            for number in range(start, min(start + 10, last)):
                await turn(f"memory-{start}", question(number))

    await asyncio.gather(*(worker() for _ in range(CUSTOMERS_AT_ONCE)))
    return _resident_bytes()


def _resident_bytes() -> int:
    """Return what this process holds in memory, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def measure(*, full: bool) -> list[Figure]:
    """Run everything in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(our_settings("http://127.0.0.1:9/v1", folder))
        figures = await many_at_once(folder, 200 if full else 40, 10 if full else 4, reading=0.0)
        figures += await many_at_once(folder, 200 if full else 40, 4 if full else 2, reading=READING_SECONDS)
        return figures + await memory_kept(folder, 10_000 if full else 1_000)


def main() -> None:
    """Measure, print, and with `--check` end with 1 when a target is missed."""
    options = parser(__doc__)
    options.add_argument(
        "--full", action="store_true", help="200 conversations and 10,000 turns, as the targets name them"
    )
    chosen = options.parse_args()
    sys.exit(report("concurrency", asyncio.run(measure(full=chosen.full)), chosen))


if __name__ == "__main__":
    main()
