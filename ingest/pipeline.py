"""Run an ingest: read, cut, embed what is new, publish; and say what was done."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from core.errors import DocumentError, KnowledgeError
from ingest.chunking import TokenCounter, content_hash, stored_article
from ingest.documents_read import Document, Skipped, StoredArticle
from ingest.embedding import Vectors, embed, embedded_passages
from ingest.index.published_index import OpenIndex, open_current
from ingest.index.publishing import publish, writing
from ingest.index.store_writing import write_store
from ingest.index.vectors import build_vector_index, write_vector_index
from ingest.index.versions import INDEX_FILE, STORE_FILE, VECTORS_FILE, Manifest
from ingest.quarantine import Flagged, as_skipped, flag, note_flagged, released_texts
from ingest.search_words import STEMMING
from ingest.sources.decoding import decode
from ingest.sources.documents import find_files, read_file
from ingest.sources.web_sources import addresses_in, is_address, read_addresses


@dataclass(frozen=True)
class Progress:
    """Say how far one stage of an ingest is."""

    stage: str
    """`read` counts files, `fetch` web pages (the total grows while sitemaps are read), `embed` passages."""
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class IngestOptions:
    """What an ingest needs to know besides its sources."""

    index_dir: Path
    embeddings: Embeddings
    embedding_model: str
    """Name under which the index remembers the model."""
    count_tokens: TokenCounter
    passage_tokens: int = 220
    """Longest passage, title and headings included."""
    batch_size: int = 32
    max_bytes: int = 50_000_000
    """Largest source file."""
    allowed_hosts: frozenset[str] = frozenset()
    """Hosts that web sources may be fetched from."""
    keep_versions: int = 5
    wait_seconds: float = 0.0
    """How long to wait for another ingest."""
    trusted: bool = False
    """Whether articles that contain instructions to an agent are published without a person's release."""


@dataclass(kw_only=True)
class IngestReport:
    """Say what an ingest did."""

    documents: int = 0
    passages: int = 0
    embedded: int = 0
    """Passages that were new or changed."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    seconds: float = 0.0
    version: str = ""
    """Version that serves now."""
    published: bool = False
    """Whether that version is new."""
    skipped: list[Skipped] = field(default_factory=list)
    flagged: list[Flagged] = field(default_factory=list)
    """Articles kept out until a person releases them; each is in `skipped`, too."""

    @property
    def faults(self) -> list[Skipped]:
        """Return what was skipped against its author's will."""
        return [item for item in self.skipped if not item.deliberate]


def ingest(
    sources: Sequence[Path | str], options: IngestOptions, on_progress: Callable[[Progress], None] = lambda _: None
) -> IngestReport:
    """Make the index hold exactly the articles of the sources; what did not change is not embedded again.

    A source is a folder, a file, a `.urls` file with one address a line, or a web address of a page or a sitemap.

    Raises:
        DocumentError: a source does not exist, or not one article could be read.
        IndexBusy: another ingest is running.
        KnowledgeError: the new version could not be written; the previous one serves on.
        ModelError: the embedding model failed.
    """
    addresses = [str(source) for source in sources if is_address(str(source))]
    files = find_files([Path(source) for source in sources if not is_address(str(source))])
    lists = [file for file, _ in files if file.suffix.lower() == ".urls"]
    files = [(file, root) for file, root in files if file not in lists]

    def read_all() -> Iterator[Document | Skipped]:
        for number, (file, root) in enumerate(files, start=1):
            yield from read_file(file, root, max_bytes=options.max_bytes)
            on_progress(Progress("read", number, len(files)))
        for file in lists:
            try:
                addresses.extend(addresses_in(decode(file.read_bytes())))
            except DocumentError as error:
                yield Skipped(str(file), str(error))
        if not addresses:
            return
        from ingest.sources.safe_fetch import SafeFetcher  # its client of HTTP takes long to load

        with closing(SafeFetcher(options.allowed_hosts, options.max_bytes)) as fetcher:
            yield from read_addresses(
                addresses,
                fetcher,
                max_bytes=options.max_bytes,
                on_progress=lambda done, total: on_progress(Progress("fetch", done, total)),
            )

    return ingest_documents(read_all(), options, on_progress)


def ingest_documents(
    documents: Iterator[Document | Skipped],
    options: IngestOptions,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> IngestReport:
    """Make the index hold exactly these documents; see `ingest`."""
    started = time.monotonic()
    report = IngestReport()
    with writing(options.index_dir, options.wait_seconds):
        previous = _previous(options)
        known = {article.id: article for article in previous.store.articles()} if previous else {}
        articles = _articles(_accepted(documents, report), known, options, report)
        note_flagged(options.index_dir, report.flagged)
        if not articles:
            reasons = "; ".join(f"{item.source} {item.reason}" for item in report.skipped[:3])
            raise DocumentError(f"no article could be read ({reasons or 'the sources are empty'}); nothing was changed")
        report.documents, report.passages = len(articles), sum(len(article.passages) for article in articles)
        report.added = sum(article.id not in known for article in articles)
        report.changed = sum(article.id in known and article != known[article.id] for article in articles)
        report.removed = len(known.keys() - {article.id for article in articles})
        if previous and previous.manifest.stemming == STEMMING and articles == list(known.values()):
            report.version = previous.manifest.name
        else:
            kept = (
                zip(embedded_passages(known.values()), previous.vectors.all_vectors(), strict=True) if previous else ()
            )
            vectors, report.embedded = embed(
                articles,
                dict(kept),
                options.embeddings,
                batch_size=options.batch_size,
                on_progress=lambda done, total: on_progress(Progress("embed", done, total)),
            )
            report.version = _publish(articles, vectors, options).name
            report.published = True
        if previous:
            previous.retire()
    report.seconds = time.monotonic() - started
    return report


def _previous(options: IngestOptions) -> OpenIndex | None:
    """Open the version whose passages may be kept, if it was built in the same way."""
    try:
        index, _ = open_current(options.index_dir, options.embedding_model)
    except KnowledgeError:
        return None
    if index.manifest.passage_tokens == options.passage_tokens:
        return index
    index.retire()
    return None


def _accepted(documents: Iterator[Document | Skipped], report: IngestReport) -> Iterator[Document]:
    """Yield the documents with an id of their own and note the others in the report."""
    sources: dict[str, str] = {}
    for item in documents:
        if isinstance(item, Skipped):
            report.skipped.append(item)
        elif item.id in sources:
            report.skipped.append(
                Skipped(item.source, f"has the id {item.id!r} of {sources[item.id]}; give each article its own")
            )
        else:
            sources[item.id] = item.source
            yield item


def _articles(
    documents: Iterator[Document], known: Mapping[str, StoredArticle], options: IngestOptions, report: IngestReport
) -> list[StoredArticle]:
    articles = []
    released = released_texts(options.index_dir)
    for document in documents:
        hashed = content_hash(document)
        before = known.get(document.id)
        if before and before.content_hash == hashed:
            articles.append(before)
            continue
        let_in = options.trusted or (document.id, hashed) in released
        if not let_in and (item := flag(document, hashed)):
            report.flagged.append(item)
            report.skipped.append(as_skipped(item))
            continue
        articles.append(stored_article(document, count_tokens=options.count_tokens, max_tokens=options.passage_tokens))
    return articles


def _publish(articles: Sequence[StoredArticle], vectors: Vectors, options: IngestOptions) -> Manifest:
    def write(folder: Path) -> Manifest:
        write_store(folder / STORE_FILE, articles)
        index = build_vector_index(vectors)
        write_vector_index(index, folder / INDEX_FILE)
        np.save(folder / VECTORS_FILE, vectors, allow_pickle=False)
        return Manifest(
            name="",
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            embedding_model=options.embedding_model,
            dimension=int(vectors.shape[1]),
            documents=len(articles),
            passages=len(vectors),
            index_type=type(index).__name__,
            passage_tokens=options.passage_tokens,
            sha256={},
            stemming=STEMMING,
        )

    return publish(options.index_dir, write, keep=options.keep_versions)
