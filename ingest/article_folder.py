"""Keep the published index at the articles of one folder."""

from pathlib import Path

from core.embeddings.minilm import MiniLM
from core.factory import embedding_model
from core.settings import Settings
from ingest.pipeline import IngestOptions, IngestReport, ingest

BUSY_SECONDS = 60.0


def ingest_options(
    settings: Settings, *, index_dir: Path | None = None, wait: float = 0.0, trusted: bool = False
) -> IngestOptions:
    """Return the options of an ingest that settings name."""
    return IngestOptions(
        index_dir=index_dir or settings.index_dir,
        embeddings=embedding_model(settings),
        embedding_model=settings.embedding_model,
        # Any model's tokens are much like these; only the length of passages depends on them.
        count_tokens=MiniLM().count_tokens,
        allowed_hosts=frozenset(host.strip() for host in settings.source_hosts.split(",") if host.strip()),
        wait_seconds=wait,
        trusted=trusted,
    )


def publish_folder(settings: Settings, folder: Path) -> IngestReport | None:
    """Publish the articles of a folder where they changed; returns None where there are none.

    Raises:
        KnowledgeError: they cannot be published.
    """
    if not folder.is_dir() or not any(path.is_file() for path in folder.rglob("*")):
        return None
    return ingest([str(folder)], ingest_options(settings, wait=BUSY_SECONDS))
