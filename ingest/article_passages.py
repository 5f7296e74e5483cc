"""Cut a document into the passages of a stored article, and tell by a hash whether an article changed."""

import hashlib
import json

from ingest.chunking import TokenCounter, cut
from ingest.documents_read import Document, StoredArticle

_READER_VERSION = 2
"""Raised whenever reading or cutting changes, so that unchanged articles are cut again."""


def content_hash(document: Document) -> str:
    """Return a hash of everything that decides what the passages of a document are."""
    return _short_hash(
        json.dumps(
            [
                _READER_VERSION,
                document.title,
                document.text,
                document.pieces,
                document.url,
                document.source,
                document.reviewed,
                sorted(document.metadata.items()),
            ]
        )
    )


def stored_article(document: Document, *, count_tokens: TokenCounter, max_tokens: int) -> StoredArticle:
    """Return the article with its passages; a passage keeps its id while its text stays under its headings."""
    seen: dict[str, int] = {}
    passages = []
    for chunk in cut(document, count_tokens=count_tokens, max_tokens=max_tokens):
        place = json.dumps([document.id, chunk.headings, chunk.text])
        seen[place] = seen.get(place, 0) + 1
        passages.append((_short_hash(f"{place}{seen[place]}"), chunk.headings, chunk.text))
    return StoredArticle(
        id=document.id,
        title=document.title,
        url=document.url,
        source=document.source,
        reviewed=document.reviewed,
        metadata=dict(document.metadata),
        content_hash=content_hash(document),
        passages=tuple(passages),
    )


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:20]
