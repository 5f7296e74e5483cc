"""Hand published versions out through a database, so that the agents of every machine serve the same one.

The database keeps the files of each version as its folder holds them, and which version serves. A machine brings what
serves into its own folder, verifies it there and searches it there: passages come in the same order everywhere, and a
database that is down keeps nobody from being answered.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    text,
    update,
)

from core.errors import IndexNotFound, KnowledgeError
from core.storage.database import cause_of, sql_errors
from core.storage.engines import open_engine
from ingest.index.publishing import point_to, publish, version_to_serve, writing
from ingest.index.versions import (
    FILES,
    Manifest,
    current_name,
    read_manifest,
    reading,
    verify,
    version_folder,
    version_names,
)

KEPT_VERSIONS = 5
_PART_BYTES = 16_000_000
_LOCK = 727_274
"""Key of the advisory lock that whoever changes versions holds."""
_LOOK_SECONDS, _AFTER_FAILURE = 1.0, 10.0
"""How often a reader asks which version serves, and how long it leaves a database alone that failed."""
_STATEMENT_SECONDS = 10
"""Longest time that one statement of a reader may take; a customer waits for it."""
_BUSY_SECONDS = 60.0
_EMPTY = "the knowledge database is empty; run `support-agent ingest SOURCE` first"

_metadata = MetaData()
_versions = Table(
    "knowledge_versions",
    _metadata,
    Column("name", String(64), primary_key=True),
    Column("manifest", Text, nullable=False),
    Column("serving", Boolean, nullable=False),
)
_files = Table(
    "knowledge_files",
    _metadata,
    Column("version", ForeignKey("knowledge_versions.name", ondelete="CASCADE"), primary_key=True),
    Column("file", String(64), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)


class SharedVersions:
    """The published versions in a database; every method raises KnowledgeError where it fails."""

    def __init__(self, url: str, *, look_seconds: float = _LOOK_SECONDS) -> None:
        """Name the database, and how often `serving` may ask it."""
        self._engine = open_engine(url)
        self._look_seconds = look_seconds
        self._looking, self._next_look, self._known = Lock(), 0.0, ""
        self.fault = ""
        """What was wrong when it was last asked which version serves, or an empty string."""

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def publish(self, index_dir: Path, name: str, *, keep: int = KEPT_VERSIONS) -> None:
        """Make the database serve a version of a folder, and remove the oldest beyond `keep`.

        It happens in one transaction: whatever dies, readers find the whole of the old version or of the new.

        Raises:
            IndexCorrupt: the version is not whole.
        """
        folder = version_folder(index_dir, name)
        with reading(folder), self._changing() as connection:
            manifest = read_manifest(folder)
            verify(folder, manifest)
            if name not in _names(connection):
                values = {"name": name, "manifest": manifest.model_dump_json(), "serving": False}
                connection.execute(insert(_versions).values(values))
                for file in FILES:
                    for part, data in enumerate(_parts(folder / file)):
                        connection.execute(insert(_files).values(version=name, file=file, part=part, data=data))
            _serve(connection, name)
            old = [other for other in _names(connection)[keep:] if other != name]
            connection.execute(delete(_versions).where(_versions.c.name.in_(old)))

    def manifests(self) -> tuple[list[Manifest], str | None]:
        """Return the manifests of the published versions, newest first, and the name of the serving one."""
        with self._reading() as connection:
            rows = connection.execute(select(_versions).order_by(_versions.c.name.desc())).all()
        serving = next((row.name for row in rows if row.serving), None)
        return [Manifest.model_validate_json(row.manifest) for row in rows], serving

    def roll_back(self, name: str | None = None) -> str:
        """Serve an older version again, by default the one before the serving one, and return its name.

        Raises:
            IndexNotFound: there is no such version.
        """
        with self._changing() as connection:
            current = connection.scalar(select(_versions.c.name).where(_versions.c.serving))
            wanted = version_to_serve(_names(connection), current, name, "the knowledge database")
            _serve(connection, wanted)
            return wanted

    def serving(self) -> str:
        """Return the version that serves, asked for once a second; while the database fails, the one known last."""
        if time.monotonic() >= self._next_look and self._looking.acquire(blocking=False):
            try:
                self._known, self.fault = self._serving().name, ""
                self._next_look = time.monotonic() + self._look_seconds
            except KnowledgeError as error:
                self.fault = str(error)
                self._next_look = time.monotonic() + _AFTER_FAILURE
            finally:
                self._looking.release()
        return self._known

    def bring_into(self, index_dir: Path) -> None:
        """Let a folder serve the version that the database serves, fetched where the folder does not have it.

        Raises:
            IndexNotFound: nothing was published.
            IndexCorrupt: what was fetched is not what was published.
            IndexBusy: an ingest into the folder took more than a minute.
        """
        manifest = self._serving()
        if current_name(index_dir) == manifest.name:
            return
        with writing(index_dir, _BUSY_SECONDS):
            if manifest.name in version_names(index_dir):
                point_to(index_dir, manifest.name)
            else:
                publish(index_dir, lambda folder: self._fetch(manifest, folder), keep=KEPT_VERSIONS, name=manifest.name)

    def _serving(self) -> Manifest:
        with self._reading() as connection:
            found = connection.scalar(select(_versions.c.manifest).where(_versions.c.serving))
        if found is None:
            raise IndexNotFound(_EMPTY)
        return Manifest.model_validate_json(found)

    def _fetch(self, manifest: Manifest, folder: Path) -> Manifest:
        with self._reading() as connection:
            for name in FILES:
                this = (_files.c.version == manifest.name) & (_files.c.file == name)
                parts = select(_files.c.data).where(this).order_by(_files.c.part)
                with (folder / name).open("wb") as file:
                    for [data] in connection.execute(parts, execution_options={"yield_per": 1}):
                        file.write(data)
        verify(folder, manifest)
        return manifest

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with sql_errors(_failure), self._engine.begin() as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT_SECONDS}s'"))
            if connection.scalar(text("SELECT to_regclass('knowledge_files')")) is None:
                raise IndexNotFound(_EMPTY)
            yield connection

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        with sql_errors(_failure), self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _metadata.create_all(connection)
            yield connection


def _names(connection: Connection) -> list[str]:
    return list(connection.scalars(select(_versions.c.name).order_by(_versions.c.name.desc())))


def _serve(connection: Connection, name: str) -> None:
    connection.execute(update(_versions).values(serving=_versions.c.name == name))


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while data := opened.read(_PART_BYTES):
            yield data


def _failure(error: Exception) -> KnowledgeError:
    return KnowledgeError(f"the knowledge database failed ({cause_of(error)}); check its address and that it runs")
