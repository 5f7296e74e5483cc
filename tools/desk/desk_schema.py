"""Define the tables of the ticket desk, turn their rows into records, and read and write them inside a transaction."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    select,
    text,
)

from core.errors import NoTicket
from core.pictures import Picture
from core.storage.column_types import record_of
from core.storage.engines import AsyncConnection
from core.storage.schema_versions import HISTORY, History
from core.storage.word_index import WORD_INDEXES, WordIndex
from tools.desk.ownership import Ownership
from tools.desk.tickets import Delivery, Rating, Ticket, TicketDraft, TicketNote

FIRST_NUMBER = 1001


class Instant(TypeDecorator[datetime]):
    """Keep an aware instant as UTC, which SQLite would return without its zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Turn an aware instant into naive UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Any) -> datetime | None:
        """Turn naive UTC into an aware instant."""
        return None if value is None else value.replace(tzinfo=UTC)


class Duration(TypeDecorator[timedelta]):
    """Keep a duration as whole microseconds, exact in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Any) -> int | None:
        """Turn a duration into microseconds."""
        return None if value is None else value // timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: Any) -> timedelta | None:
        """Turn microseconds into a duration."""
        return None if value is None else timedelta(microseconds=int(value))


metadata = MetaData(info={HISTORY: History("tickets")})

_WITH_PEOPLE = text("stage IN ('pending', 'human')")
tickets = Table(
    "tickets",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("thread_id", String(255), nullable=False, index=True),
    Column("customer_id", String(255), index=True),
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("draft", JSON, nullable=False),
    Column("transcript", Text, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("callback", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("closed_at", Instant, index=True),
    Column("stage", String(16), nullable=False, index=True),
    Column("operator", String(255)),
    Column("spent", Duration, nullable=False),
    Column("running_since", Instant),
    Column("first_reply", Duration),
    Column("stretches", Integer, nullable=False),
    Column("stars", Integer),
    Column("comment", Text),
    Column("rated_at", Instant, index=True),
    Column("tags", JSON, comment="words that operators gave it; none before it was tagged"),
    Column("snoozed_until", Instant, comment="out of the queue until then, or until the customer writes"),
    Column("merged_into", Integer, comment="the ticket that goes on with it"),
    Column("closed_by", String(255), comment="who resolved it or handed it back"),
    # Two processes that escalate one thread at once cannot make two tickets.
    Index("one_ticket_with_people", "thread_id", unique=True, sqlite_where=_WITH_PEOPLE, postgresql_where=_WITH_PEOPLE),
)

notes = Table(
    "ticket_notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", ForeignKey("tickets.serial"), nullable=False, index=True),
    Column("key", String(255), nullable=False),
    Column("author", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("ticket", "key"),
)

deliveries = Table(
    "ticket_deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("ticket", ForeignKey("tickets.serial"), nullable=False),
    Column("thread_id", String(255), nullable=False, index=True),
    Column("author", String(255), nullable=False),
    Column("text", Text, nullable=False),
    Column("delivered_at", Instant, index=True),
    Column("pictures", JSON(none_as_null=True), comment="of an operator's reply, until it has arrived"),
)

events = Table(
    "ticket_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(64), nullable=False, unique=True, comment="what a receiver knows a repetition by"),
    Column("ticket", ForeignKey("tickets.serial"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("leased_until", Instant, comment="one process is sending it until then"),
    Column("sent_at", Instant, index=True),
    Column("given_up_at", Instant),
    Column("last_problem", Text),
)


presence = Table(
    "desk_presence",
    metadata,
    Column("operator", String(255), primary_key=True),
    Column("thread_id", String(255), nullable=False, comment="the conversation that is open there; empty for none"),
    Column("writing", Boolean, nullable=False),
    Column("seen_at", Instant, nullable=False, index=True),
)

TICKET_WORDS = WordIndex(
    name="tickets_words",
    table="tickets",
    key="serial",
    owner="serial",
    sqlite_text="new.draft || ' ' || coalesce(new.customer_id, '') || ' ' || coalesce(new.tags, '')",
    postgres_text="draft::text || ' ' || coalesce(customer_id, '') || ' ' || coalesce(tags::text, '')",
)
NOTE_WORDS = WordIndex(
    name="ticket_notes_words",
    table="ticket_notes",
    key="id",
    owner="ticket",
    sqlite_text="new.text",
    postgres_text="text",
)
metadata.info[WORD_INDEXES] = (TICKET_WORDS, NOTE_WORDS)


def ticket_number(serial: int) -> str:
    """Return the number that people read, for example T1001."""
    return f"T{FIRST_NUMBER - 1 + serial}"


def serial_of(ticket_id: str) -> int:
    """Return the row's key for a ticket number, or 0, which no row has."""
    digits = ticket_id.strip().lstrip("#").upper().removeprefix("T")
    return max(int(digits) - FIRST_NUMBER + 1, 0) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def ownership_values(owned: Ownership) -> dict[str, Any]:
    """Return the columns of an ownership."""
    return {name: getattr(owned, name) for name in Ownership.__dataclass_fields__}


def ownership_of(row: RowMapping) -> Ownership:
    """Read the ownership out of a ticket's row."""
    return record_of(Ownership, row)


def ticket_of(row: RowMapping, note_rows: Iterable[RowMapping] = ()) -> Ticket:
    """Read a ticket out of its row and those of its notes."""
    rated = row["stars"] is not None
    return record_of(
        Ticket,
        row,
        id=ticket_number(row["serial"]),
        draft=TicketDraft.model_validate(row["draft"]),
        ownership=ownership_of(row),
        tags=tuple(row["tags"] or ()),
        merged_into=ticket_number(row["merged_into"]) if row["merged_into"] else None,
        rating=Rating(stars=row["stars"], comment=row["comment"], rated_at=row["rated_at"]) if rated else None,
        notes=tuple(record_of(TicketNote, note) for note in note_rows),
    )


def delivery_of(row: RowMapping) -> Delivery:
    """Read a message on its way to a conversation out of its row."""
    return record_of(Delivery, row, ticket_id=ticket_number(row["ticket"]), pictures=tuple(row["pictures"] or ()))


async def read_ticket(connection: AsyncConnection, serial: int, asked_for: str = "", *, lock: bool = False) -> Ticket:
    """Read a ticket with its notes, on demand held until the transaction ends; raises Refused when there is none."""
    query = select(tickets).where(tickets.c.serial == serial)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    if row is None:
        raise NoTicket(f"There is no ticket {asked_for or ticket_number(serial)}.")
    note_rows = await connection.execute(select(notes).where(notes.c.ticket == serial).order_by(notes.c.id))
    return ticket_of(row, note_rows.mappings())


async def send(
    connection: AsyncConnection, ticket: Ticket, *, key: str, author: str, text: str, pictures: Sequence[Picture] = ()
) -> None:
    """Put a message on its way to the customer's conversation."""
    values = {
        "key": key,
        "ticket": serial_of(ticket.id),
        "thread_id": ticket.thread_id,
        "author": author,
        "text": text,
        "pictures": list(pictures) or None,
    }
    await connection.execute(deliveries.insert().values(values))


def new_key(result: Any) -> int:
    """Return the key of the row that was inserted."""
    return int(result.inserted_primary_key[0])
