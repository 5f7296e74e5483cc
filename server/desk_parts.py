"""Hold what the operators' pages work with beside the ticket desk itself."""

from dataclasses import dataclass

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from core.factory import embedding_model, endpoint_model
from core.settings import Settings
from tools.desk.reports import DeskReads


@dataclass(frozen=True, kw_only=True)
class DeskParts:
    """The parts of the desk's pages, opened once."""

    reads: DeskReads
    embeddings: Embeddings
    """Tell which questions mean the same."""
    model: BaseChatModel | None
    """Suggests replies to operators; None where there is nothing but the offline model."""


def open_desk_parts(settings: Settings) -> DeskParts:
    """Return the parts that settings ask for; raises SettingsError."""
    return DeskParts(
        reads=DeskReads(settings.desk_url),
        embeddings=embedding_model(settings),
        model=None if settings.model == "offline" else endpoint_model(settings),
    )
