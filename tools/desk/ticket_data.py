"""Write a ticket as plain data, for JSON."""

from typing import Any

from core.safety.safe_links import inert
from tools.desk.tickets import Ticket


def ticket_data(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket's fields: instants in ISO 8601, durations in seconds, the draft's fields beside the others.

    Whatever customers, tools and models wrote is inert: an address in it can be read and not clicked.
    """
    owned = ticket.ownership
    return {
        "id": ticket.id,
        "thread_id": ticket.thread_id,
        "customer_id": ticket.customer_id,
        "status": ticket.status,
        "operator": owned.operator,
        "reason": ticket.reason,
        "detail": inert(ticket.detail),
        **{name: _inert(value) for name, value in ticket.draft.model_dump(mode="json").items()},
        "transcript": inert(ticket.transcript),
        "channel": ticket.channel,
        "locale": ticket.locale,
        "callback": ticket.callback,
        "created_at": ticket.created_at.isoformat(),
        "tags": [inert(tag) for tag in ticket.tags],
        "snoozed_until": ticket.snoozed_until.isoformat() if ticket.snoozed_until else None,
        "merged_into": ticket.merged_into,
        "reopened": max(owned.stretches - 1, 0),
        "first_reply_seconds": owned.first_reply.total_seconds() if owned.first_reply is not None else None,
        "rating": {"stars": ticket.rating.stars, "comment": inert(ticket.rating.comment)} if ticket.rating else None,
        "notes": [
            {"author": n.author, "kind": n.kind, "text": _inert(n.text), "created_at": n.created_at.isoformat()}
            for n in ticket.notes
        ],
    }


def _inert(value: Any) -> Any:
    """Return a text, or the texts of a list, inert."""
    if isinstance(value, list):
        return [_inert(each) for each in value]
    return inert(value) if isinstance(value, str) else value
