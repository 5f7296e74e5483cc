"""Small stand-ins for what the graph talks to."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from langchain.tools import ToolRuntime
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool, tool

from benchmarks.support.models.scripted import ScriptedChatModel
from core.errors import BackendUnavailable, Refused
from core.models.json_mode import JsonModel
from core.passages import Passage, Utterance
from core.safety.safe_links import LinkRule
from graph.builder import Parts
from graph.handoff.ticket_writer import TicketWriter
from graph.handoff.triage_rules import RuleTriage
from tests.fakes import FakeOrders
from tools.actions.ledger import ActionLedger
from tools.actions.workflow import ConfirmedActions
from tools.context import Context
from tools.desk.hours import DeskAvailability, DeskHours
from tools.desk.ownership import Move, Ownership, move
from tools.desk.queues import load_queues
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.tickets import Delivery, NoteKind, Ticket, TicketNote, TicketRequest
from tools.retail.policy import Policy, load_policy
from tools.retail.shop_records import OrderBackend
from tools.retail.shop_tools import make_tools
from tools.tool import Tool

RETURNS = Passage(
    id="returns#0",
    article_id="returns",
    title="Returns",
    text="You can return items within 30 days.",
    url="https://h/r",
)
SHIPPING = Passage(id="shipping#0", article_id="shipping", title="Shipping", text="Shipping takes 3 days.")
CARE = Passage(id="care#0", article_id="care", title="Care", text="Oil a wooden board twice a year.")


class KeywordRetriever:
    """Find passages that share a word with the newest utterance: enough to test everything but recall."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = passages
        self.dialogues: list[list[Utterance]] = []

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        self.dialogues.append(list(dialogue))
        words = set(dialogue[-1].text.lower().replace("?", "").split())
        return [p for p in self.passages if words & set(f"{p.title} {p.text}".lower().split())][:limit]

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        by_id = {p.id: p for p in self.passages}
        return [by_id[pid] for pid in passage_ids if pid in by_id]


@dataclass
class MemoryDesk(SqlTicketDesk):
    """Keep tickets in a list."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    note_keys: set[tuple[str, str]] = field(default_factory=set)
    sent: list[Delivery] = field(default_factory=list)
    now: Callable[[], datetime] = lambda: datetime(2026, 11, 2, 9, tzinfo=UTC)
    down: bool = False

    async def open_ticket(self, request: TicketRequest) -> Ticket:
        if self.down:
            raise BackendUnavailable("the desk is down")
        for ticket in self.tickets.values():
            if ticket.thread_id == request.thread_id:
                return self._moved(ticket.id, "escalate")
        ticket = Ticket(
            id=f"T{1001 + len(self.tickets)}",
            created_at=self.now(),
            ownership=move(Ownership(), "escalate", now=self.now()),
            **vars(request),
        )
        self.tickets[ticket.id] = ticket
        return ticket

    async def add_note(self, ticket_id: str, *, author: str, text: str, key: str, kind: NoteKind = "customer") -> None:
        ticket = await self.get_ticket(ticket_id)
        if (ticket_id, key) not in self.note_keys:
            self.note_keys.add((ticket_id, key))
            note = TicketNote(author=author, kind=kind, text=text, created_at=self.now())
            self.tickets[ticket_id] = changed(ticket, notes=(*ticket.notes, note))

    async def get_ticket(self, ticket_id: str) -> Ticket:
        if self.down:
            raise BackendUnavailable("the desk is down")
        if ticket_id not in self.tickets:
            raise Refused(f"There is no ticket {ticket_id}.")
        return self.tickets[ticket_id]

    async def undelivered(self, thread_id: str | None = None) -> Sequence[Delivery]:
        return [d for d in self.sent if thread_id in (None, d.thread_id)]

    async def delivered(self, keys: Sequence[str]) -> None:
        self.sent = [d for d in self.sent if d.key not in keys]

    async def cancel_handoff(self, ticket_id: str) -> Ticket:
        waits = self.tickets[ticket_id].status == "pending"
        return self._moved(ticket_id, "hand_back") if waits else self.tickets[ticket_id]

    async def resolve(self, ticket_id: str, **_: Any) -> Ticket:
        return self._moved(ticket_id, "resolve")

    def send(self, ticket_id: str, text: str, author: str = "mia") -> None:
        """Put a person's message on its way."""
        thread = self.tickets[ticket_id].thread_id
        key = f"{ticket_id}:{len(self.sent)}"
        self.sent.append(Delivery(key=key, ticket_id=ticket_id, thread_id=thread, author=author, text=text))

    def _moved(self, ticket_id: str, how: Move) -> Ticket:
        ticket = self.tickets[ticket_id]
        self.tickets[ticket_id] = changed(ticket, ownership=move(ticket.ownership, how, now=self.now()))
        return self.tickets[ticket_id]


class LetterEmbeddings(Embeddings):
    """Embed texts by their letters: enough where meaning does not matter."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        counts = [1.0 + text.lower().count(letter) for letter in "etaoinshrd"]
        length = sum(c * c for c in counts) ** 0.5
        return [c / length for c in counts]


def writer(model: BaseChatModel | None = None) -> TicketWriter:
    """Return what writes tickets, by rules unless a model is given."""
    return TicketWriter(RuleTriage(load_queues(), LetterEmbeddings()), JsonModel(model) if model else None)


def availability(hours: str = "always", *, staffed: bool = True, minutes: int = 60) -> DeskAvailability:
    """Return a desk on Monday, 2 November 2026, 9:00 UTC."""
    return DeskAvailability(
        DeskHours.parse(hours),
        reply_within=timedelta(minutes=minutes),
        staffed=staffed,
        now=lambda: datetime(2026, 11, 2, 9, tzinfo=UTC),
    )


ORDERS = {("ada", "A1"): '{"id": "A1", "status": "delivered"}', ("bob", "B1"): '{"id": "B1", "status": "pending"}'}


@tool
async def get_order(order_id: str, runtime: ToolRuntime[Context, Any]) -> str:
    """Look up one order.

    Args:
        order_id: The order number.
    """
    found = ORDERS.get((str(runtime.context.customer_id), order_id))
    if order_id == "broken":
        raise RuntimeError("disk on fire, password hunter2")
    if found is None:
        raise Refused(f"You have no order {order_id}.")
    return found


def search_tool(retriever: KeywordRetriever) -> BaseTool:
    """Return the tool that searches the articles again."""

    @tool(response_format="content_and_artifact")
    async def search_articles(query: Annotated[str, "What to look for."]) -> tuple[str, list[str]]:
        """Search the help articles."""
        found = await retriever.search([Utterance("customer", query)], limit=3)
        return "\n".join(p.text for p in found) or "nothing", [p.id for p in found]

    return search_articles


def call(name: str, id: str = "c1", **args: Any) -> AIMessage:
    """Return a message in which the model calls one tool."""
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": id, "type": "tool_call"}])


def scripted(*answers: Any) -> ScriptedChatModel:
    """Return a model that gives these answers; a string is a reply."""
    return ScriptedChatModel(answers=[AIMessage(a) if isinstance(a, str) else a for a in answers])


def searches_for_ever(messages: Sequence[Any]) -> AIMessage:
    """Return a message that searches for something else each time."""
    return call("search_articles", query=f"shipping, part {len(messages)}")


TODAY = date(2026, 11, 22)


def confirmed_actions(orders: OrderBackend, *, policy: Policy | None = None, **timing: Any) -> ConfirmedActions:
    """Return actions on a ledger of its own in a temporary folder."""
    ledger = ActionLedger(f"sqlite:///{tempfile.mkdtemp()}/desk.db", **timing)
    tools = make_tools(orders, KeywordRetriever(), policy, lambda: TODAY)
    return ConfirmedActions(ledger=ledger, tools=tools)


def parts(model: BaseChatModel, *, passages: Sequence[Passage] = (RETURNS, SHIPPING), **others: Any) -> Parts:
    """Return everything a graph needs, small."""
    retriever = KeywordRetriever(*passages)
    values: dict[str, Any] = {
        "model": model,
        "tools": [Tool(bound=get_order), Tool(bound=search_tool(retriever))],
        "retriever": retriever,
        "desk": MemoryDesk(),
        "writer": writer(),
        "availability": availability(),
        "actions": confirmed_actions(FakeOrders()),
        "business_name": "Test Shop",
        "people_only": load_policy().people_only,
        "links": LinkRule(frozenset({"h"})),
    }
    return Parts(**(values | others))
