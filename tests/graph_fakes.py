"""Small stand-ins for what the graph talks to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from datetime import datetime
from typing import Annotated, Any

from langchain.tools import ToolRuntime
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool, tool

from core.errors import Refused
from core.passages import Passage, Utterance
from core.scripted import ScriptedChatModel
from graph.builder import Parts
from tools.context import Context
from tools.handoff import Ticket, TicketNote, TicketRequest

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
class MemoryDesk:
    """Keep tickets in a list."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    note_keys: set[tuple[str, str]] = field(default_factory=set)
    now: Callable[[], datetime] = lambda: datetime(2026, 11, 2, 9)

    async def open_ticket(self, request: TicketRequest) -> Ticket:
        for ticket in self.tickets.values():
            if ticket.thread_id == request.thread_id and ticket.status == "open":
                return ticket
        ticket = Ticket(
            id=f"T{1001 + len(self.tickets)}",
            thread_id=request.thread_id,
            customer_id=request.customer_id,
            status="open",
            reason=request.reason,
            summary=request.summary,
            created_at=self.now(),
        )
        self.tickets[ticket.id] = ticket
        return ticket

    async def add_note(self, ticket_id: str, *, author: str, text: str, key: str) -> None:
        ticket = await self.get_ticket(ticket_id)
        if (ticket_id, key) not in self.note_keys:
            self.note_keys.add((ticket_id, key))
            note = TicketNote(author=author, text=text, created_at=self.now())
            self.tickets[ticket_id] = changed(ticket, notes=(*ticket.notes, note))

    async def get_ticket(self, ticket_id: str) -> Ticket:
        if ticket_id not in self.tickets:
            raise Refused(f"There is no ticket {ticket_id}.")
        return self.tickets[ticket_id]

    async def list_tickets(self, *, status: str | None = None) -> Sequence[Ticket]:
        return [t for t in self.tickets.values() if status in (None, t.status)]

    async def resolve(self, ticket_id: str) -> Ticket:
        self.tickets[ticket_id] = changed(await self.get_ticket(ticket_id), status="resolved")
        return self.tickets[ticket_id]


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


def parts(model: BaseChatModel, *, passages: Sequence[Passage] = (RETURNS, SHIPPING), **others: Any) -> Parts:
    """Return everything a graph needs, small."""
    retriever = KeywordRetriever(*passages)
    values: dict[str, Any] = {
        "model": model,
        "tools": [get_order, search_tool(retriever)],
        "retriever": retriever,
        "desk": MemoryDesk(),
        "shop_name": "Test Shop",
    }
    return Parts(**(values | others))
