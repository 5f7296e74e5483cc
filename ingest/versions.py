"""Publish index versions so that a reader finds a whole one at any moment, whatever dies.

    INDEX_DIR/
    ├── CURRENT                  name of the serving version; replaced in one step
    ├── .lock                    held by the one ingest that may write
    └── versions/NAME/
        ├── manifest.json        what the version was built from, and the sha256 of the files beside it
        ├── passages.db          document store and keyword index
        ├── vectors.faiss        vector index
        └── vectors.npy          the vectors themselves, for exact scores and the next incremental ingest

A version is written under a name that starts with a dot, synced, renamed, and only then named by CURRENT. A reader keeps a
shared lock on the manifest of the version it serves, so that an old version is removed only when nobody reads it.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from core.errors import IndexBusy, IndexCorrupt, IndexNotFound, KnowledgeError

FORMAT = 2
STORE_FILE = "passages.db"
INDEX_FILE = "vectors.faiss"
VECTORS_FILE = "vectors.npy"
FILES = (STORE_FILE, INDEX_FILE, VECTORS_FILE)
MANIFEST_FILE = "manifest.json"
_POINTER = "CURRENT"


class Manifest(BaseModel, frozen=True, extra="forbid"):
    """Say what one version holds."""

    format: int = FORMAT
    name: str
    created: str
    embedding_model: str
    dimension: int
    documents: int
    passages: int
    index_type: str
    passage_tokens: int
    sha256: dict[str, str]


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a version.

    Raises:
        IndexCorrupt: it is missing, unreadable, or of another format.
    """
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise IndexCorrupt(f"{folder / MANIFEST_FILE} cannot be read ({type(error).__name__}); {_REPAIR}") from None
    if manifest.format != FORMAT:
        raise IndexCorrupt(f"{folder} has format {manifest.format}, this program reads {FORMAT}; {_REPAIR}")
    return manifest


_REPAIR = "run `support-agent ingest SOURCE` again, or `support-agent knowledge rollback`"


def verify(folder: Path, manifest: Manifest) -> None:
    """Compare the files of a version with the sha256 in its manifest.

    Raises:
        IndexCorrupt: a file is missing or differs.
    """
    for name in FILES:
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise IndexCorrupt(f"{folder / name} cannot be read ({error.strerror}); {_REPAIR}") from None
        if found != manifest.sha256.get(name):
            raise IndexCorrupt(f"{folder / name} is not the file that was published; {_REPAIR}")


def current_name(index_dir: Path) -> str | None:
    """Return the name of the serving version, or None while nothing was published or the pointer is unreadable."""
    try:
        name = (index_dir / _POINTER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name in version_names(index_dir) else None


def version_names(index_dir: Path) -> list[str]:
    """Return the names of the complete versions, newest first."""
    folder = index_dir / "versions"
    if not folder.is_dir():
        return []
    return sorted((entry.name for entry in folder.iterdir() if not entry.name.startswith(".")), reverse=True)


def version_folder(index_dir: Path, name: str) -> Path:
    """Return the folder of a version."""
    return index_dir / "versions" / name


def candidates(index_dir: Path) -> list[str]:
    """Return the versions a reader may serve, the current one first, then older ones, newest first.

    Raises:
        IndexNotFound: nothing was published.
    """
    names = version_names(index_dir)
    if not names:
        raise IndexNotFound(f"there is no knowledge index in {index_dir}; run `support-agent ingest SOURCE` first")
    current = current_name(index_dir)
    if current is None:
        return names
    return [current, *(name for name in names if name < current)]


@contextmanager
def writing(index_dir: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the right to publish; the lock ends with the process that held it.

    Raises:
        IndexBusy: another ingest still held it after `wait_seconds`.
        KnowledgeError: the folder cannot be written.
    """
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = (index_dir / ".lock").open("a")
    except OSError as error:
        raise KnowledgeError(
            f"{index_dir} cannot be written ({error.strerror}); set SUPPORT_INDEX_DIR to another"
        ) from None
    deadline = time.monotonic() + wait_seconds
    with lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise IndexBusy(
                        f"another ingest is writing {index_dir}; wait for it to end, or wait longer with --wait SECONDS"
                    ) from None
                time.sleep(0.05)
        yield


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep a version from being removed while it is read.

    Raises:
        IndexCorrupt: it is gone.
    """
    try:
        descriptor = os.open(folder / MANIFEST_FILE, os.O_RDONLY)
    except OSError as error:
        raise IndexCorrupt(f"{folder / MANIFEST_FILE} cannot be read ({error.strerror}); {_REPAIR}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def publish(index_dir: Path, write: Callable[[Path], Manifest], *, keep: int) -> Manifest:
    """Write a version through `write(folder)`, make it the serving one and remove the oldest; call inside `writing`.

    Raises:
        KnowledgeError: it could not be written, for example on a full disk; the previous version serves on.
    """
    versions = index_dir / "versions"
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:6]}"
    draft = versions / f".{name}"
    try:
        versions.mkdir(exist_ok=True)
        for leftover in versions.glob(".*"):
            shutil.rmtree(leftover, ignore_errors=True)
        draft.mkdir()
        manifest = write(draft)
        manifest = manifest.model_copy(update={"name": name, "sha256": _hashes(draft)})
        _write_synced(draft / MANIFEST_FILE, manifest.model_dump_json(indent=2))
        _sync(draft)
        draft.rename(versions / name)
        _sync(versions)
        point_to(index_dir, name)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise KnowledgeError(
            f"the index could not be written to {index_dir} ({error}); free some space and ingest again; "
            "the version published before still serves"
        ) from None
    _prune(index_dir, keep)
    return manifest


def point_to(index_dir: Path, name: str) -> None:
    """Make a complete version the serving one, in one step."""
    draft = index_dir / f".{_POINTER}"
    _write_synced(draft, name + "\n")
    draft.replace(index_dir / _POINTER)
    _sync(index_dir)


def roll_back(index_dir: Path, name: str | None = None) -> str:
    """Serve an older version again, by default the one before the serving one, and return its name.

    Raises:
        IndexNotFound: there is no such version.
        IndexCorrupt: it is not whole.
        IndexBusy: an ingest is running.
    """
    with writing(index_dir):
        names = version_names(index_dir)
        current = current_name(index_dir)
        older = [other for other in names if current and other < current]
        wanted = name or (older[0] if older else None)
        if wanted not in names:
            raise IndexNotFound(
                f"there is no version {wanted or 'before the serving one'} in {index_dir}; "
                "`support-agent knowledge versions` lists those there are"
            )
        folder = version_folder(index_dir, wanted)
        verify(folder, read_manifest(folder))
        point_to(index_dir, wanted)
        return wanted


def _prune(index_dir: Path, keep: int) -> None:
    """Remove all but the newest versions, except the serving one and any that a process still reads."""
    current = current_name(index_dir)
    for name in version_names(index_dir)[keep:]:
        if name == current:
            continue
        folder = version_folder(index_dir, name)
        hidden = folder.with_name(f".{name}")
        try:
            with (folder / MANIFEST_FILE).open("rb") as manifest:
                fcntl.flock(manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
                folder.rename(hidden)
        except FileNotFoundError:
            folder.rename(hidden)
        except OSError:
            continue
        shutil.rmtree(hidden, ignore_errors=True)


def _hashes(folder: Path) -> dict[str, str]:
    hashes = {}
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            hashes[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
    return hashes


def _write_synced(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
