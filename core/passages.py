"""Define what retrieval returns and how anybody asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One piece of an article together with where it stands."""

    id: str
    """Stable identifier: the same text at the same place keeps it from one ingest to the next."""
    article_id: str
    """Identifier of the article the passage was cut from."""
    title: str
    """Title of the article."""
    text: str
    """The passage itself, plain text or Markdown."""
    headings: tuple[str, ...] = ()
    """Headings above the passage, outermost first, without the title."""
    url: str = ""
    """Where a person can read the article, or an empty string."""
    position: int = 0
    """Number of the passage within its article, from 0."""
    score: float = 0.0
    """How well it fits the query; higher is better, comparable within one search only."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What filters can match: audience, locale, product and the like."""


@dataclass(frozen=True)
class Utterance:
    """One thing that was said in a conversation."""

    speaker: Literal["customer", "agent"]
    text: str


class Retriever(Protocol):
    """Find passages for a conversation."""

    async def search(
        self, dialogue: Sequence[Utterance], *, limit: int, filters: Mapping[str, str] | None = None
    ) -> list[Passage]:
        """Return at most `limit` passages for the newest utterance, best first.

        The whole dialogue is handed over because what the customer talks about was often named turns earlier.
        `filters` must all equal the passage's metadata and apply before the search.
        """
        ...

    async def fetch(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Return the passages that still exist under these ids, in the order asked for."""
        ...
