"""Copy all stores into one file while they are in use, and put such a copy back.

SQLite databases are copied as they were at one moment: every writer waits until a snapshot of each is open, which takes
milliseconds; then they are copied from the snapshots. A PostgreSQL database is one snapshot of `pg_dump`.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from core.errors import BackendUnavailable, InputError, SettingsError
from core.settings import Settings
from core.storage.engines import BUSY_TIMEOUT_MS, open_engine, parse_url, shown, sqlite_file
from core.storage.schema_versions import HISTORY, check_version, version_of
from server.stores import databases_of

MANIFEST = "manifest.json"


def back_up(settings: Settings, file: Path) -> Mapping[str, Any]:
    """Write a copy of all stores to a file that does not exist yet, and return what it holds.

    Raises:
        InputError: the file exists or cannot be written.
        BackendUnavailable: a database cannot be read.
    """
    if file.exists():
        raise InputError(f"{file} exists; name a new file")
    databases = databases_of(settings)
    draft = file.with_name(f"{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.absolute().parent) as made:
            folder = Path(made)
            entries = [*_copy_files(databases, folder), *_dump_servers(databases, folder)]
            manifest = {
                "program": version("support-agent"),
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "databases": sorted(entries, key=lambda entry: str(entry["file"])),
            }
            (folder / MANIFEST).write_text(json.dumps(manifest, indent=2))
            with tarfile.open(fileobj=_private(draft), mode="w:gz", compresslevel=3) as archive:
                for part in sorted(folder.iterdir()):
                    archive.add(part, arcname=part.name)
        draft.replace(file)
    except sqlite3.Error as error:
        raise BackendUnavailable(f"a database cannot be copied ({error}); try again, or look at its file") from error
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror}); choose another folder") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def restore(settings: Settings, file: Path, *, replace: bool = False) -> Mapping[str, Any]:
    """Put the stores of a copy into the databases of these settings, and return what the copy holds.

    Raises:
        InputError: the file is no copy of stores, or does not fit the databases of these settings.
        SchemaMismatch: a newer program made it.
        SettingsError: a database holds something already, and `replace` is not set.
    """
    databases = databases_of(settings)
    with tempfile.TemporaryDirectory(prefix="restore-") as made:
        folder = Path(made)
        manifest = _unpacked(file, folder)
        targets = _targets(manifest, databases)
        for entry, url in targets:
            for name, found in entry["versions"].items():
                check_version(found, _history(databases[url], name))
            if not replace and _holds_something(url):
                raise SettingsError(
                    f"{shown(parse_url(url))} holds something already; stop all processes and add --replace to lose it"
                )
        for entry, url in targets:
            part = folder / entry["file"]
            _restore_file(part, sqlite_file(parse_url(url))) if part.suffix == ".sqlite" else _restore_server(part, url)
    return manifest


def _copy_files(databases: Mapping[str, Sequence[MetaData]], folder: Path) -> Iterator[dict[str, Any]]:
    """Copy the SQLite files of one moment."""
    files = {url: path for url in databases if (path := sqlite_file(parse_url(url))) and path.exists()}
    with ExitStack() as opened:
        snapshots = {url: opened.enter_context(closing(_connect(path))) for url, path in sorted(files.items())}
        with ExitStack() as held:
            for path in sorted(files.values()):
                held.enter_context(_writers_wait(path))
            for snapshot in snapshots.values():
                snapshot.execute("BEGIN")
                snapshot.execute(
                    "SELECT count(*) FROM sqlite_master"
                ).fetchall()  # the snapshot is taken by the first read
        for number, (url, snapshot) in enumerate(snapshots.items(), 1):
            part = folder / f"{number}-{files[url].stem}.sqlite"
            with closing(sqlite3.connect(part)) as copy:
                snapshot.backup(copy)
            yield _entry(part, databases[url], f"sqlite:///{part}")


@contextmanager
def _writers_wait(path: Path) -> Iterator[None]:
    with closing(_connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)


def _dump_servers(databases: Mapping[str, Sequence[MetaData]], folder: Path) -> Iterator[dict[str, Any]]:
    """Dump the PostgreSQL databases, each of one moment."""
    urls = [url for url in databases if parse_url(url).get_backend_name() == "postgresql"]
    for number, url in enumerate(urls, 1):
        part = folder / f"{number}-{parse_url(url).database}.dump"
        _run("pg_dump", "--format=custom", f"--file={part}", url=url)
        yield _entry(part, databases[url], url)


def _entry(part: Path, stores: Sequence[MetaData], url: str) -> dict[str, Any]:
    engine = open_engine(url)
    with engine.connect().execution_options(writes=False) as connection:
        versions = {t.info[HISTORY].name: version_of(connection, t.info[HISTORY]) for t in stores}
    engine.dispose()
    return {"file": part.name, "versions": versions}


def _private(file: Path) -> Any:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _unpacked(file: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        raise InputError(f"{file} is no backup that can be read ({error}); name one that `backup` wrote") from error
    return manifest


def _targets(
    manifest: Mapping[str, Any], databases: Mapping[str, Sequence[MetaData]]
) -> list[tuple[dict[str, Any], str]]:
    """Return which copy goes into which database: the one that keeps the same stores, on the same kind of database."""
    found = []
    for entry in manifest["databases"]:
        names = {*entry["versions"]}
        kind = "sqlite" if entry["file"].endswith(".sqlite") else "postgresql"
        fits = [
            url
            for url, stores in databases.items()
            if {t.info[HISTORY].name for t in stores} == names and parse_url(url).get_backend_name() == kind
        ]
        if not fits:
            raise InputError(
                f"the copy keeps {', '.join(sorted(names))} in one {kind} database, and no database of the settings "
                "does; set the URLs of the databases as they were"
            )
        found.append((entry, fits[0]))
    return found


def _history(stores: Sequence[MetaData], name: str) -> Any:
    return next(tables.info[HISTORY] for tables in stores if tables.info[HISTORY].name == name)


def _holds_something(url: str) -> bool:
    parsed = parse_url(url)
    if (file := sqlite_file(parsed)) and not file.exists():
        return False
    engine = open_engine(url)
    query = "SELECT count(*) FROM sqlite_master" if file else "SELECT count(*) FROM pg_stat_user_tables"
    with engine.connect().execution_options(writes=False) as connection:
        count = connection.exec_driver_sql(query).scalar_one()
    engine.dispose()
    return bool(count)


def _restore_file(part: Path, file: Path | None) -> None:
    if file is None:
        raise InputError("a database in memory cannot be restored; name a file in its URL")
    file.parent.mkdir(parents=True, exist_ok=True)
    # In one transaction of the database itself, so that a journal of the old one cannot be played into the new one.
    with closing(sqlite3.connect(part)) as copy, closing(_connect(file)) as connection:
        copy.backup(connection)


def _restore_server(part: Path, url: str) -> None:
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        f"--dbname={_libpq(url)}",
        str(part),
    )


def _run(program: str, *arguments: str, url: str | None = None) -> None:
    found = shutil.which(program)
    if found is None:
        raise SettingsError(f"{program} is not there; install PostgreSQL's client programs of your server's version")
    command = [found, *arguments, *([_libpq(url)] if url else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no shell, our own words
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        hint = "use the client programs of the server's version" if "version" in last else "see that the server answers"
        raise BackendUnavailable(f"{program} failed ({last}); {hint}")


def _libpq(url: str) -> str:
    return parse_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
