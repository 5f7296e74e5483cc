"""Put tickets into the order in which they press, and show one on a terminal and as plain data."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rich.markup import escape

from cli.output import out
from core.clock import utc_now
from core.safety.safe_links import inert
from core.settings import Settings
from graph.opened_stores import business_of
from tools.desk.ownership import elapsed
from tools.desk.reports import NO_MESSAGES, DeskReads
from tools.desk.sla import pressing, ticket_wait
from tools.desk.ticket_data import ticket_data
from tools.desk.tickets import Ticket


def ticket_as_data(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as plain data, with the seconds for which people have had it while the desk was open."""
    worked = business_of(Settings.from_env()).file.desk_hours.worked
    return {
        **ticket_data(ticket),
        "clock_seconds": elapsed(ticket.ownership, now=utc_now(), worked=worked).total_seconds(),
    }


def clock(ticket: Ticket) -> str:
    """Return how long people have had a ticket, as hours and minutes."""
    minutes = int(ticket_as_data(ticket)["clock_seconds"] // 60)
    return f"{minutes // 60}:{minutes % 60:02} h"


def print_ticket(ticket: Ticket) -> None:
    """Print a ticket: what is known, what was tried, what was said."""
    draft, owned, said = ticket.draft, ticket.ownership, _said(ticket.transcript)
    who = f" ({owned.operator})" if owned.operator else ""
    lines = [
        f"[bold]{ticket.id}[/bold] {ticket.status}{escape(who)} · {draft.priority} · {draft.queue} · {clock(ticket)}"
        f"{' · call-back' if ticket.callback else ''}"
        f"{f' · reopened {owned.stretches - 1}×' if owned.stretches > 1 else ''}",
        f"[dim]customer {escape(ticket.customer_id or 'not signed in')} · thread {escape(ticket.thread_id)} · "
        f"{draft.language} · {draft.sentiment} · {_shown(ticket.detail)}[/dim]",
        _shown(draft.summary),
        f"  wish: {_shown(draft.wish)}",
        *(f"  fact: {_shown(fact)}" for fact in draft.facts),
        *(f"  tried: {_shown(step)}" for step in draft.steps_tried),
        f"  next: {_shown(draft.next_step)}",
        *(
            [f"[dim]Said before (all of it: support-agent threads show {escape(ticket.thread_id)})[/dim]"]
            if said
            else []
        ),
        *(f"[cyan]{speaker}[/cyan] {_shown(words)}" for speaker, words in said),
        *(["[dim]Since then[/dim]"] if ticket.notes else []),
        *(f"[cyan]{escape(note.author)}[/cyan] {_shown(note.text)}" for note in ticket.notes),
    ]
    if ticket.rating:
        lines.append(f"rated {'★' * ticket.rating.stars} {_shown(ticket.rating.comment)}")
    out.print("\n".join(lines))


def _said(transcript: str) -> list[tuple[str, str]]:
    """Return who said what; what tools returned stands among the facts."""
    lines = (line.partition(": ") for line in transcript.splitlines())
    return [(speaker.lower(), words) for speaker, _, words in lines if speaker in ("Customer", "Assistant")]


def _shown(text: str) -> str:
    """Return what strangers wrote, for a terminal: nothing in it colours, moves the cursor or can be clicked."""
    return escape(inert(text))


async def most_pressing_first(found: Sequence[Ticket]) -> list[Ticket]:
    """Return the open tickets in the order of the desk's page, then the closed ones; raises BackendUnavailable."""
    settings, now = Settings.from_env(), utc_now()
    reads = DeskReads(settings.desk_url)
    business = business_of(settings).file
    hours, within = business.desk_hours, timedelta(minutes=business.limits.reply_minutes)
    try:
        latest_messages = await reads.latest_messages()
    finally:
        await reads.close()

    def urgency(ticket: Ticket) -> Any:
        wait = ticket_wait(ticket, latest_messages.get(ticket.id, NO_MESSAGES), hours=hours, within=within, now=now)
        return not ticket.with_people, *pressing(ticket.draft.priority, wait, ticket.created_at)

    return sorted(found, key=urgency)
