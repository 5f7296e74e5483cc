"""Refuse the checkpoint of a worker whose turn was given to another: the last line behind the leases of a server.

A run that carries a `turn_token` in its configuration has it in the metadata of each checkpoint. The database itself
compares it with the newest token the thread has seen, in the transaction that stores the checkpoint; what is older is
refused, whichever process sends it and however long it slept. Runs without a token are not concerned.

After M. Kleppmann, "How to do distributed locking" (2016).
"""

import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

TURN_TOKEN = "turn_token"  # noqa: S105  a name, not a secret
REFUSED = "this thread was given to another worker"

_TABLE = "CREATE TABLE IF NOT EXISTS thread_tokens (thread_id TEXT PRIMARY KEY, token BIGINT NOT NULL)"
_SQLITE_TRIGGER = f"""
CREATE TRIGGER IF NOT EXISTS newest_token_writes BEFORE INSERT ON checkpoints
WHEN json_extract(CAST(NEW.metadata AS TEXT), '$.{TURN_TOKEN}') IS NOT NULL
BEGIN
    SELECT RAISE(ROLLBACK, '{REFUSED}') WHERE json_extract(CAST(NEW.metadata AS TEXT), '$.{TURN_TOKEN}')
        < (SELECT token FROM thread_tokens WHERE thread_id = NEW.thread_id);
    INSERT INTO thread_tokens VALUES (NEW.thread_id, json_extract(CAST(NEW.metadata AS TEXT), '$.{TURN_TOKEN}'))
        ON CONFLICT (thread_id) DO UPDATE SET token = excluded.token;
END
"""  # noqa: S608  constants
_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION newest_token_writes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE newest BIGINT;
BEGIN
    IF NEW.metadata ? '{TURN_TOKEN}' THEN
        INSERT INTO thread_tokens VALUES (NEW.thread_id, (NEW.metadata ->> '{TURN_TOKEN}')::BIGINT)
            ON CONFLICT (thread_id) DO UPDATE SET token = GREATEST(thread_tokens.token, excluded.token)
            RETURNING token INTO newest;
        IF newest > (NEW.metadata ->> '{TURN_TOKEN}')::BIGINT THEN
            RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608  constants
_POSTGRES_TRIGGER = """
CREATE OR REPLACE TRIGGER newest_token_writes BEFORE INSERT ON checkpoints
FOR EACH ROW EXECUTE FUNCTION newest_token_writes()
"""


def fence_sqlite(connection: sqlite3.Connection) -> None:
    """Have a SQLite memory refuse old tokens."""
    connection.execute(_TABLE)
    connection.execute(_SQLITE_TRIGGER)
    connection.commit()


async def fence_postgres(saver: "AsyncPostgresSaver") -> None:
    """Have a PostgreSQL memory refuse old tokens."""
    pool: Any = saver.conn
    async with pool.connection() as connection, connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(445201)")  # processes that start at once take turns
        for statement in (_TABLE, _POSTGRES_FUNCTION, _POSTGRES_TRIGGER):
            await connection.execute(statement)
