"""Ask for the model's request from 100,000 broken histories and hold each against an endpoint's rules: `python -m
benchmarks.histories`.

A history is a random conversation as crashes leave it: results lost, doubled or orphaned, replies empty or missing, the
newest turn cut anywhere; its oldest turns may have left for the summary, and the model's context is sometimes too small
for what is left. Every request must obey the rules that OpenAI-style endpoints enforce, and hold the customer's newest
message.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.support.models.strict_endpoint import broken_rules
from core.safety.untrusted_text import read_message
from graph.context_window.prompts import leaving_messages, prompt_messages, with_earlier

CHUNK = 1_000
WORKERS = 2
CASE_FILE = {"orders": ["#W1000001"], "promises": ["A refund of $10.00 is on its way."]}


def random_history(dice: random.Random) -> list[AnyMessage]:
    """Return a conversation of up to eight turns as crashes may leave it; it ends with or after a customer message."""
    messages: list[AnyMessage] = []
    for turn in range(dice.randint(1, 8)):
        said = dice.choice(["hi", "where is it?", "x" * dice.randint(1, 6_000), "é" * 50, "<message>", "{}"])
        messages.append(HumanMessage(said, id=f"h{turn}"))
        for step in range(dice.randint(0, 3)):
            ids = [f"{turn}.{step}.{n}" for n in range(dice.randint(1, 3))]
            calls = [{"name": "get_order", "args": {"order_id": "#W1"}, "id": i} for i in ids]
            messages.append(AIMessage(dice.choice(["", "One moment."]), tool_calls=calls))
            answered = dice.choices([*ids, "orphan", ids[0]], k=dice.randint(0, 4))
            messages += [ToolMessage(dice.choice(["result", ""]), tool_call_id=i) for i in answered]
        if dice.random() < 0.6:
            messages.append(AIMessage(dice.choice(["", "Delivered.", "y" * 4_000])))
    last = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    return messages[: dice.randint(last + 1, len(messages))]


def broken_in(seed: int) -> str | None:
    """Return what is wrong with the request from the history of this seed, or None."""
    dice = random.Random(seed)
    history = random_history(dice)
    newest = next(m for m in reversed(history) if isinstance(m, HumanMessage))
    system = "Be kind."
    if dice.random() < 0.5:
        gone = {id(m) for m in leaving_messages(history, history_chars=dice.randint(500, 20_000))}
        history = [m for m in history if id(m) not in gone]
        system = with_earlier(system, CASE_FILE, "She asked about a kettle.")
    request = prompt_messages(history, [], system=system, context_tokens=dice.randint(200, 8_000))
    if broken := broken_rules(request):
        return f"seed {seed}: {broken[0]}"
    shown = [read_message(m.text) for m in request if isinstance(m, HumanMessage)]
    return None if shown and shown[-1] == newest.text else f"seed {seed}: the newest message is missing"


def broken_among(seeds: Sequence[int]) -> list[str]:
    """Return what is wrong with the requests from the histories of these seeds."""
    return [wrong for seed in seeds if (wrong := broken_in(seed))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=100_000, help="how many histories (100000)")
    parser.add_argument("--seed", type=int, default=0, help="first seed (0)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--check", action="store_true", help="exit with 1 unless every request was right")
    options = parser.parse_args(arguments)
    last = options.seed + options.histories
    chunks = [range(start, min(start + CHUNK, last)) for start in range(options.seed, last, CHUNK)]
    wrong: list[str] = []
    with ProcessPoolExecutor(WORKERS) as workers, Progress(console=Console(stderr=True), transient=True) as bar:
        step = bar.add_task("histories", total=len(chunks))
        for found in workers.map(broken_among, chunks):
            wrong += found
            bar.advance(step)
    if options.json:
        figures = {"histories": options.histories, "broken requests": len(wrong), "examples": wrong[:20]}
        sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    else:
        table = Table("histories", "broken requests", title="Requests made from broken histories")
        table.add_row(f"{options.histories:,}", str(len(wrong)))
        Console().print(table, *wrong[:10])
    return 1 if options.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
