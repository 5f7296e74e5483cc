"""Keep each message of a conversation as one row, named by a digest of its content."""

import hashlib
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence

from langchain_core.messages import AnyMessage
from langgraph.checkpoint.serde.base import SerializerProtocol

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
  thread_id TEXT NOT NULL, digest BLOB NOT NULL, type TEXT NOT NULL, value BLOB NOT NULL,
  saved_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (thread_id, digest)
);
"""
_CACHED_MESSAGES = 20_000
_DIGEST_BYTES = 12
_AT_ONCE = 500


class MessageRows:
    """Write and read rows of messages; the newest ones stay in memory, so that a turn reads only what is new to it.

    A row never changes, so a message in memory cannot be stale, whoever else writes to the database.
    """

    def __init__(self, serde: SerializerProtocol) -> None:
        self._serde = serde
        self._digests: OrderedDict[int, tuple[AnyMessage, str, bytes]] = OrderedDict()
        self._messages: OrderedDict[bytes, AnyMessage] = OrderedDict()

    def write(self, cursor: sqlite3.Cursor, thread_id: str, messages: Sequence[AnyMessage]) -> bytes:
        """Store the messages that are not stored yet, and return the digests of all, joined."""
        digests, new = [], []
        for message in messages:
            _, of_thread, digest = self._digests.get(id(message), (None, None, b""))
            if of_thread != thread_id:
                kind, value = self._serde.dumps_typed(message)
                digest = hashlib.blake2b(value, digest_size=_DIGEST_BYTES).digest()
                new.append((thread_id, digest, kind, value))
                self._remember(message, thread_id, digest)
            digests.append(digest)
        insert = "INSERT OR IGNORE INTO messages (thread_id, digest, type, value) VALUES (?, ?, ?, ?)"
        cursor.executemany(insert, new)
        return b"".join(digests)

    def read(self, connection: sqlite3.Connection, thread_id: str, joined: bytes) -> list[AnyMessage]:
        """Return the messages that joined digests name, in their order."""
        digests = [joined[i : i + _DIGEST_BYTES] for i in range(0, len(joined), _DIGEST_BYTES)]
        # A message holds its own id, so the same digest is the same message, in a copied thread too.
        found = {digest: self._messages[digest] for digest in digests if digest in self._messages}
        missing = [digest for digest in digests if digest not in found]
        for start in range(0, len(missing), _AT_ONCE):
            chunk = missing[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(chunk))
            query = f"SELECT digest, type, value FROM messages WHERE thread_id = ? AND digest IN ({marks})"  # noqa: S608
            for digest, kind, value in connection.execute(query, (thread_id, *chunk)).fetchall():
                found[digest] = message = self._serde.loads_typed((kind, value))
                self._remember(message, thread_id, digest)
        return [found[digest] for digest in digests if digest in found]

    def read_all(self, connection: sqlite3.Connection, thread_id: str) -> list[AnyMessage]:
        """Return every message of a thread, the newest form of each, in the order in which they came up."""
        query = "SELECT type, value FROM messages WHERE thread_id = ? ORDER BY rowid"
        rows = connection.execute(query, (thread_id,)).fetchall()
        newest = {message.id: message for message in (self._serde.loads_typed(row) for row in rows)}
        return list(newest.values())

    def forget(self, thread_id: str) -> None:
        """Drop the messages of a thread from memory."""
        for identity, (_, of_thread, digest) in [*self._digests.items()]:
            if of_thread == thread_id:
                del self._digests[identity]
                self._messages.pop(digest, None)

    def _remember(self, message: AnyMessage, thread_id: str, digest: bytes) -> None:
        """Keep a message in memory; holding it also keeps its identity from being given to another object."""
        self._digests[id(message)] = message, thread_id, digest
        self._messages[digest] = message
        while len(self._digests) > _CACHED_MESSAGES:
            self._digests.popitem(last=False)
        while len(self._messages) > _CACHED_MESSAGES:
            self._messages.popitem(last=False)
