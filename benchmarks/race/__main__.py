"""Run the parts, print, draw, and with `--check` end with 1 when a target is missed."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import benchmarks.race
from benchmarks.concurrency import READING_SECONDS, many_at_once
from benchmarks.race import commands, growth, query_arithmetic, served, slow_model, thread_turns
from benchmarks.race.environment import peers_python
from benchmarks.race.players import Field
from benchmarks.support.databases import server_for
from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.models.stub_endpoint import stub_endpoint
from benchmarks.support.peers import our_settings
from benchmarks.support.sample_shop import prepare


def readers(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield what a turn takes of its own where 200 customers read for five seconds."""
    prepare(our_settings(field.url, field.folder))
    turns, customers = (4, 200) if full else (2, 200)
    yield from asyncio.run(many_at_once(field.folder, customers, turns, reading=READING_SECONDS, most_ms=30))


PARTS: dict[str, tuple[Callable[..., Iterator[Figure]], float]] = {
    "turns": (thread_turns.measure, 0.0),
    "slow-model": (slow_model.measure, slow_model.LATENCY),
    "commands": (commands.measure, 0.0),
    "served": (served.measure, slow_model.LATENCY),
    "readers": (readers, 0.0),
    "growth": (growth.measure, 0.0),
    "vectors": (query_arithmetic.measure, 0.0),
}
"""What measures each part, and seconds that its endpoint takes for an answer."""


def main() -> int:
    """Return the exit code."""
    options = parser(benchmarks.race.__doc__)
    options.add_argument("--full", action="store_true", help="as many turns, customers and records as the targets name")
    options.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to run; all by default")
    options.add_argument("--peers-python", type=Path, help="a Python that has the peers; else they are installed")
    options.add_argument("--plots", type=Path, help="folder for race_growth.svg")
    options.add_argument("--postgres", action="store_true", help="let this agent take its turns on PostgreSQL, too")
    chosen = options.parse_args()
    python = peers_python(chosen.peers_python)
    figures, left_out = list[Figure](), list[str]()
    for part in chosen.only:
        measure, latency = PARTS[part]
        print(f"{part} …", file=sys.stderr)
        with (
            tempfile.TemporaryDirectory() as folder,
            stub_endpoint(latency=latency) as url,
            server_for(chosen) as postgres,
        ):
            field = Field(Path(folder), url, python, postgres, left_out)
            field.shown()  # the index and the shop are there from then on
            figures += measure(field, full=chosen.full)
    if left_out:
        print(f"left out, because they did not start: {', '.join(sorted(set(left_out)))}", file=sys.stderr)
    if chosen.plots and "growth" in chosen.only:
        growth.plot(chosen.plots, figures)
    return report("race", figures, chosen)


if __name__ == "__main__":
    sys.exit(main())
