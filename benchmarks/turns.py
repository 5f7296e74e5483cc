"""Measure what a turn costs beside the model, against the loops people write instead, in one run against one local
endpoint.

python -m benchmarks.turns [--full] [--json] [--check] [--plots DIRECTORY]

Targets are judged by elapsed time, as a customer sees it, on a quiet machine; the ratios of processor time beside them
hold on a busy one, too. The endpoint is a process of its own; what it takes is in the elapsed time of all peers alike.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any

from openai import AsyncOpenAI

from benchmarks.support.figures import Figure, parser, report
from benchmarks.support.models.stub_endpoint import stub_endpoint
from benchmarks.support.peers import (
    CUSTOMER,
    ROOT,
    SYSTEM,
    Turn,
    bytes_of,
    empty_graph,
    hand_written,
    langchain_agent,
    our_agent,
    our_settings,
)
from benchmarks.support.sample_shop import prepare
from core.embeddings.minilm import embedded_minilm
from core.settings import SAMPLE_BUSINESS
from graph.replies import Token

SUBJECTS = [file.stem.replace("-", " ") for file in sorted((SAMPLE_BUSINESS / "articles").glob("*.md"))]
TURNS_A_THREAD = 10
DOZENS = 30
"""Turns of a thread in support, where they are many."""
PLOTTED = {"create_agent": "LangChain create_agent", "ours": "this agent"}


@dataclass
class Costs:
    """What each turn of one peer took, in seconds."""

    processor: list[float] = field(default_factory=list)
    elapsed: list[float] = field(default_factory=list)

    async def of(self, turn: Turn, thread: str, text: str) -> None:
        """Take one turn and note what it took."""
        processor, elapsed = time.process_time(), time.perf_counter()
        await turn(thread, text)
        self.elapsed.append(time.perf_counter() - elapsed)
        self.processor.append(time.process_time() - processor)


def question(number: int) -> str:
    """Return a question about an article, never the same twice in a row."""
    forms = (
        "What should I know about {}?",
        "Can you explain {} to me?",
        "I have a question about {}.",
        "How about {}?",
    )
    return forms[number // len(SUBJECTS) % len(forms)].format(SUBJECTS[number % len(SUBJECTS)])


def order_question(number: int) -> str:
    """Return a question about an order of the customer."""
    return f"Where is my order AF10002, please? This is question {number}."


async def compare(folder: Path, url: str, turns: int) -> list[Figure]:
    """Return the ratios of article and order turns; the peers take turns, so that all meet the same machine."""
    local, remote = (
        our_settings(url, folder / "local"),
        our_settings(url, folder / "stub", SUPPORT_EMBEDDING_MODEL="stub"),
    )
    prepare(local)
    prepare(remote)
    figures = []
    async with AsyncExitStack() as opened:
        peers: dict[str, Turn] = {
            "hand": await opened.enter_async_context(hand_written(url)),
            "create_agent": await opened.enter_async_context(langchain_agent(url, folder / "peer.db")),
            "an empty graph": await opened.enter_async_context(
                empty_graph(url, folder / "empty.db", embedded_minilm())
            ),
            "ours": (await opened.enter_async_context(our_agent(local)))[0],
            "ours, embeddings of the endpoint": (await opened.enter_async_context(our_agent(remote)))[0],
        }
        for kind, ask in (("article", question), ("order", order_question)):
            costs = {name: Costs() for name in peers}
            for number in range(-4, turns):  # four to warm up
                for name, turn in peers.items():
                    thread = f"{kind}-{number // TURNS_A_THREAD}"
                    await (costs[name] if number >= 0 else Costs()).of(turn, thread, ask(number % 1000))
            elapsed = {name: median(cost.elapsed) for name, cost in costs.items()}
            spent = {name: median(cost.processor) for name, cost in costs.items()}
            for times, judged, told in ((elapsed, True, "elapsed"), (spent, False, "processor time")):
                remote_over_hand = times["ours, embeddings of the endpoint"] / times["hand"]
                over_agent = times["ours"] / times["create_agent"]
                least = times["an empty graph"]
                figures += [
                    Figure(f"{kind} turn over create_agent, {told}", over_agent, 1.0 if judged else None, "at most"),
                    Figure(
                        f"{kind} turn, embeddings of the endpoint, over the hand-written loop, {told}",
                        remote_over_hand,
                        2.0 if judged else None,
                        "at most",
                    ),
                    # No target can be met that the libraries alone miss.
                    Figure(f"{kind} turn, an empty graph over create_agent, {told}", least / times["create_agent"]),
                    Figure(f"{kind} turn, an empty graph over the hand-written loop, {told}", least / times["hand"]),
                    *(Figure(f"{kind} turn, {name}, ms {told}", 1000 * value) for name, value in times.items()),
                ]
    return figures


async def grow(
    folder: Path, url: str, lengths: Sequence[int], peer_turns: int
) -> tuple[list[Figure], dict[str, Costs]]:
    """Return time and bytes of one long thread, and each turn's costs for the plots."""
    settings = our_settings(url, folder / "long", SUPPORT_EMBEDDING_MODEL="stub")
    prepare(settings)
    costs = {name: Costs() for name in PLOTTED}
    figures, sizes = [], dict[str, dict[int, int]]()
    async with our_agent(settings) as (turn, _):
        for number in range(lengths[-1]):
            await costs["ours"].of(turn, "long", order_question(number) if number % 3 == 2 else question(number))
            if number + 1 in lengths:
                kept = bytes_of(folder / "long" / "memory.db")
                sizes.setdefault("ours", {})[number + 1] = kept
                figures.append(
                    Figure(
                        f"bytes on disk per turn, thread of {number + 1} turns", kept / (number + 1), 8_192, "at most"
                    )
                )
    early, late = median(costs["ours"].processor[5:15]), median(costs["ours"].processor[-20:])
    figures.append(Figure(f"turn {lengths[-1]} over turn 10, processor time", late / early, 1.5, "at most"))
    early, late = median(costs["ours"].elapsed[5:15]), median(costs["ours"].elapsed[-20:])
    figures.append(Figure(f"turn {lengths[-1]} over turn 10, elapsed", late / early))
    async with langchain_agent(url, folder / "long-peer.db") as turn:
        for number in range(peer_turns):
            await costs["create_agent"].of(
                turn, "long", order_question(number) if number % 3 == 2 else question(number)
            )
    means = {name: 1000 * fmean(cost.elapsed[:DOZENS]) for name, cost in costs.items()}
    figures += [
        Figure(f"mean turn of a thread of {DOZENS}, over create_agent, elapsed", means["ours"] / means["create_agent"]),
        *(Figure(f"mean turn of a thread of {DOZENS}, {name}, ms elapsed", value) for name, value in means.items()),
    ]
    figures.append(
        Figure(
            f"bytes on disk per turn, create_agent, thread of {peer_turns} turns",
            bytes_of(folder / "long-peer.db") / peer_turns,
        )
    )
    return figures, costs


async def first_token(folder: Path, url: str, turns: int) -> list[Figure]:
    """Return how much later the first piece of an answer is there than at the endpoint itself, without the query's
    embedding.
    """
    client = AsyncOpenAI(base_url=url, api_key="none")
    model = embedded_minilm()
    direct, ours, embedding = [], [], []
    async with our_agent(our_settings(url, folder / "local")) as (_, agent):
        for number in range(-3, turns):  # three to warm up
            begun = time.perf_counter()
            asked: Any = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question(number % 1000)}]
            stream: Any = await client.chat.completions.create(model="stub", messages=asked, stream=True)
            firsts = [
                time.perf_counter() - begun
                async for chunk in stream
                if chunk.choices and chunk.choices[0].delta.content
            ]
            begun = time.perf_counter()
            events = agent.stream(f"first-{number // TURNS_A_THREAD}", question(number % 1000), customer_id=CUSTOMER)
            shows = [time.perf_counter() - begun async for event in events if isinstance(event, Token)]
            begun = time.perf_counter()
            await asyncio.to_thread(model.embed_query, f"{question(number % 1000)} {number}")
            if number >= 0:
                direct.append(firsts[0])
                ours.append(shows[0])
                embedding.append(time.perf_counter() - begun)
    await client.close()
    added = median(ours) - median(direct)
    return [
        Figure(
            "added time to first token without the query's embedding, ms",
            1000 * (added - median(embedding)),
            15,
            "at most",
        ),
        Figure("one query embedding, ms", 1000 * median(embedding)),
    ]


def warm_start(folder: Path, url: str) -> Figure:
    """Return how long a fresh process takes from its imports to its first answer."""
    script = (
        "import asyncio, sys, time; from pathlib import Path; from benchmarks.support.peers import our_agent, "
        "our_settings\n"
        "async def main():\n"
        "    begun = time.perf_counter()\n"
        "    async with our_agent(our_settings(sys.argv[1], Path(sys.argv[2]))) as (turn, _):\n"
        "        await turn(sys.argv[3], 'How do I return something?')\n"
        "        print(time.perf_counter() - begun)\n"
        "asyncio.run(main())"
    )
    took = [
        float(
            subprocess.run(
                [sys.executable, "-c", script, url, f"{folder}/local", f"warm-{number}"],
                capture_output=True,
                text=True,
                check=True,
                cwd=ROOT,
            ).stdout
        )
        for number in range(3)
    ]
    return Figure("warm start: from the imports to the first answer, seconds", median(took), 1.0, "at most")


async def requests_and_prefix(folder: Path, url: str) -> list[Figure]:
    """Return how many requests each kind of turn makes, and how much of a request the one before it has begun with."""
    settings = our_settings(url, folder / "long", SUPPORT_EMBEDDING_MODEL="stub")
    figures = []
    async with our_agent(settings) as (_, agent):
        for kind, text, most in (
            ("article", question(0), 1),
            ("order", order_question(0), 2),
            ("escalated", "I want something for my sister's wedding", 2),
            ("asked for a person", "I want to talk to a person", 2),
        ):
            before = len(sent(url))
            reply = await agent.send(f"requests-{kind}", text, customer_id="ada_brook_1001")
            made = len(sent(url)) - before
            assert reply.requests == made, "a request was made that the reply does not count"
            figures.append(Figure(f"requests of a turn: {kind}", made, most, "at most"))
        before = len(sent(url))
        for number in range(30):
            await agent.send("prefix", question(number), customer_id="ada_brook_1001")
        prompts = sent(url)[before:]
    shared = [_shared(*pair) for pair in itertools.pairwise(prompts)]
    whole = sum(len(prompt) for prompt in prompts[1:])
    figures.append(Figure("share of prompt tokens in the stable prefix, turns 2 to 30", sum(shared) / whole, 0.85))
    return figures


def sent(url: str) -> list[str]:
    """Return the prompts the endpoint was sent: tools first, then the messages, as providers read them."""
    with urllib.request.urlopen(f"{url}/requests") as answer:  # noqa: S310 - loopback
        bodies = json.load(answer)
    return [
        json.dumps(b.get("tools"))
        + "".join(f"\x00{m['role']}\x00{m.get('content')}{m.get('tool_calls', '')}" for m in b["messages"])
        for b in bodies
    ]


def _shared(first: str, second: str) -> int:
    """Return how many characters two texts have in common from their beginning."""
    return next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )


def plot(folder: Path, costs: dict[str, Costs], figures: Sequence[Figure]) -> None:
    """Draw time per turn over the length of a thread, and bytes per turn."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    folder.mkdir(parents=True, exist_ok=True)
    drawing, axes = pyplot.subplots(figsize=(8, 4))
    for name, cost in costs.items():
        window = 9
        smooth = [1000 * median(cost.processor[max(0, i - window) : i + 1]) for i in range(len(cost.processor))]
        axes.plot(range(1, len(smooth) + 1), smooth, label=PLOTTED[name])
    axes.set(xlabel="turn of one thread", ylabel="ms of processor time", title="Time per turn", ylim=(0, None))
    axes.legend()
    drawing.savefig(folder / "turn_time.png", dpi=120, bbox_inches="tight")
    sizes = [f for f in figures if f.name.startswith("bytes on disk per turn")]
    drawing, axes = pyplot.subplots(figsize=(8, 4))
    axes.bar(
        [f.name.removeprefix("bytes on disk per turn, ").replace(", ", "\n") for f in sizes],
        [f.value / 1024 for f in sizes],
    )
    axes.set(ylabel="KB per turn (logarithmic)", yscale="log", title="Conversation memory on disk")
    drawing.savefig(folder / "turn_bytes.png", dpi=120, bbox_inches="tight")


async def measure(*, full: bool) -> tuple[list[Figure], dict[str, Costs]]:
    """Run everything in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as name, stub_endpoint() as url:
        folder = Path(name)
        figures = await compare(folder, url, 60 if full else 20)
        figures += await first_token(folder, url, 40 if full else 15)
        figures.append(await asyncio.to_thread(warm_start, folder, url))
        grown, costs = await grow(folder, url, (300, 1_000) if full else (100, 300), 200 if full else 40)
        with stub_endpoint() as fresh:
            return [*figures, *grown, *await requests_and_prefix(folder, fresh)], costs


def main() -> None:
    """Measure, print, draw, and with `--check` end with 1 when a target is missed."""
    options = parser(__doc__)
    options.add_argument("--full", action="store_true", help="threads of 300 and 1,000 turns, as the targets name them")
    options.add_argument("--plots", type=Path, help="folder for turn_time.png and turn_bytes.png")
    chosen = options.parse_args()
    figures, costs = asyncio.run(measure(full=chosen.full))
    if chosen.plots:
        plot(chosen.plots, costs, figures)
    sys.exit(report("turns", figures, chosen))


if __name__ == "__main__":
    main()
