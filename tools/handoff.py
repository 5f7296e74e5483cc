"""Describe the ticket desk: what a ticket is, and the Protocol every desk fulfils."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class TicketRequest:
    """Hold what is known when a conversation goes to a person."""

    thread_id: str
    customer_id: str | None
    reason: str
    summary: str


@dataclass(frozen=True, kw_only=True)
class TicketNote:
    """Hold one message that was added to a ticket."""

    author: str
    """customer, bot, or the name of an operator."""
    text: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """Hold a ticket as the desk knows it now."""

    id: str
    thread_id: str
    customer_id: str | None
    status: str
    """open or resolved."""
    reason: str
    summary: str
    created_at: datetime
    notes: tuple[TicketNote, ...] = ()


class TicketDesk(Protocol):
    """Take conversations over from the agent."""

    async def open_ticket(self, request: TicketRequest) -> Ticket:
        """Return the thread's open ticket, or make one; asking twice never makes two."""
        ...

    async def add_note(self, ticket_id: str, *, author: str, text: str, key: str) -> None:
        """Add a message to a ticket once per key; raises Refused when there is no such ticket."""
        ...

    async def get_ticket(self, ticket_id: str) -> Ticket:
        """Return a ticket with its notes; raises Refused when there is none."""
        ...

    async def list_tickets(self, *, status: str | None = None) -> Sequence[Ticket]:
        """Return tickets, oldest first, optionally of one status."""
        ...

    async def resolve(self, ticket_id: str) -> Ticket:
        """Close a ticket, which gives the conversation back to the agent."""
        ...
