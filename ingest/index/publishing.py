"""Publish a version of the index, or an older one again, so that readers find a whole one whatever dies."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from core.errors import IndexBusy, IndexNotFound, KnowledgeError
from ingest.index.versions import (
    MANIFEST_FILE,
    POINTER,
    Manifest,
    current_name,
    read_manifest,
    verify,
    version_folder,
    version_names,
)


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
            f"{index_dir} cannot be written ({error.strerror}); set SUPPORT_DATA_DIR to another folder"
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


def publish(index_dir: Path, write: Callable[[Path], Manifest], *, keep: int, name: str | None = None) -> Manifest:
    """Write a version through `write(folder)`, make it the serving one and remove the oldest; call inside `writing`.

    Without a name it gets one that sorts by the time.

    Raises:
        KnowledgeError: it could not be written, for example on a full disk; the previous version serves on.
    """
    versions = index_dir / "versions"
    name = name or f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:6]}"
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
    draft = index_dir / f".{POINTER}"
    _write_synced(draft, name + "\n")
    draft.replace(index_dir / POINTER)
    _sync(index_dir)


def roll_back(index_dir: Path, name: str | None = None) -> str:
    """Serve an older version again, by default the one before the serving one, and return its name.

    Raises:
        IndexNotFound: there is no such version.
        IndexCorrupt: it is not whole.
        IndexBusy: an ingest is running.
    """
    with writing(index_dir):
        wanted = version_to_serve(version_names(index_dir), current_name(index_dir), name, str(index_dir))
        folder = version_folder(index_dir, wanted)
        verify(folder, read_manifest(folder))
        point_to(index_dir, wanted)
        return wanted


def version_to_serve(names: Sequence[str], current: str | None, wanted: str | None, where: str) -> str:
    """Return the version that a rollback is for, of those there are, newest first; raises IndexNotFound."""
    older = [other for other in names if current and other < current]
    wanted = wanted or (older[0] if older else None)
    if wanted is None or wanted not in names:
        raise IndexNotFound(
            f"there is no version {wanted or 'before the serving one'} in {where}; "
            "`support-agent knowledge show` lists those there are"
        )
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
