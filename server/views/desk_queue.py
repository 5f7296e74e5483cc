"""Gather what waits for people: tickets and approvals, with the time left until an answer was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import utc_now
from core.safety.safe_links import inert
from graph.handoff.ticket_writer import title_of
from server.schemas.desk_schemas import QueueItem
from server.service import Service
from tools.actions.action import Action, State
from tools.desk.reports import NO_MESSAGES, LatestMessages
from tools.desk.sla import Wait, pressing, ticket_wait, wait_of
from tools.desk.tickets import Ticket

APPROVALS = "approvals"
"""The queue of actions that wait for a yes of staff."""
WAITING: State = "awaiting_approval"
CLOSED_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of the queue somebody wants to see; None is everything that is open."""

    queue: str | None = None
    state: str | None = None
    priority: str | None = None
    operator: str | None = None
    snoozed: bool = False
    """Whether what was put off is wanted, too."""


async def queue(service: Service, wanted: Wanted) -> list[QueueItem]:
    """Return what waits, the most pressing first; closed tickets only when their state is asked for."""
    found: list[QueueItem] = []
    if wanted.state != WAITING:
        found += await _tickets(service, wanted)
    if wanted.state in (None, WAITING):
        ledger = service.parts.actions.ledger
        await ledger.expire_due()
        found += [of_action(service, action) for action in await ledger.find(states=(WAITING,))]
    return sorted((item for item in found if _fits(item, wanted)), key=_pressing)


async def _tickets(service: Service, wanted: Wanted) -> list[QueueItem]:
    listed: Sequence[Ticket]
    words: Mapping[str, LatestMessages] = {}
    if wanted.state in ("resolved", "bot"):
        listed = (await service.parts.desk.list_tickets(status=wanted.state))[-CLOSED_SHOWN:]  # type: ignore[arg-type]
    else:
        listed = await service.parts.desk.list_tickets(open_only=True)
        words = await service.desk.reads.latest_messages()
    return [of_ticket(service, ticket, words.get(ticket.id, NO_MESSAGES)) for ticket in listed]


def of_ticket(service: Service, ticket: Ticket, words: LatestMessages) -> QueueItem:
    """Return a ticket as it stands in the queue."""
    owned = ticket.ownership
    hours, within = service.hours, service.reply_within
    wait = ticket_wait(ticket, words, hours=hours, within=within, now=utc_now())
    return QueueItem(
        id=ticket.id,
        kind="ticket",
        thread_id=ticket.thread_id,
        customer_id=ticket.customer_id,
        state=ticket.status,
        operator=owned.operator,
        queue=ticket.draft.queue,
        priority=ticket.draft.priority,
        reason=ticket.reason,
        title=inert(title_of([words.heard]) or ticket.draft.title or title_of([ticket.draft.wish])),
        tags=list(ticket.tags),
        snoozed_until=ticket.snoozed_until,
        callback=ticket.callback,
        created_at=ticket.created_at,
        changed_at=max(at for at in (ticket.created_at, owned.running_since, words.noted_at) if at),
        **_waited(wait),
    )


def of_action(service: Service, action: Action) -> QueueItem:
    """Return an action that waits for staff as it stands in the queue."""
    since = action.yes_at or action.proposed_at
    wait = wait_of(since, hours=service.hours, within=service.reply_within, now=utc_now())
    return QueueItem(
        id=action.id,
        kind="approval",
        thread_id=action.thread_id,
        customer_id=action.customer_id,
        state=action.state,
        operator=action.decided_by,
        queue=APPROVALS,
        priority="normal",
        reason=action.approval or "",
        title=action.preview,
        created_at=action.proposed_at,
        changed_at=action.updated_at,
        **_waited(wait),
    )


def _waited(wait: Wait | None) -> dict[str, Any]:
    return {"since": wait.since, "due": wait.due, "sla": wait.standing} if wait else {}


def _pressing(item: QueueItem) -> Any:
    wait = Wait(item.since, item.due, item.sla) if item.since and item.due and item.sla != "none" else None
    return pressing(item.priority, wait, item.created_at)


def _fits(item: QueueItem, wanted: Wanted) -> bool:
    given = {"queue": item.queue, "state": item.state, "priority": item.priority, "operator": item.operator}
    if item.snoozed_until and item.snoozed_until > utc_now() and not wanted.snoozed:
        return False
    return all(getattr(wanted, name) in (None, value) for name, value in given.items())
