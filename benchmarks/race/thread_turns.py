"""Time article turns, order turns and whole threads of every agent, and what memory each takes."""

import asyncio
import itertools
from collections.abc import Iterator
from statistics import fmean, median

from benchmarks.race.environment import PEERS
from benchmarks.race.players import EMBEDDED, EMPTY, ON_POSTGRES, OURS, Field, Player, sent
from benchmarks.support.figures import Figure
from benchmarks.support.peers import our_agent, our_settings
from benchmarks.turns import order_question, question

TIMES = {"elapsed": "elapsed", "processor": "processor time"}
LONG = 50
"""Turns of a long thread; the newest five of it say what one takes there."""


def asked(kind: str, number: int) -> str:
    """Return a question that nobody asked before."""
    if kind == "order":
        return order_question(number)
    return f"{question(number)} I ask for the {number}th time this week."


async def requests(field: Field) -> list[Figure]:
    """Return how many requests each kind of turn makes."""
    figures = []
    settings = our_settings(field.url, field.folder / "stub", SUPPORT_EMBEDDING_MODEL="stub")
    async with our_agent(settings) as (_, agent):
        for kind, text, customer, target in (
            ("article question", question(0), "ada_brook_1001", 1),
            ("order question, number named", "Where is my order AF10283?", "ada_brook_1001", 1),
            ("order question, one open order", "Where is my order?", "ingrid_halvorsen_1003", 1),
            ("proposal", "Please cancel order AF10326, I no longer need it", "ada_brook_1001", 1),
            ("yes", "yes", "ada_brook_1001", 0),
        ):
            before = len(sent(field.url))
            thread = "action" if kind in ("proposal", "yes") else kind
            reply = await agent.send(thread, text, customer_id=customer)
            made = len(sent(field.url)) - before
            assert reply.owner == "bot", f"{kind} was handed over ({reply.handoff})"
            figures.append(Figure(f"requests: {kind}", made, target, "at most"))
    return figures


def short_threads(players: dict[str, Player], turns: int) -> Iterator[Figure]:
    """Yield what an article turn and an order turn take, in threads of ten turns."""
    targets = {"article": 0.9, "order": 0.65}
    for kind, target in targets.items():
        for number in range(-5, turns):  # five to warm up
            for player in _in_turn(players, number):
                player.turn(f"{kind}-{number // 10}", asked(kind, number + 5))
                if number < 0:
                    player.forget()
        for of, told in TIMES.items():
            medians = {name: player.median_ms(of) for name, player in players.items()}
            judged = target if of == "elapsed" else None
            over = medians[OURS] / medians["create_agent"]
            yield Figure(f"{kind} turn over create_agent, {told}", over, judged, "at most")
            yield from (Figure(f"{kind} turn, {name}, ms {told}", value) for name, value in medians.items())
        for player in players.values():
            player.forget()


def long_threads(players: dict[str, Player], threads: int) -> Iterator[Figure]:
    """Yield what the first twenty turns of a thread take, and the fiftieth, every third about an order."""
    taken: dict[str, list[list[float]]] = {name: [] for name in players}
    spent: dict[str, list[list[float]]] = {name: [] for name in players}
    for thread in range(threads):
        for number in range(LONG + 2):
            for player in _in_turn(players, number):
                kind = "order" if number % 3 == 2 else "article"
                player.turn(f"long-{thread}", asked(kind, 1_000 * (thread + 1) + number))
        for name, player in players.items():
            taken[name].append(list(player.elapsed))
            spent[name].append(list(player.processor))
            player.forget()
    for kept, told in ((taken, "elapsed"), (spent, "processor time")):
        # The mean of the turns, each the median of its threads: a pause of the machine is nobody's.
        first = {
            name: 1000 * fmean(median(thread[place] for thread in all_threads) for place in range(20))
            for name, all_threads in kept.items()
        }
        late = {
            name: 1000 * median(itertools.chain.from_iterable(thread[LONG - 4 :] for thread in all_threads))
            for name, all_threads in kept.items()
        }
        for what, means, target in (("mean of turns 1 to 20", first, 1.0), ("turn 50", late, 0.5)):
            best = min((name for name in means if name in PEERS), key=means.__getitem__)
            judged = target if told == "elapsed" else None
            yield Figure(f"{what} over the best peer ({best}), {told}", means[OURS] / means[best], judged, "at most")
            yield from (Figure(f"{what}, {name}, ms {told}", value) for name, value in means.items())


def _in_turn(players: dict[str, Player], number: int) -> list[Player]:
    """Return the players, another one first each time."""
    all_of_them = list(players.values())
    first = number % len(all_of_them)
    return [*all_of_them[first:], *all_of_them[:first]]


def measure(field: Field, *, full: bool) -> Iterator[Figure]:
    """Yield every figure of this part."""
    yield from asyncio.run(requests(field))
    ours = [OURS, ON_POSTGRES] if field.postgres else [OURS]
    with field.players([*ours, EMBEDDED, EMPTY, *PEERS]) as players:
        yield from short_threads(players, 60 if full else 20)
        memory = {name: player.resident_mb for name, player in players.items()}
        yield Figure("resident memory, embedded model and shop open, MB", memory[EMBEDDED], 260, "at most")
        yield Figure("resident memory, embeddings of the endpoint, MB", memory[OURS], 140, "at most")
        yield from (Figure(f"resident memory, {name}, MB", memory[name]) for name in (EMPTY, *PEERS) if name in memory)
        yield from long_threads({n: p for n, p in players.items() if n != EMBEDDED}, 5 if full else 2)
