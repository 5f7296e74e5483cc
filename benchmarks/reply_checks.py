"""Hold the reply checks against written replies: what stands in the sources, and what was made up; no model is asked.

python -m benchmarks.reply_checks [--json] [--check] [--batch 4] [--wrong]
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.support.figures import Figure, parser, report
from core.language.text import split_sentences
from graph.verification.evidence import Evidence, Text, ToolOutcome
from graph.verification.evidence_reading import read_evidence
from graph.verification.reply import faults_of
from graph.verification.values.value_reading import Value

DATA = Path(__file__).parent / "data"
CAUGHT, LET_THROUGH = 0.98, 0.97


@dataclass(frozen=True)
class Judged:
    """One written reply and what the checks said."""

    scene: str
    kind: str
    """`sound`, or the kind of falsehood that was planted."""
    reply: str
    faults: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Say whether the checks did what they are for."""
        return bool(self.faults) == (self.kind != "sound")


@dataclass(frozen=True)
class Batch:
    """The replies of one file, in the order they were written; each was new to the rules once."""

    name: str
    first_sight: dict[str, int] | None
    """What the rules of that day made of it, as it was noted then: how many were caught and let through."""
    replies: tuple[Judged, ...]

    def rightly(self, *, sound: bool) -> tuple[int, int]:
        """Return how many of the sound replies, or of the false ones, were judged rightly, and how many there are."""
        judged = [r.right for r in self.replies if (r.kind == "sound") == sound]
        return sum(judged), len(judged)

    def shares(self) -> str:
        """Return the shares caught and let through, for a table."""
        return " · ".join(f"{right / of:.1%}" for right, of in (self.rightly(sound=s) for s in (False, True)))

    def shares_at_first_sight(self) -> str:
        """Return the same as it was noted when the batch was new."""
        if self.first_sight is None:
            return "the rules were written with it"
        counts = (
            (self.first_sight[n], self.rightly(sound=s)[1]) for n, s in (("caught", False), ("let_through", True))
        )
        return " · ".join(f"{right / of:.1%}" for right, of in counts)


def evidence_of_scene(scene: dict[str, Any]) -> Evidence:
    """Return what the replies of a scene may rely on."""
    articles, tools = scene.get("articles", []), scene.get("tools", [])
    return read_evidence(
        [
            *(Text(article) for article in articles),
            *(Text(tool["result"], "data") for tool in tools),
            Text(scene["customer"], "customer"),
        ],
        passages=len(articles),
        outcomes=[ToolOutcome(tool["tool"], tool["result"]) for tool in tools],
    )


def faults_in(reply: str, evidence: Evidence) -> tuple[str, ...]:
    """Return what is wrong with a reply, read sentence by sentence as the graph reads it."""
    shown: list[Value] = []
    return tuple(fault.text for s in split_sentences(reply)[0] for fault in faults_of(s, evidence, shown))


def judged(file: Path) -> Batch:
    """Return a file of scenes with what the checks say of each reply."""
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    replies = tuple(reply for scene in written["scenes"] for reply in _of_scene(scene))
    return Batch(file.stem.removeprefix("replies_"), written["first_sight"], replies)


def _of_scene(scene: dict[str, Any]) -> Iterator[Judged]:
    evidence = evidence_of_scene(scene)
    planted = [pair for entry in scene["planted"] for pair in entry.items()]
    for kind, reply in (*(("sound", reply) for reply in scene["sound"]), *planted):
        yield Judged(scene["scene"], kind, reply, faults_in(reply, evidence))


def batches(only: str | None = None) -> list[Batch]:
    """Return every batch, oldest first."""
    files = sorted(DATA.glob("replies_*.yaml"), key=lambda file: int(file.stem.removeprefix("replies_")))
    return [judged(file) for file in files if only in (None, file.stem.removeprefix("replies_"))]


def figures(done: list[Batch]) -> list[Figure]:
    """Return the shares over all batches, and each batch's beside what it was at first sight."""
    everything = Batch("all", None, tuple(reply for batch in done for reply in batch.replies))
    (caught, false), (let_through, true) = everything.rightly(sound=False), everything.rightly(sound=True)
    found = [
        Figure("false replies", false),
        Figure("of them caught", caught / false, CAUGHT),
        Figure("true replies", true),
        Figure("of them let through", let_through / true, LET_THROUGH),
    ]
    for batch in done:
        for name, sound in (("caught", False), ("let through", True)):
            right, of = batch.rightly(sound=sound)
            found.append(Figure(f"batch {batch.name}: {name}", right / of))
            if batch.first_sight is not None:
                seen = batch.first_sight[name.replace(" ", "_")]
                found.append(Figure(f"batch {batch.name}: {name} at first sight", seen / of))
    return found


def show(done: list[Batch], *, wrong: bool) -> None:
    """Print a line per batch, and on request every reply that was judged wrongly."""
    table = Table("Batch", "Replies", "Caught · let through", "At first sight", title="Written replies")
    for batch in done:
        table.add_row(batch.name, str(len(batch.replies)), batch.shares(), batch.shares_at_first_sight())
    console = Console()
    console.print(table)
    for reply in (r for batch in done for r in batch.replies if wrong and not r.right):
        console.print(f"{reply.scene} · {reply.kind}: {reply.reply}\n   {reply.faults}", markup=False)


def main() -> int:
    """Run the benchmark from the command line."""
    asked = parser(__doc__)
    asked.add_argument("--batch", help="only this batch")
    asked.add_argument("--wrong", action="store_true", help="also print every reply that was judged wrongly")
    options = asked.parse_args()
    done = batches(options.batch)
    if not options.json:
        show(done, wrong=options.wrong)
    shown = figures(done)
    return report("Replies checked before they are sent", shown if options.json else shown[:4], options)


if __name__ == "__main__":
    sys.exit(main())
