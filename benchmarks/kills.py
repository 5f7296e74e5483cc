"""Kill the agent at every step of a refund and see that money moves exactly once: `python -m benchmarks.kills`.

A process plays "refund …" and "yes" and dies, without any clean-up, at a chosen moment: before or after a write to the
ledger, the shop or the memory. A new process then gets the same message again, or another one. At the end every refund
must have happened once, its customer must have read of it, every message must have a reply and every history must be
valid.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.support.databases import add_postgres, fresh_database, server_for
from benchmarks.support.kill_world import World, run

After = Literal["same message", "new message"]
TURNS_TO_TELL = 4
WORKERS = 2
CHUNK = 40


@dataclass
class Result:
    """What came of one scenario."""

    name: str
    kills: list[str]
    effects: int
    wanted: int
    told: bool
    unanswered: int
    broken: list[str] = field(default_factory=list)

    @property
    def duplicated(self) -> int:
        """Return the effects that were one too many."""
        return max(0, self.effects - self.wanted)

    @property
    def lost(self) -> int:
        """Return the effects that were agreed to and never happened."""
        return max(0, self.wanted - self.effects)

    @property
    def good(self) -> bool:
        """Say whether the promise held."""
        return not (self.duplicated or self.lost or self.unanswered or self.broken) and self.told


def play_out(world: World, kills: Sequence[int | None], after: After, name: str) -> Result:
    """Hold the conversation, dying once for each number in `kills`, until every refund was told or patience ends."""
    wish, yes = world.wish, "yes"
    to_say = [("m1", wish), ("m2", yes)]
    replies: dict[str, str] = {}
    thread: list[str] = []
    broken: list[str] = []
    died_at: list[str] = []
    for attempt, kill_at in enumerate([*kills, *[None] * TURNS_TO_TELL]):
        if not to_say:
            if told(thread, world):
                break
            to_say = [(f"x{attempt}", "any news?")]
        written = run(world, to_say, kill_at=kill_at, minutes=5 * attempt)
        ended = bool(written) and "points" in written[-1]
        for said in written[: -1 if ended else None]:
            replies[said["id"]] = said["reply"]
            thread = said["thread"]
            broken += said["broken"]
        to_say = [message for message in to_say if message[0] not in replies]
        if ended:
            last = replies[list(replies)[-1]]
            to_say = [(f"y{attempt}", yes)] if "yes or no" in last else []
        else:
            died_at.append(str(kill_at))
            if after == "new message" and to_say:
                # The customer does not repeat themselves word for word, but they do not give up what they came for
                # either. (The very same words three times over would bring in a person, and rightly so.)
                asks = to_say[0][1].startswith(wish)
                again = f"{wish} I am writing this for the {attempt + 2}. time."
                news = f"hello? did it work? This is message {attempt + 2}."
                # A yes that died with the process was never heard: only a person who says it again has agreed.
                to_say = [(f"n{attempt}", again if asks else news), (f"z{attempt}", yes)]
    effects = world.shop().effects()
    return Result(
        name=name,
        kills=died_at,
        effects=len(effects),
        wanted=world.calls,
        told=told(thread, world),
        unanswered=sum(1 for reply in replies.values() if not reply.strip()) + len(to_say),
        broken=broken,
    )


def told(thread: Sequence[str], world: World) -> bool:
    """Say whether the conversation tells of every refund that it was made."""
    lines = [line for text in thread for line in text.splitlines() if "is refunded" in line]
    return all(any(number in line for line in lines) for number in ["#L1", "#L2"][: world.calls])


def points_of(world: World) -> list[str]:
    """Return the moments at which a whole conversation can die, from one that does not."""
    written = run(world, [("m1", world.wish), ("m2", "yes")], kill_at=None, minutes=0)
    return [str(name) for name in written[-1]["points"]]


def in_a_folder(
    server: str | None, keys: bool, calls: int, ledger: bool, kills: Sequence[int], after: After, name: str
) -> Result:
    """Play a scenario on files of its own, or on a database of its own of a PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    database = fresh_database(server) if server else None
    try:
        return play_out(World(folder, keys, calls, ledger, database), kills, after, name)
    finally:
        shutil.rmtree(folder)


def matrix(ledger: bool, every: int) -> list[tuple[Any, ...]]:
    """Return one scenario for each kill point, kind of restart, kind of shop and number of calls."""
    scenarios = []
    for calls in (1, 2):
        folder = Path(tempfile.mkdtemp(prefix="kills-"))
        points = points_of(World(folder, True, calls))
        shutil.rmtree(folder)
        for keys in (True, False):
            for after in ("same message", "new message"):
                for number in range(0, len(points), every):
                    shop = "keys" if keys else "no keys"
                    name = f"{points[number]} · {shop} · {after} · {calls} call{'s' * (calls > 1)}"
                    scenarios.append((keys, calls, ledger, [number], after, name))
    return scenarios


def random_kills(ledger: bool, seed: int) -> Iterator[tuple[Any, ...]]:
    """Yield scenarios for ever whose processes die up to four times."""
    dice = random.Random(seed)
    while True:
        kills = [dice.randrange(60), *(dice.randrange(40) for _ in range(dice.randint(0, 3)))]
        after: After = dice.choice(["same message", "new message"])
        yield dice.random() < 0.5, dice.choice([1, 2]), ledger, kills, after, f"random {kills}"


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """Return the sums of a set of scenarios."""
    return {
        "scenarios": len(results),
        "kills": sum(len(r.kills) for r in results),
        "duplicate effects": sum(r.duplicated for r in results),
        "lost effects": sum(r.lost for r in results),
        "customers not told": sum(not r.told for r in results),
        "messages without reply": sum(r.unanswered for r in results),
        "invalid histories": sum(len(r.broken) for r in results),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", type=int, default=1000, help="seeded random kills beside the matrix (1000)")
    parser.add_argument("--every", type=int, default=1, help="take every n-th kill point of the matrix only (1)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the random kills (7)")
    parser.add_argument(
        "--without-ledger", action="store_true", help="apply on yes and look nothing up, to see it fail"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--check", action="store_true", help="exit with 1 unless every figure but the counts is 0")
    add_postgres(parser)
    options = parser.parse_args(arguments)
    with server_for(options) as server:
        return _measured(options, server)


def _measured(options: argparse.Namespace, server: str | None) -> int:
    ledger = not options.without_ledger
    planned = matrix(ledger, options.every)
    play = partial(in_a_folder, server)
    by_chance = random_kills(ledger, options.seed)
    console = Console(stderr=True)
    with ProcessPoolExecutor(WORKERS, get_context("fork")) as workers, Progress(console=console, transient=True) as bar:
        step = bar.add_task("matrix", total=len(planned))
        results: dict[str, list[Result]] = {"matrix": [], "random": []}
        for result in workers.map(play, *zip(*planned, strict=True)):
            results["matrix"].append(result)
            bar.advance(step)
        step = bar.add_task("random", total=options.random)
        while (killed := sum(len(r.kills) for r in results["random"])) < options.random:
            bar.update(step, completed=killed)
            chunk = islice(by_chance, min(CHUNK, options.random - killed))
            results["random"] += workers.map(play, *zip(*chunk, strict=True))
    table = {kind: figures(found) for kind, found in results.items() if found}
    bad = [result for found in results.values() for result in found if not result.good]
    if options.json:
        sys.stdout.write(json.dumps({"figures": table, "failed": [asdict(r) for r in bad[:20]]}, indent=2) + "\n")
    else:
        _print(table, bad)
    return 1 if options.check and bad else 0


def _print(table: dict[str, dict[str, Any]], bad: Sequence[Result]) -> None:
    shown = Table("", *table, title="Killed and restarted")
    for name in next(iter(table.values())):
        shown.add_row(name, *(str(column[name]) for column in table.values()))
    console = Console()
    console.print(shown)
    for result in bad[:10]:
        console.print(f"failed: {result.name}: {result.effects} of {result.wanted} effects, told {result.told}")


if __name__ == "__main__":
    sys.exit(main())
