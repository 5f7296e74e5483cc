"""Measure how messages are routed, on labelled ones that were written apart from the rules and their examples.

python -m benchmarks.triage [--json] [--check]
python -m benchmarks.triage --base-url http://127.0.0.1:8091/v1 --model qwen2.5-coder-0.5b
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.console import Console
from rich.progress import track
from rich.table import Table

from core.models.json_mode import JsonModel
from core.settings import Settings
from graph.assembly import json_model, rule_triage
from graph.handoff.message_triage import Triage, triage
from graph.handoff.triage_rules import RuleTriage
from graph.opened_stores import business_of
from tools.desk.tickets import Category, Priority

MESSAGES = Path(__file__).parent / "data" / "triage.jsonl"
FIELDS = ("queue", "category", "priority", "language")
LEAST = {"queue": 0.75, "language": 0.95}
"""What `--check` demands of the rules; a guess among nine queues is right in one of nine."""


class Labelled(BaseModel, frozen=True, extra="forbid"):
    """A message and where it belongs."""

    text: str
    queue: str
    category: Category
    priority: Priority
    language: str


def load(path: Path = MESSAGES) -> list[Labelled]:
    """Return the labelled messages; a broken line is an error."""
    return [Labelled.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def measure(rules: RuleTriage, model: JsonModel | None, messages: Sequence[Labelled]) -> dict[str, Any]:
    """Return the share of right answers per field and per queue, and what they cost."""
    answers: list[Triage] = []
    started = time.perf_counter()
    for message in track(messages, "classifying", console=Console(stderr=True), transient=True):
        answers.append(await triage(message.text, rules=rules, model=model, business_name="Alder & Finch"))
    seconds = time.perf_counter() - started
    pairs = list(zip(messages, answers, strict=True))
    total = Counter(m.queue for m in messages)
    right = Counter(m.queue for m, a in pairs if a.classification.queue == m.queue)
    mistaken = Counter(f"{m.queue} → {a.classification.queue}" for m, a in pairs if a.classification.queue != m.queue)
    return {
        "messages": len(messages),
        "accuracy": {
            f: sum(getattr(a.classification, f) == getattr(m, f) for m, a in pairs) / len(pairs) for f in FIELDS
        },
        "queues": {queue: {"right": right[queue], "of": total[queue]} for queue in total},
        "mistaken": dict(mistaken.most_common(8)),
        "by_model": sum(a.by == "model" for a in answers),
        "requests": sum(a.requests for a in answers),
        "milliseconds_each": seconds / len(pairs) * 1000,
    }


def show(name: str, found: dict[str, Any]) -> None:
    """Print a result as a table."""
    table = Table(title=f"Routing by {name}: {found['messages']} messages", box=None)
    table.add_column("queue")
    table.add_column("right", justify="right")
    for queue, count in found["queues"].items():
        table.add_row(queue, f"{count['right']}/{count['of']}")
    for field, share in found["accuracy"].items():
        table.add_row(f"[bold]{field}[/bold]", f"[bold]{share:.1%}[/bold]")
    table.add_row("ms each", f"{found['milliseconds_each']:.1f}")
    table.add_row("model requests", str(found["requests"]))
    Console().print(table)
    Console().print("mistaken:", ", ".join(f"{which} {count}×" for which, count in found["mistaken"].items()))


def main() -> None:
    """Measure, print, and with `--check` end with 1 when the rules miss a target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--check", action="store_true", help="end with 1 when a target is missed")
    parser.add_argument("--base-url", help="also ask a model at this OpenAI-compatible endpoint")
    parser.add_argument("--model", default="qwen2.5-coder-0.5b", help="its name there")
    arguments = parser.parse_args()
    messages, business = load(), business_of(Settings.model_validate({}))
    results = {"rules": asyncio.run(measure(rule_triage(business), None, messages))}
    if arguments.base_url:
        settings = Settings.model_validate(
            {"base_url": arguments.base_url, "model": arguments.model, "limits": {"timeout_seconds": 120}}
        )
        results[arguments.model] = asyncio.run(measure(rule_triage(business), json_model(settings), messages))
    if arguments.json:
        json.dump(results, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        for name, found in results.items():
            show(name, found)
    missed = [
        f"{f} {results['rules']['accuracy'][f]:.1%} < {least:.0%}"
        for f, least in LEAST.items()
        if results["rules"]["accuracy"][f] < least
    ]
    if arguments.check and missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
