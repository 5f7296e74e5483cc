"""Say when each entry of a conversation was written, and put colleagues' notes where they belong in time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from core.safety.safe_links import inert
from server.inbox.inbox_schema import MESSAGES, TURNS
from server.inbox.message_inbox import Inbox
from server.inbox.thread_notes import ThreadNote, notes_of, reply_ratings
from server.schemas.api_schemas import Said
from server.schemas.desk_schemas import Entry
from tools.desk.tickets import TicketNote


async def add_times_and_ratings(
    inbox: Inbox, thread_id: str, entries: Sequence[Entry | Said], wrote: Mapping[str, datetime]
) -> None:
    """Say when each entry was written, as far as this server knows, and what the customer thought of it.

    `wrote` says when people and the desk wrote, by the keys of deliveries.
    """
    accepted, answered = await times(inbox, thread_id)
    helpful = await reply_ratings(inbox, thread_id)
    turn = ""
    for entry in entries:
        if entry.role == "customer":
            turn = entry.id
            entry.at = accepted.get(entry.id)
        else:
            from_desk = entry.id.startswith("desk-")
            entry.at = wrote.get(entry.id.removeprefix("desk-")) if from_desk else answered.get(turn)
            entry.helpful = helpful.get(entry.id)


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


async def with_notes(
    inbox: Inbox, thread_id: str, entries: Sequence[Entry], of_ticket: Sequence[TicketNote]
) -> list[Entry]:
    """Put the internal notes on the conversation and its ticket each behind the last entry written before it."""
    notes: list[TicketNote | ThreadNote] = [note for note in of_ticket if note.kind == "internal"]
    notes += await notes_of(inbox, thread_id)
    notes.sort(key=lambda note: note.created_at)
    woven = list(entries)
    for number, note in enumerate(notes):
        behind = max(
            (place + 1 for place, entry in enumerate(woven) if entry.at and entry.at <= note.created_at),
            default=len(woven),
        )
        entry = Entry(id=f"note-{number}", role="note", author=note.author, text=inert(note.text), at=note.created_at)
        woven.insert(behind, entry)
    return woven
