"""Define what a reader hands to the pipeline, a document or why there is none, and what the index keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Document:
    """One article as it was read, before it is cut into passages."""

    id: str
    """Identifier that stays the same from one ingest to the next."""
    title: str
    """Title a customer would recognise."""
    text: str = ""
    """Whole text as Markdown."""
    pieces: tuple[str, ...] = ()
    """The text where its source already cut it, one passage each; takes the place of `text`."""
    url: str = ""
    """Where a person can read it, or an empty string."""
    source: str = ""
    """File or address it was read from."""
    reviewed: str = ""
    """ISO date of the last review, or an empty string."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What filters can match."""


@dataclass(frozen=True)
class Skipped:
    """Say why a source gave no document."""

    source: str
    """File, row or address."""
    reason: str
    """What is wrong and what to do, in one line."""
    deliberate: bool = False
    """Whether the author wanted it left out, as with a draft."""


@dataclass(frozen=True, kw_only=True)
class StoredArticle:
    """One article with the passages cut from it."""

    id: str
    title: str
    url: str
    source: str
    reviewed: str
    metadata: Mapping[str, str]
    content_hash: str
    """Hash of everything that decides what its passages are."""
    passages: tuple[tuple[str, tuple[str, ...], str], ...]
    """Id, headings and text of each passage."""
