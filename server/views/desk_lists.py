"""List conversations for operators: all, those of a customer, those with closed tickets, or what a search found."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from core.safety.safe_links import inert
from server.inbox.inbox_schema import MESSAGES, THREADS
from server.schemas.desk_schemas import Listed, ListedOut
from server.service import Service
from tools.desk.reports import TicketLine

PAGE = 50
MOST_FOUND = 20_000
"""Conversations that one search looks through."""
FIRST_LINE_SHOWN = 160
EARLIER_SHOWN = 20


async def all_conversations(service: Service, *, page: int) -> ListedOut:
    """Return one page of all conversations of the server; pages count from 1; raises BackendUnavailable."""
    rows = await _threads(service, None, limit=PAGE + 1, offset=(page - 1) * PAGE)
    return ListedOut(items=await _with_tickets(service, rows[:PAGE]), more=len(rows) > PAGE)


async def listed(service: Service, threads: Collection[str], *, page: int) -> ListedOut:
    """Return one page of these conversations, those with the newest words first; raises BackendUnavailable."""
    ids = sorted(threads)[:MOST_FOUND]
    rows = await _threads(service, THREADS.c.id.in_(ids), limit=PAGE + 1, offset=(page - 1) * PAGE)
    found = await _with_tickets(service, rows[:PAGE])
    if page == 1 and len(rows) <= PAGE:  # those that came another way than by this server have nothing but a ticket
        known = {row["id"] for row in rows}
        tickets = await service.desk.reads.lines([thread for thread in ids if thread not in known])
        found += [_of_ticket(thread, ticket) for thread, ticket in tickets.items()]
    return ListedOut(items=found, more=len(rows) > PAGE)


async def closed_conversations(service: Service, *, page: int) -> ListedOut:
    """Return one page of the conversations whose ticket is closed, the last closed first; raises BackendUnavailable."""
    tickets = list((await service.desk.reads.closed(limit=PAGE + 1, offset=(page - 1) * PAGE)).items())
    shown = dict(tickets[:PAGE])
    rows = {row["id"]: row for row in await _threads(service, THREADS.c.id.in_(shown), limit=PAGE, offset=0)}
    items = [
        _listed(rows[thread], ticket) if thread in rows else _of_ticket(thread, ticket)
        for thread, ticket in shown.items()
    ]
    return ListedOut(items=items, more=len(tickets) > PAGE)


async def conversations_of(service: Service, customer_id: str) -> list[Listed]:
    """Return the newest conversations of a customer; raises BackendUnavailable."""
    rows = await _threads(service, THREADS.c.customer_id == customer_id, limit=EARLIER_SHOWN, offset=0)
    return await _with_tickets(service, rows)


async def _threads(service: Service, which: ColumnElement[bool] | None, *, limit: int, offset: int) -> Sequence[Any]:
    of_thread = select(MESSAGES.c.text).where(MESSAGES.c.thread_id == THREADS.c.id)
    first = of_thread.order_by(MESSAGES.c.number).limit(1).scalar_subquery()
    newest = (
        select(MESSAGES.c.accepted_at)
        .where(MESSAGES.c.thread_id == THREADS.c.id)
        .order_by(MESSAGES.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = (THREADS.c.id, THREADS.c.customer_id, THREADS.c.channel, THREADS.c.locale)
    query = select(*columns, first.label("first_line"), newest.label("last_at")).where(newest.is_not(None))
    if which is not None:
        query = query.where(which)
    query = query.order_by(newest.desc()).limit(limit).offset(offset)
    return await service.inbox.read(lambda connection: list(connection.execute(query).mappings()))


async def _with_tickets(service: Service, rows: Sequence[Any]) -> list[Listed]:
    tickets = await service.desk.reads.lines([row["id"] for row in rows])
    return [_listed(row, tickets.get(row["id"])) for row in rows]


def _of_ticket(thread_id: str, ticket: TicketLine) -> Listed:
    return Listed(
        thread_id=thread_id,
        customer_id=ticket.customer_id,
        first_line=inert(ticket.wish[:FIRST_LINE_SHOWN]),
        last_at=ticket.created_at,
        channel=ticket.channel,
        locale=ticket.locale,
        ticket_id=ticket.id,
        state=ticket.stage,
        operator=ticket.operator,
        closed_at=ticket.closed_at,
    )


def _listed(row: Any, ticket: TicketLine | None) -> Listed:
    return Listed(
        thread_id=row["id"],
        customer_id=row["customer_id"],
        first_line=inert(" ".join(row["first_line"].split())[:FIRST_LINE_SHOWN]),
        last_at=datetime.fromtimestamp(row["last_at"], UTC),
        channel=row["channel"],
        locale=row["locale"],
        ticket_id=ticket.id if ticket else None,
        state=ticket.stage if ticket else "bot",
        operator=ticket.operator if ticket else None,
        closed_at=ticket.closed_at if ticket else None,
    )
