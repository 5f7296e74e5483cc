"""Find passages for a conversation in the published index, and change over when another is published."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from langchain_core.embeddings import Embeddings

from core.errors import IndexCorrupt, IndexNotFound, KnowledgeError
from core.passages import Passage, Utterance
from ingest.index.published_index import OpenIndex, open_current
from ingest.index.shared_versions import SharedVersions
from ingest.index.versions import version_names
from ingest.search.queries import Queries, queries_for
from ingest.search.query_vectors import QueryVectors
from ingest.search.ranking import embedded_texts, rank

_log = logging.getLogger(__name__)

_REMEMBERED = 2_000


@dataclass(frozen=True)
class RetrievalHealth:
    """Say how well retrieval works, for `support-agent doctor`."""

    version: str
    passages: int
    dense: bool
    """Whether the last search could use vectors."""
    notice: str
    """What is wrong and what to do, or an empty string."""


class HybridRetriever:
    """Search the published index by meaning and by words; follow a newly published version between two searches."""

    def __init__(
        self, index_dir: Path, embeddings: Embeddings, embedding_model: str, shared: SharedVersions | None = None
    ) -> None:
        """Open the serving version; where versions are shared, the one that their database serves.

        Raises:
            IndexNotFound: nothing was published.
            IndexMismatch: it was built with another embedding model.
            IndexCorrupt: no version is whole.
        """
        self._index_dir = index_dir
        self._query_vectors = QueryVectors(embeddings, embedding_model)
        self._embedding_model, self._shared = embedding_model, shared
        self._switching, self._opening = Lock(), Lock()
        self._seen = self._pointer()
        self._index, self._notice = self._open()
        self._found_in, self._found = self._index, dict[str, Passage]()

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Return at most `limit` passages for the newest utterance, best first; see `core.passages.Retriever`."""
        found = await asyncio.to_thread(self.search_now, dialogue, limit=limit, filters=filters)
        if self._found_in is not self._index or len(self._found) > _REMEMBERED:
            self._found_in, self._found = self._index, {}
        self._found |= {passage.id: passage for passage in found}
        return found

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Return the passages that still exist under these ids, in the order asked for."""
        if self._found_in is self._index and all(passage_id in self._found for passage_id in passage_ids):
            # What a search has just found is asked for again in the same turn.
            return [self._found[passage_id] for passage_id in passage_ids]
        return await asyncio.to_thread(self.fetch_now, passage_ids)

    def search_now(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Do what `search` does in the calling thread."""
        queries = queries_for(dialogue)
        if queries is None:
            return []
        for attempt in (1, 2):
            with self._serving() as index:
                try:
                    return self._search(index, queries, limit, filters)
                except IndexCorrupt as error:
                    if attempt == 2:
                        raise
                    # The file changed under us; opening again verifies it and falls back to an older version.
                    _log.warning("opening the index again: %s", error)
                    self._seen = None
        raise AssertionError("unreachable")

    def fetch_now(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Do what `fetch` does in the calling thread."""
        with self._serving() as index:
            found = index.store.passages_by_id(passage_ids)
        return [found[passage_id] for passage_id in passage_ids if passage_id in found]

    def health(self) -> RetrievalHealth:
        """Return which version serves and whether vectors could be used."""
        manifest = self._index.manifest
        fault = self._shared.fault if self._shared else ""
        notice = "; ".join(dict.fromkeys(filter(None, (self._notice, fault, self._query_vectors.fault))))
        return RetrievalHealth(manifest.name, manifest.passages, not self._query_vectors.fault, notice)

    def close(self) -> None:
        """Let go of the index once the searches under way have ended."""
        self._query_vectors.close()
        self._index.retire()
        if self._shared:
            self._shared.close()

    def _search(
        self, index: OpenIndex, queries: Queries, limit: int, filters: Mapping[str, str] | None
    ) -> list[Passage]:
        rows = index.store.rows_matching(filters) if filters else None
        vectors = self._query_vectors.asked_for(embedded_texts(queries), index.vectors.dimension)
        ranked = rank(queries, vectors, index.store, index.vectors, rows, limit)
        passages = index.store.passages([row for row, _ in ranked])
        return [replace(passages[row], score=score) for row, score in ranked]

    @contextmanager
    def _serving(self) -> Iterator[OpenIndex]:
        """Hold the open version, after switching to a newly published one."""
        # One thread opens the new version; the others go on with the old one meanwhile.
        if self._pointer() != self._seen and self._opening.acquire(blocking=False):
            try:
                self._switch()
            finally:
                self._opening.release()
        with ExitStack() as held:
            with self._switching:
                index = held.enter_context(self._index.in_use())
            yield index

    def _switch(self) -> None:
        self._seen = self._pointer()
        try:
            opened, self._notice = self._open()
        except KnowledgeError as error:
            self._notice = f"the newest version is not served: {error}"
            _log.warning("%s", self._notice)
            return
        with self._switching:
            previous, self._index = self._index, opened
        previous.retire()

    def _open(self) -> tuple[OpenIndex, str]:
        """Open the serving version, with a notice of what is wrong; what was brought here before serves on."""
        problem = ""
        if self._shared:
            try:
                self._shared.bring_into(self._index_dir)
            except KnowledgeError as error:
                if isinstance(error, IndexNotFound) or not version_names(self._index_dir):
                    raise
                problem = str(error)
        index, notice = open_current(self._index_dir, self._embedding_model)
        return index, "; ".join(filter(None, (problem, notice)))

    def _pointer(self) -> object:
        """Return what changes whenever another version is made the serving one."""
        if self._shared:
            return self._shared.serving()
        try:
            status = (self._index_dir / "CURRENT").stat()
        except OSError:
            return (0, 0)
        return status.st_mtime_ns, status.st_ino
