"""Play a conversation about refunds in a process that may die, on files that outlive it."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from benchmarks.support.fragile import Fragile, KillPoints, around
from benchmarks.support.models.scripted import ScriptedChatModel
from benchmarks.support.models.strict_endpoint import broken_rules
from core.embeddings.minilm import MiniLM
from core.errors import Refused
from core.safety.untrusted_text import read_message
from core.storage.database import Database
from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.context_window.prompts import prompt_messages
from graph.handoff.ticket_writer import TicketWriter
from graph.handoff.triage_rules import RuleTriage
from graph.memory.checkpointers import open_checkpointer
from ingest.index.opening_index import NoArticles
from tools.actions.action import Action
from tools.actions.changes import Change, Outcome, outcome_by_state
from tools.actions.ledger import ActionLedger
from tools.actions.workflow import ConfirmedActions
from tools.desk.hours import DeskAvailability, DeskHours
from tools.desk.queues import load_queues
from tools.desk.sql_desk import SqlTicketDesk
from tools.retail.shop_records import Address, Customer, Order, OrderItem, Payment, PaymentMethod, Product
from tools.retail.shop_rows import Records, read_records, records_json
from tools.retail.shop_tools import make_tools

TODAY = date(2026, 11, 22)
START = datetime(2026, 11, 22, 9, tzinfo=UTC)
LEDGER = ("propose", "confirm", "claim", "keep_change", "finish", "mark_told", "find")
SHOP = ("apply", "find_outcome", "get_order")
MEMORY = ("aput", "aput_writes")

_HOME = Address(address1="1 Elm Street", address2="", city="Salem", state="OR", zip="97301", country="USA")
_CARD = PaymentMethod(id="card", source="credit_card", brand="visa", last_four="4242")
_CUSTOMER = Customer(
    id="ada", first_name="Ada", last_name="Brook", email="ada@example.com", address=_HOME, payment_methods=(_CARD,)
)
_ORDERS = {
    number: Order(
        id=number,
        customer_id="ada",
        status="delivered",
        address=_HOME,
        items=(OrderItem(item_id=f"S{number}", product_id="P", name="Kettle", price=Decimal("60.00"), options={}),),
        fulfilments=(),
        payments=(Payment(transaction_type="payment", amount=Decimal("60.00"), payment_method_id="card"),),
        expected_delivery=date(2026, 11, 1),
        delivered_at=date(2026, 11, 15),
    )
    for number in ("#L1", "#L2")
}


class JournalShop:
    """Keep every effect as one row, whether it was wanted or not.

    With keys it does what a careful shop does: one effect a key, refused when the records have changed. Without, it
    does whatever it is told, again and again.
    """

    def __init__(self, file: Path, *, keys: bool) -> None:
        self._file, self._keys = file, keys
        with self._open() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS effects (key TEXT, order_id TEXT, after TEXT)")

    def _open(self) -> Any:
        return closing(sqlite3.connect(self._file, isolation_level=None, timeout=10))

    def effects(self) -> list[str]:
        """Return the order of each effect there was."""
        with self._open() as connection:
            return [row[0] for row in connection.execute("SELECT order_id FROM effects")]

    def _order(self, order_id: str) -> Order:
        with self._open() as connection:
            query = "SELECT after FROM effects WHERE order_id = ? ORDER BY rowid DESC LIMIT 1"
            row = connection.execute(query, (order_id,)).fetchone()
        found = read_records(json.loads(row[0])).order if row else None
        return found or _ORDERS[order_id]

    async def get_customer(self, customer_id: str) -> Customer:
        """Return the one customer."""
        return _CUSTOMER

    async def get_order(self, customer_id: str, order_id: str) -> Order:
        """Return an order as the last effect left it."""
        if order_id not in _ORDERS:
            raise Refused("There is no such order.")
        return self._order(order_id)

    async def list_orders(self, customer_id: str) -> Sequence[Order]:
        """Return all orders."""
        return [self._order(number) for number in _ORDERS]

    async def get_product(self, product_id: str) -> Product:
        """Refuse: nobody asks for products here."""
        raise Refused("There is no such product.")

    async def find_products(self, words: str, *, limit: int) -> Sequence[Product]:
        """Return nothing."""
        return []

    async def apply(self, change: Change, *, key: str) -> Outcome:
        """Write the effect."""
        after = json.dumps(dict(change.after))
        order_id = str(change.record_id)
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            known = connection.execute("SELECT 1 FROM effects WHERE key = ?", (key,)).fetchone()
            if not (self._keys and known):
                connection.execute("INSERT INTO effects VALUES (?, ?, ?)", (key, order_id, after))
            connection.execute("COMMIT")
        return Outcome(key=key, operation=change.operation, after=dict(change.after))

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        """Look the key up; without keys, compare the records with the plan."""
        if not self._keys:
            return outcome_by_state(change, records_json(Records(order=self._order(str(change.record_id)))), key=key)
        with self._open() as connection:
            known = connection.execute("SELECT 1 FROM effects WHERE key = ?", (key,)).fetchone()
        return Outcome(key=key, operation=change.operation) if known else None


class WithoutLedger(ConfirmedActions):
    """Do what the bare stack does: apply on yes, remember nothing, look nothing up."""

    async def carry_out(self, thread_id: str, action_id: str) -> Action:
        """Apply the change again whenever asked."""
        action = await self.ledger.get(action_id)
        write = self.tools[action.tool].write
        assert write is not None
        await write.apply(action.change, key=uuid4().hex)
        claimed = await self.ledger.claim(action_id)
        return await self.ledger.finish(claimed or action, "done", action.change.done)


@dataclass(frozen=True)
class World:
    """Where a conversation lives and what kind of shop it is about."""

    folder: Path
    keys: bool
    calls: int
    """Refunds asked for in one message: 1 or 2."""
    ledger: bool = True
    database: str | None = None
    """The URL of a database that ledger, desk and memory share; without one each is a file of the folder."""

    def url(self, store: str) -> str:
        """Return where a store is kept."""
        return self.database or f"sqlite:///{self.folder}/{store}.db"

    @property
    def wish(self) -> str:
        """Return what the customer asks for first."""
        return "Please refund 10.00 for " + " and ".join(list(_ORDERS)[: self.calls]) + ", it came late."

    def shop(self) -> JournalShop:
        """Open the shop."""
        return JournalShop(self.folder / "shop.db", keys=self.keys)


def scripted_answer(request: list[BaseMessage]) -> AIMessage:
    """Answer as a sensible model would; a request that breaks the endpoint's rules is an error."""
    if broken := broken_rules(request):
        raise AssertionError(f"the endpoint would reject this request: {broken}")
    if isinstance(request[-1], ToolMessage):
        return AIMessage("That is how it stands.")
    text = read_message(request[-1].text)
    calls = [
        {"name": "refund_order", "args": {"order_id": n, "amount": 10.0, "reason": "late delivery"}, "id": uuid4().hex}
        for n in _ORDERS
        if text.startswith("Please refund") and n in text
    ]
    return AIMessage("", tool_calls=calls) if calls else AIMessage("Let me see.")


async def play(world: World, messages: Sequence[tuple[str, str]], points: KillPoints, minutes: int, out: int) -> None:
    """Send the messages and write each reply to the pipe as soon as it is there."""
    orders = Fragile(world.shop(), points, SHOP)
    ledger = ActionLedger(world.url("desk"), clock=lambda: START + timedelta(minutes=minutes))
    tools = make_tools(orders, NoArticles(), today=lambda: TODAY)
    actions = (ConfirmedActions if world.ledger else WithoutLedger)(
        ledger=cast(ActionLedger, Fragile(ledger, points, LEDGER)), tools=tools
    )
    model = ScriptedChatModel(answers=[scripted_answer])
    desk = SqlTicketDesk(Database(world.url("desk")))
    parts = Parts(
        model=model,
        tools=tools,
        retriever=NoArticles(),
        desk=desk,
        writer=TicketWriter(RuleTriage(load_queues(), MiniLM()), None),
        availability=DeskAvailability(DeskHours.parse("always"), reply_within=timedelta(hours=4), staffed=True),
        actions=actions,
    )
    async with open_checkpointer(world.url("memory")) as saver:
        for name in MEMORY:
            setattr(saver, name, around(getattr(saver, name), points, name))
        agent = SupportAgent(build_graph(parts, checkpointer=saver), max_message_chars=1000)
        for message_id, text in messages:
            points.tick("before the message")
            reply = await agent.send("t", text, customer_id="ada", message_id=message_id)
            kept = (await agent.state("t")).messages
            history = prompt_messages(kept, [], system="s", context_tokens=8000)
            # What a customer reads who opens the conversation again: a reply counts although its sender died.
            thread = [m.text for m in kept if isinstance(m, AIMessage)]
            said = {"id": message_id, "reply": reply.text, "thread": thread, "broken": broken_rules(history)}
            os.write(out, (json.dumps(said) + "\n").encode())
            points.tick("after the reply")
        open_actions = [action.state for action in await ledger.find(unsettled=True)]
        os.write(out, (json.dumps({"points": points.names, "open": open_actions}) + "\n").encode())
    await ledger.close()
    await desk.close()


def run(
    world: World, messages: Sequence[tuple[str, str]], *, kill_at: int | None, minutes: int
) -> list[dict[str, Any]]:
    """Play messages in a process of their own; return what it wrote before it ended or died."""
    reader, writer = os.pipe()

    def child() -> None:
        os.close(reader)
        asyncio.run(play(world, messages, KillPoints(kill_at), minutes, writer))

    process = get_context("fork").Process(target=child)
    process.start()
    os.close(writer)
    with os.fdopen(reader) as lines:
        written = [json.loads(line) for line in lines]
    process.join()
    if process.exitcode not in (0, 137):
        raise AssertionError(f"the process ended with {process.exitcode} instead of dying or finishing")
    return written
