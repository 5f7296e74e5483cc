"""Keep an erased conversation from coming back: what began before the erasure is not stored after it.

A run carries the moment it began in its configuration, so it is in the metadata of each checkpoint. A tombstone holds
the hash of a thread's id and the moment of its erasure, for a day. A thread of that id that begins anew is another one.
"""

import hashlib
import sqlite3
from typing import Any

from graph.state import TURN_BEGAN

REFUSED = "this conversation was erased while it was being answered"
KEPT_SECONDS = 86_400
LONGEST_TURN_SECONDS = 600
"""A run that does not say when it began is refused for so long after the erasure."""

_TABLE = "CREATE TABLE IF NOT EXISTS erased_threads (thread TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL)"
_POSTGRES = (
    _TABLE,
    f"""
CREATE OR REPLACE FUNCTION erased_stay_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE erased DOUBLE PRECISION; began DOUBLE PRECISION;
BEGIN
    SELECT at INTO erased FROM erased_threads WHERE thread = encode(sha256(convert_to(NEW.thread_id, 'UTF8')), 'hex');
    IF erased IS NULL THEN RETURN NEW; END IF;
    began := coalesce((NEW.metadata ->> '{TURN_BEGAN}')::DOUBLE PRECISION, extract(epoch FROM now()) - \
{LONGEST_TURN_SECONDS});
    IF began < erased THEN
        RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
""",  # noqa: S608  constants
    f"""
CREATE OR REPLACE FUNCTION rows_of_erased_stay_away() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM erased_threads WHERE thread = encode(sha256(convert_to(NEW.thread_id, 'UTF8')), 'hex')
               AND at > extract(epoch FROM now()) - {LONGEST_TURN_SECONDS})
       AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE thread_id = NEW.thread_id) THEN RETURN NULL; END IF;
    RETURN NEW;
END $$
""",  # noqa: S608  constants
    "CREATE OR REPLACE TRIGGER erased_stay_erased BEFORE INSERT OR UPDATE ON checkpoints "
    "FOR EACH ROW EXECUTE FUNCTION erased_stay_erased()",
    "CREATE OR REPLACE TRIGGER rows_of_erased_stay_away BEFORE INSERT ON checkpoint_writes "
    "FOR EACH ROW EXECUTE FUNCTION rows_of_erased_stay_away()",
    "CREATE OR REPLACE TRIGGER rows_of_erased_stay_away BEFORE INSERT ON left_messages "
    "FOR EACH ROW EXECUTE FUNCTION rows_of_erased_stay_away()",
)


def mark(thread_id: str) -> str:
    """Return what a thread is known by after its erasure."""
    return hashlib.sha256(thread_id.encode()).hexdigest()


def prepare_sqlite(connection: sqlite3.Connection) -> None:
    """Make the table."""
    connection.execute(_TABLE)
    connection.commit()


def mark_erased_sqlite(cursor: sqlite3.Cursor, thread_id: str, now: float) -> None:
    """Set a tombstone, and take away those that have stood long enough."""
    cursor.execute("INSERT OR REPLACE INTO erased_threads VALUES (?, ?)", (mark(thread_id), now))
    cursor.execute("DELETE FROM erased_threads WHERE at < ?", (now - KEPT_SECONDS,))


def check_sqlite(cursor: sqlite3.Cursor, thread_id: str, began: float | None, now: float) -> None:
    """Raise sqlite3.IntegrityError when the thread was erased after this run began; call it while writing."""
    found = cursor.execute("SELECT at FROM erased_threads WHERE thread = ?", (mark(thread_id),)).fetchone()
    if found and (now - LONGEST_TURN_SECONDS if began is None else began) < found[0]:
        cursor.connection.rollback()  # the library's cursor commits what stands when it ends, also after an error
        raise sqlite3.IntegrityError(REFUSED)


async def prepare_postgres(pool: Any) -> None:
    """Make the table and the triggers."""
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(445203)")  # processes that start at once take turns
        for statement in _POSTGRES:
            await connection.execute(statement)


async def mark_erased_postgres(pool: Any, thread_id: str, now: float) -> None:
    """Do what `mark_erased_sqlite` does, and forget the thread's fencing token."""
    async with pool.connection() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO erased_threads VALUES (%s, %s) ON CONFLICT (thread) DO UPDATE SET at = excluded.at",
            (mark(thread_id), now),
        )
        await connection.execute("DELETE FROM erased_threads WHERE at < %s", (now - KEPT_SECONDS,))
        await connection.execute("DELETE FROM thread_tokens WHERE thread_id = %s", (thread_id,))
