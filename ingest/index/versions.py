"""Lay out the published versions of the index in a folder, and find a whole one to read at any moment.

    INDEX_DIR/
    ├── CURRENT                  name of the serving version; replaced in one step
    ├── .lock                    held by the one ingest that may write
    └── versions/NAME/
        ├── manifest.json        what the version was built from, and the sha256 of the files beside it
        ├── passages.db          document store and keyword index
        ├── vectors.faiss        vector index
        └── vectors.npy          the vectors themselves, for exact scores and the next incremental ingest

A version is written under a name that starts with a dot, synced, renamed, and only then named by CURRENT
(`publishing`). A reader keeps a shared lock on the manifest of the version it serves, so that an old version is removed
only when nobody reads it.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ValidationError

from core.errors import IndexCorrupt, IndexNotFound

FORMAT = 2
STORE_FILE = "passages.db"
INDEX_FILE = "vectors.faiss"
VECTORS_FILE = "vectors.npy"
FILES = (STORE_FILE, INDEX_FILE, VECTORS_FILE)
MANIFEST_FILE = "manifest.json"
POINTER = "CURRENT"


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
    stemming: int = 1
    """How its words are stemmed, see `ingest.search_words`."""


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
        name = (index_dir / POINTER).read_text(encoding="ascii").strip()
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
        raise IndexNotFound(
            f"there is no knowledge index in {index_dir.absolute()}; run `support-agent ingest SOURCE`, or name the "
            "folder that holds one in SUPPORT_DATA_DIR"
        )
    current = current_name(index_dir)
    if current is None:
        return names
    return [current, *(name for name in names if name < current)]


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
