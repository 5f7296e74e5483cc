"""Keep articles that speak to an agent out of the index until a person has read and released them.

    INDEX_DIR/
    ├── flagged.json     what the last ingest kept out, and why
    └── released.json    what people released: an article's id with the hash of the very text they read

A changed text is another text: it is kept out again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from core.errors import InputError, KnowledgeError
from core.safety.injection_patterns import directives
from ingest.documents_read import Document, Skipped
from ingest.index.publishing import writing

_FLAGGED, _RELEASED = "flagged.json", "released.json"


class Flagged(BaseModel, frozen=True):
    """One article that was kept out."""

    article_id: str
    title: str
    source: str
    content_hash: str
    reasons: tuple[str, ...]
    """What speaks to an agent in it, each with the words."""


class Released(BaseModel, frozen=True):
    """One article that a person lets in."""

    article_id: str
    content_hash: str
    released_at: str


_FLAGGED_LIST, _RELEASED_LIST = TypeAdapter(list[Flagged]), TypeAdapter(list[Released])


def flag(document: Document, content_hash: str) -> Flagged | None:
    """Return why an article has to be kept out, or None; looks at its text, title, address and metadata."""
    whole = (document.title, document.text, *document.pieces, document.url, *document.metadata.values())
    reasons = tuple(dict.fromkeys(reason for text in whole for reason in directives(text)))
    if not reasons:
        return None
    return Flagged(
        article_id=document.id, title=document.title, source=document.source, content_hash=content_hash, reasons=reasons
    )


def flagged_articles(index_dir: Path) -> list[Flagged]:
    """Return what the last ingest kept out."""
    try:
        return _FLAGGED_LIST.validate_json((index_dir / _FLAGGED).read_bytes())
    except (OSError, ValidationError):
        return []


def released_texts(index_dir: Path) -> set[tuple[str, str]]:
    """Return id and content hash of what was released; an unreadable list releases nothing."""
    return {(item.article_id, item.content_hash) for item in _released(index_dir)}


def note_flagged(index_dir: Path, flagged: Sequence[Flagged]) -> None:
    """Write down what this ingest kept out; call inside `writing`."""
    _replace(index_dir / _FLAGGED, _FLAGGED_LIST.dump_json(list(flagged), indent=2))


def release(index_dir: Path, article_id: str) -> Flagged:
    """Let the text of an article in that the last ingest kept out; the next ingest publishes it.

    Raises:
        InputError: no such article was kept out.
        IndexBusy: an ingest is running.
    """
    with writing(index_dir):
        found = [item for item in flagged_articles(index_dir) if item.article_id == article_id]
        if not found:
            raise InputError(
                f"no article {article_id!r} was kept out; `support-agent knowledge check` lists those that were"
            )
        known = [*(item for item in _released(index_dir) if item.article_id != article_id), _now(found[0])]
        _replace(index_dir / _RELEASED, _RELEASED_LIST.dump_json(known, indent=2))
        note_flagged(index_dir, [item for item in flagged_articles(index_dir) if item.article_id != article_id])
    return found[0]


def as_skipped(item: Flagged) -> Skipped:
    """Return a flagged article as a line of the report."""
    reason = (
        f"contains instructions to an agent and was kept out ({'; '.join(item.reasons)}); correct it, or read it and "
        f"run `support-agent knowledge check --release {item.article_id}`, then ingest again"
    )
    return Skipped(item.source, reason)


def _released(index_dir: Path) -> list[Released]:
    try:
        return _RELEASED_LIST.validate_json((index_dir / _RELEASED).read_bytes())
    except (OSError, ValidationError):
        return []


def _now(item: Flagged) -> Released:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return Released(article_id=item.article_id, content_hash=item.content_hash, released_at=at)


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise KnowledgeError(f"{path} cannot be written ({error.strerror}); free some space and try again") from None
