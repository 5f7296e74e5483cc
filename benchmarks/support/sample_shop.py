"""Build what benchmarks of the sample shop answer from."""

from core.factory import embedding_model
from core.settings import SAMPLE_BUSINESS, Settings
from ingest.pipeline import IngestOptions, ingest
from tools.retail.importing import import_shop


def prepare(settings: Settings) -> None:
    """Build the sample index and the sample shop that settings name."""
    embeddings = embedding_model(settings)
    ingest(
        [SAMPLE_BUSINESS / "articles"],
        IngestOptions(
            index_dir=settings.index_dir,
            embeddings=embeddings,
            embedding_model=settings.embedding_model,
            count_tokens=lambda texts: [len(text) // 4 for text in texts],
        ),
    )
    import_shop(SAMPLE_BUSINESS / "shop.json", settings.shop_url)
