"""Say when each entry of a conversation was written, and put colleagues' notes where they belong in time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from core.safety.safe_links import inert
from server.inbox.inbox_schema import MESSAGES, TURNS
from server.inbox.message_inbox import Inbox
from server.inbox.thread_notes import ThreadNote, notes_of
from server.schemas.desk_schemas import Entry
from tools.desk.tickets import Ticket, TicketNote


async def timed(
    inbox: Inbox, thread_id: str, entries: Sequence[Entry], ticket: Ticket | None, wrote: Mapping[str, datetime]
) -> list[Entry]:
    """Return the entries with their times and the ticket's internal notes; other servers' times are unknown.

    `wrote` says when people and the desk wrote, by the keys of deliveries.
    """
    accepted, answered = await times(inbox, thread_id)
    notes = ticket.notes if ticket else ()
    turn = ""
    for entry in entries:
        if entry.role == "customer":
            turn = entry.id
            entry.at = accepted.get(entry.id)
        else:
            from_desk = entry.id.startswith("desk-")
            entry.at = wrote.get(entry.id.removeprefix("desk-")) if from_desk else answered.get(turn)
    written = [note for note in notes if note.kind == "internal"]
    return _with_notes(entries, sorted([*written, *await notes_of(inbox, thread_id)], key=lambda note: note.created_at))


async def times(inbox: Inbox, thread_id: str) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """Return when each message was accepted, and when the turn that answers it was finished, by its id."""
    messages = select(MESSAGES.c.id, MESSAGES.c.accepted_at).where(MESSAGES.c.thread_id == thread_id)
    turns = select(TURNS.c.id, TURNS.c.finished_at).where(
        TURNS.c.thread_id == thread_id, TURNS.c.finished_at.is_not(None)
    )
    async with inbox.reading() as connection:
        accepted = {row.id: datetime.fromtimestamp(row.accepted_at, UTC) for row in await connection.execute(messages)}
        answered = {row.id: datetime.fromtimestamp(row.finished_at, UTC) for row in await connection.execute(turns)}
    return accepted, answered


def _with_notes(entries: Sequence[Entry], notes: Sequence[TicketNote | ThreadNote]) -> list[Entry]:
    """Put each note behind the last entry that was written before it."""
    woven = list(entries)
    for number, note in enumerate(notes):
        behind = max(
            (place + 1 for place, entry in enumerate(woven) if entry.at and entry.at <= note.created_at),
            default=len(woven),
        )
        woven.insert(behind, _note(f"note-{number}", note.author, inert(note.text), note.created_at))
    return woven


def _note(entry_id: str, author: str, text: str, at: datetime) -> Entry:
    return Entry(
        id=entry_id,
        role="note",
        author=author,
        text=text,
        at=at,
        waiting=False,
        sources=[],
        steps=[],
        held_back=[],
        ticket_id=None,
    )
