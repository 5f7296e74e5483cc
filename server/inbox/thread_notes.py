"""Keep what is noted of a thread beside its messages: who types and reads, what replies were worth, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, and_, select, update

from server.inbox.inbox_schema import MESSAGES, NOTES, REPLY_RATINGS, THREADS
from server.inbox.message_inbox import Inbox

TYPING_SECONDS = 8.0
"""How long somebody counts as typing after they said so."""
LISTED = 50


@dataclass(frozen=True)
class OwnThread:
    """A conversation in its customer's list."""

    id: str
    first_words: str
    last_at: datetime


@dataclass(frozen=True)
class ThreadNote:
    """A colleague's note on a conversation."""

    author: str
    text: str
    created_at: datetime


async def note_typing(inbox: Inbox, thread_id: str, owner: str) -> None:
    """Remember that the customer types now; nothing happens for a thread that is not theirs."""
    mine = update(THREADS).where(THREADS.c.id == thread_id, THREADS.c.owner == owner)
    await inbox.write(lambda connection: connection.execute(mine.values(typing_at=inbox.now())))


async def note_read(inbox: Inbox, thread_id: str) -> None:
    """Remember that somebody of the staff has the thread open now."""
    read = update(THREADS).where(THREADS.c.id == thread_id).values(read_at=inbox.now())
    await inbox.write(lambda connection: connection.execute(read))


async def thread_read_at(inbox: Inbox, thread_id: str) -> datetime | None:
    """Return when somebody of the staff last had the thread open."""
    query = select(THREADS.c.read_at).where(THREADS.c.id == thread_id)
    return next((datetime.fromtimestamp(at, UTC) for [at] in await inbox.rows(query) if at), None)


async def typing(inbox: Inbox) -> Sequence[str]:
    """Return the threads whose customers type at the moment."""
    query = select(THREADS.c.id).where(THREADS.c.typing_at > inbox.now() - TYPING_SECONDS).order_by(THREADS.c.id)
    return [thread_id for [thread_id] in await inbox.rows(query)]


async def rate_reply(inbox: Inbox, thread_id: str, reply_id: str, *, helpful: bool) -> None:
    """Keep whether a reply helped; the newest word counts."""
    values = {"helpful": helpful, "rated_at": inbox.now()}
    this = and_(REPLY_RATINGS.c.thread_id == thread_id, REPLY_RATINGS.c.reply_id == reply_id)

    def work(connection: Connection) -> None:
        if connection.execute(update(REPLY_RATINGS).where(this).values(**values)).rowcount == 0:
            connection.execute(REPLY_RATINGS.insert().values(thread_id=thread_id, reply_id=reply_id, **values))

    await inbox.write(work)


async def reply_ratings(inbox: Inbox, thread_id: str) -> Mapping[str, bool]:
    """Return whether replies of a thread helped, by their ids; replies nobody rated are not in it."""
    query = select(REPLY_RATINGS.c.reply_id, REPLY_RATINGS.c.helpful).where(REPLY_RATINGS.c.thread_id == thread_id)
    return {row.reply_id: row.helpful for row in await inbox.rows(query)}


async def add_note(inbox: Inbox, thread_id: str, *, author: str, text: str, key: str) -> None:
    """Keep a colleague's note on a thread; the same key counts once."""
    this = and_(NOTES.c.thread_id == thread_id, NOTES.c.key == key)
    values = {"thread_id": thread_id, "key": key, "author": author, "text": text, "noted_at": inbox.now()}

    def work(connection: Connection) -> None:
        if connection.execute(select(NOTES.c.key).where(this)).first() is None:
            connection.execute(NOTES.insert().values(**values))

    await inbox.write(work)


async def notes_of(inbox: Inbox, thread_id: str) -> Sequence[ThreadNote]:
    """Return colleagues' notes on a thread, the oldest first."""
    query = select(NOTES).where(NOTES.c.thread_id == thread_id).order_by(NOTES.c.noted_at)
    rows = await inbox.rows(query)
    return [ThreadNote(row.author, row.text, datetime.fromtimestamp(row.noted_at, UTC)) for row in rows]


async def notes_with(inbox: Inbox, text: str) -> Sequence[tuple[str, str]]:
    """Return the notes on threads that hold a text, in any case, each as its thread and its words."""
    query = select(NOTES.c.thread_id, NOTES.c.text).where(NOTES.c.text.icontains(text, autoescape=True))
    return [(thread_id, words) for thread_id, words in await inbox.rows(query)]


async def note_authors(inbox: Inbox) -> Sequence[str]:
    """Return who has written a note on a thread."""
    return [author for [author] in await inbox.rows(select(NOTES.c.author).distinct())]


async def own_threads(inbox: Inbox, owner: str) -> Sequence[OwnThread]:
    """Return an owner's newest conversations, those with the newest words first."""
    last = MESSAGES.alias()
    query = (
        select(THREADS.c.id, MESSAGES.c.text, last.c.accepted_at)
        .join_from(THREADS, MESSAGES, and_(MESSAGES.c.thread_id == THREADS.c.id, MESSAGES.c.number == 1))
        .join(last, and_(last.c.thread_id == THREADS.c.id, last.c.number == THREADS.c.accepted))
        .where(THREADS.c.owner == owner)
        .order_by(last.c.accepted_at.desc())
        .limit(LISTED)
    )
    rows = await inbox.rows(query)
    return [OwnThread(row[0], row[1], datetime.fromtimestamp(row[2], UTC)) for row in rows]
