"""Cut a document along its headings into the passages of a stored article, and tell by a hash whether one changed."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from core.language.text import sentences
from ingest.documents_read import Document, StoredArticle

if TYPE_CHECKING:  # loaded at the first use: whoever only searches cuts nothing
    from markdown_it import MarkdownIt

TokenCounter = Callable[[list[str]], list[int]]
"""Returns the number of tokens of each text."""

Section = tuple[tuple[str, ...], list[str]]
"""Heading path and paragraphs."""


@dataclass(frozen=True)
class Chunk:
    """One passage's text and the headings above it, outermost first."""

    headings: tuple[str, ...]
    text: str


def cut(document: Document, *, count_tokens: TokenCounter, max_tokens: int) -> list[Chunk]:
    """Return the passages of a document: sections whole where they fit, else packed from paragraphs, then sentences.

    `max_tokens` counts the passage with its title and headings, as it is embedded.
    """
    cut_already: list[Section] = [((), [piece]) for piece in document.pieces]
    sections = cut_already or list(_sections(document.text))
    chunks = []
    for headings, blocks in sections:
        (above,) = count_tokens([passage_prefix(document.title, headings)])
        room = max(max_tokens - above, max_tokens // 4)
        chunks += [Chunk(headings, text) for text in _pack(blocks, count_tokens, room)]
    return chunks


def passage_prefix(title: str, headings: tuple[str, ...]) -> str:
    """Return what is embedded before a passage's own text, so that it is found by what its article is about."""
    return " > ".join((title, *headings)) + ": "


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _sections(text: str) -> Iterator[Section]:
    """Yield the heading path and the paragraphs of each section that has text."""
    lines = text.split("\n")
    path: list[tuple[int, str]] = []
    blocks: list[str] = []
    tokens = _parser().parse(text)
    for index, token in enumerate(tokens):
        if token.level != 0 or token.map is None or token.nesting < 0:
            continue
        if token.type == "heading_open":
            if blocks:
                yield tuple(heading for _, heading in path), blocks
            level = int(token.tag[1])
            path = [entry for entry in path if entry[0] < level] + [(level, tokens[index + 1].content)]
            blocks = []
        elif block := "\n".join(lines[token.map[0] : token.map[1]]).strip("\n"):
            blocks.append(block)
    if blocks:
        yield tuple(heading for _, heading in path), blocks


def _pack(blocks: list[str], count_tokens: TokenCounter, room: int) -> Iterator[str]:
    """Join neighbouring blocks while they fit and split those that are too long alone."""
    packed, used = "", 0
    for block, size in zip(blocks, count_tokens(blocks), strict=True):
        if used and used + size > room:
            yield packed
            packed, used = "", 0
        if size > room:
            parts = list(_split(block, count_tokens, room))
            yield from parts[:-1]
            block, size = parts[-1], room
        packed, used = (f"{packed}\n\n{block}" if packed else block), used + size
    if packed:
        yield packed


def _split(block: str, count_tokens: TokenCounter, room: int) -> Iterator[str]:
    """Yield pieces of a block that fit: whole sentences or lines, and single words where one sentence is too long."""
    parts = sentences(block)
    separator = "\n" if block.count("\n") >= len(parts) - 1 else " "
    if len(parts) == 1:
        # A word without spaces of its own (a key, a table of digits) is cut by characters.
        parts = [word[i : i + 200] for word in block.split() for i in range(0, len(word), 200)]
    piece, used = "", 0
    for sentence, size in zip(parts, count_tokens(parts), strict=True):
        if used and used + size > room:
            yield piece
            piece, used = "", 0
        if size > room and len(parts) > 1 and " " in sentence:
            yield from _split(sentence, count_tokens, room)
            continue
        piece, used = (f"{piece}{separator}{sentence}" if piece else sentence), used + size
    if piece:
        yield piece


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
