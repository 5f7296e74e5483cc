"""Keep versions of the index in PostgreSQL, each in a schema of its own, and say which of them serves."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.errors import IndexNotFound, KnowledgeError
from core.extras import need_extra
from core.storage.database import sql_errors
from ingest.index.versions import Manifest

_PUBLISHERS = 727_274
"""Key of the advisory lock that whoever changes versions holds."""
_READ_SECONDS = 10
"""Longest time that one statement of a reader may take; a customer waits for it."""
_UNDEFINED_TABLE, _CANCELLED = "42P01", "57014"
_TABLES = (
    "CREATE SCHEMA IF NOT EXISTS knowledge",
    "CREATE TABLE IF NOT EXISTS knowledge.versions (name text PRIMARY KEY, schema text NOT NULL UNIQUE, "
    "manifest jsonb NOT NULL, candidates integer)",
    "CREATE TABLE IF NOT EXISTS knowledge.serving (one boolean PRIMARY KEY DEFAULT true CHECK (one), "
    "name text NOT NULL REFERENCES knowledge.versions (name))",
)
_COLUMNS = "v.schema, v.manifest, v.candidates"


@dataclass(frozen=True)
class StoredVersion:
    """Where one version lies and what it was built from."""

    schema: str
    manifest: Manifest
    candidates: int | None
    """How many candidates a search of its HNSW index keeps; None where every vector is compared."""


def connect(url: str) -> sa.Engine:
    """Return a pool of connections whose transactions each see one moment of the database."""
    need_extra("postgres", "SUPPORT_INDEX_URL")
    return sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"), isolation_level="REPEATABLE READ", pool_pre_ping=True
    )


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run the block, which reads, in one transaction.

    Raises:
        IndexNotFound: a version was removed while the block read it; begin again.
        KnowledgeError: the database failed, or took more than ten seconds for one statement.
    """
    with sql_errors(_failure), engine.begin() as connection:
        connection.execute(sa.text(f"SET LOCAL statement_timeout = '{_READ_SECONDS}s'"))
        yield connection


@contextmanager
def changing_versions(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Run the block in a transaction that nobody else changes versions beside; readers go on with what they see.

    Raises:
        KnowledgeError: the database failed, and nothing was changed.
    """
    # Each statement sees what was committed while we waited for the lock.
    with (
        sql_errors(_failure),
        engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
        connection.begin(),
    ):
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PUBLISHERS})
        for statement in _TABLES:
            connection.execute(sa.text(statement))
        yield connection


def _failure(error: Exception) -> KnowledgeError:
    """Return what a failure of the database means in our words."""
    state = getattr(getattr(error, "orig", None), "sqlstate", "")
    if state == _UNDEFINED_TABLE:
        return IndexNotFound("the version of the index was removed meanwhile; search again")
    if state == _CANCELLED:
        return KnowledgeError(
            f"the knowledge database took more than {_READ_SECONDS} s for one statement; see what else it does, "
            "and whether `ANALYZE` has run since it was restored"
        )
    reason = " ".join(str(error).split())[:200]
    return KnowledgeError(f"the knowledge database failed ({reason}); check its address and that it runs")


def schema_of(name: str) -> str:
    """Return the schema that holds a version."""
    return "knowledge_" + re.sub(r"[^a-z0-9]", "_", name.lower())


def versions_in(connection: sa.Connection) -> list[StoredVersion]:
    """Return the published versions, newest first."""
    if not _exists(connection):
        return []
    found = connection.execute(sa.text(f"SELECT {_COLUMNS} FROM knowledge.versions v ORDER BY name DESC"))  # noqa: S608
    return [_version(row) for row in found]


def serving_in(connection: sa.Connection) -> StoredVersion | None:
    """Return the version that serves, or None while nothing was published."""
    if not _exists(connection):
        return None
    row = connection.execute(
        sa.text(f"SELECT {_COLUMNS} FROM knowledge.versions v JOIN knowledge.serving USING (name)")  # noqa: S608
    ).first()
    return _version(row) if row else None


def read_from(connection: sa.Connection, version: StoredVersion) -> None:
    """Let the statements of this transaction read the tables of one version."""
    connection.execute(
        sa.text("SELECT set_config('search_path', :path, true)"), {"path": f'"{version.schema}", public'}
    )
    if version.candidates is not None:
        # A filtered search goes on until it has enough, instead of filtering what it happened to find.
        connection.execute(
            sa.text(
                "SELECT set_config('hnsw.ef_search', :kept, true), set_config('hnsw.iterative_scan', "
                "'strict_order', true)"
            ),
            {"kept": str(version.candidates)},
        )


def point_to(connection: sa.Connection, name: str) -> None:
    """Make a version the one that serves."""
    connection.execute(
        sa.text("INSERT INTO knowledge.serving (name) VALUES (:name) ON CONFLICT (one) DO UPDATE SET name = :name"),
        {"name": name},
    )


def roll_back(url: str, name: str | None = None) -> str:
    """Serve an older version again, by default the one before the serving one, and return its name.

    Raises:
        IndexNotFound: there is no such version.
        KnowledgeError: the database failed.
    """
    engine = connect(url)
    try:
        with changing_versions(engine) as connection:
            names = [version.manifest.name for version in versions_in(connection)]
            serving = serving_in(connection)
            older = [other for other in names if serving and other < serving.manifest.name]
            wanted = name or (older[0] if older else None)
            if wanted is None or wanted not in names:
                raise IndexNotFound(
                    f"there is no version {wanted or 'before the serving one'} in the knowledge database; "
                    "`support-agent knowledge show` lists those there are"
                )
            point_to(connection, wanted)
            return wanted
    finally:
        engine.dispose()


def list_versions(url: str) -> tuple[list[StoredVersion], str | None]:
    """Return the published versions, newest first, and the name of the serving one.

    Raises:
        KnowledgeError: the database failed.
    """
    engine = connect(url)
    try:
        with transaction(engine) as connection:
            serving = serving_in(connection)
            return versions_in(connection), serving.manifest.name if serving else None
    finally:
        engine.dispose()


def prune(engine: sa.Engine, keep: int) -> None:
    """Remove all but the newest versions, except the serving one; one that is read just now stays until next time."""
    with transaction(engine) as connection:
        serving = serving_in(connection)
        old = [v for v in versions_in(connection)[keep:] if serving and v.manifest.name != serving.manifest.name]
    for version in old:
        try:
            with changing_versions(engine) as connection:
                serving = serving_in(connection)
                if serving and serving.manifest.name == version.manifest.name:
                    continue
                connection.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
                connection.execute(
                    sa.text("DELETE FROM knowledge.versions WHERE name = :name"), {"name": version.manifest.name}
                )
                connection.execute(sa.text(f'DROP SCHEMA IF EXISTS "{version.schema}" CASCADE'))
        except KnowledgeError:
            continue


def _exists(connection: sa.Connection) -> bool:
    return bool(connection.execute(sa.text("SELECT to_regclass('knowledge.serving') IS NOT NULL")).scalar())


def _version(row: sa.Row[Any]) -> StoredVersion:
    return StoredVersion(row.schema, Manifest.model_validate(row.manifest), row.candidates)
