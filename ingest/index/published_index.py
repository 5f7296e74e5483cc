"""Open the published index: one verified version with its document store and its vectors."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock

from core.errors import IndexCorrupt, IndexMismatch, IndexNotFound
from ingest.index.store import PassageStore
from ingest.index.vectors import VectorIndex
from ingest.index.versions import (
    INDEX_FILE,
    STORE_FILE,
    VECTORS_FILE,
    Manifest,
    candidates,
    read_manifest,
    reading,
    verify,
    version_folder,
)


class OpenIndex:
    """One version open for any number of threads; it cannot be removed meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Verify and open the version in a folder.

        Raises:
            IndexCorrupt: a file is missing or is not what was published.
        """
        with ExitStack() as opened:
            opened.enter_context(reading(folder))
            self.folder = folder
            self.manifest: Manifest = read_manifest(folder)
            verify(folder, self.manifest)
            try:
                self.store = PassageStore(folder / STORE_FILE, stemming=self.manifest.stemming)
            except sqlite3.Error as error:
                raise IndexCorrupt(f"{folder / STORE_FILE} cannot be opened ({error})") from None
            opened.callback(self.store.close)
            self.vectors = VectorIndex(folder / INDEX_FILE, folder / VECTORS_FILE)
            opened.callback(self.vectors.close)
            self._resources = opened.pop_all()
        self._users = 0
        self._retired = False
        self._counting = Lock()

    @contextmanager
    def in_use(self) -> Iterator["OpenIndex"]:
        """Keep the version open inside the block, even if it is retired meanwhile."""
        with self._counting:
            self._users += 1
        try:
            yield self
        finally:
            with self._counting:
                self._users -= 1
                last = self._retired and not self._users
            if last:
                self._resources.close()

    def retire(self) -> None:
        """Close the version as soon as nobody uses it."""
        with self._counting:
            last, self._retired = not self._users and not self._retired, True
        if last:
            self._resources.close()


def open_current(index_dir: Path, embedding_model: str | None) -> tuple[OpenIndex, str]:
    """Open the serving version, or the newest older one that is whole, with a notice that says so.

    Without an embedding model any index is accepted.

    Raises:
        IndexNotFound: nothing was published.
        IndexMismatch: the index was built with another embedding model.
        IndexCorrupt: no version is whole.
    """
    problems: list[str] = []
    for _ in range(3):
        # A version can be replaced and removed between reading its name and opening it; then the names are read again.
        problems = []
        for name in candidates(index_dir):
            try:
                index = OpenIndex(version_folder(index_dir, name))
            except IndexCorrupt as error:
                problems.append(str(error))
                continue
            if embedding_model is not None and index.manifest.embedding_model != embedding_model:
                index.retire()
                raise IndexMismatch(
                    f"the index in {index_dir} was built with {index.manifest.embedding_model!r}, settings ask for "
                    f"{embedding_model!r}; run `support-agent ingest SOURCE` again or set SUPPORT_EMBEDDING_MODEL"
                )
            return index, f"serving the older version {name}: {problems[0]}" if problems else ""
    raise IndexCorrupt(problems[0]) if problems else IndexNotFound(f"there is no knowledge index in {index_dir}")
