"""Show why a search found a conversation: the newest text that has most of its words, and these words in it."""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import Connection, select

from core.safety.safe_links import inert
from server.inbox.inbox_schema import MESSAGES, NOTES, TURNS
from server.schemas.desk_schemas import Listed
from server.service import Service

BEFORE, AFTER = 40, 120
"""Characters of a text that are shown before the first word that was found, and from there."""


def words_of(forms: Iterable[Iterable[str]]) -> list[re.Pattern[str]]:
    """Return what finds each term of a search in a text, by any of its forms, as whole words that begin so."""
    joined = ("|".join(map(re.escape, sorted(of_term))) for of_term in forms)
    return [re.compile(rf"(?<!\w)(?:{any_of})\w*", re.IGNORECASE) for any_of in joined]


async def add_snippets(service: Service, items: Sequence[Listed], terms: Sequence[re.Pattern[str]]) -> None:
    """Put beside each conversation where its words stand; a first line that has them all needs nothing beside it.

    Raises:
        BackendUnavailable: the inbox or the desk does not answer.
    """
    partly = [item for item in items if _found(item.first_line, terms) < len(terms)]
    texts: dict[str, list[str]] = {item.thread_id: [] for item in partly}
    said, noted = await asyncio.gather(
        service.inbox.read(partial(_said, threads=list(texts))), service.desk.reads.notes_of(list(texts))
    )
    for thread, text in [*said, *noted]:
        texts[thread].append(text)
    for item in partly:
        best = max([item.first_line, *reversed(texts[item.thread_id])], key=lambda text: _found(text, terms))
        if _found(best, terms) > _found(item.first_line, terms):
            item.snippet = inert(excerpt(best, terms))
    for item in items:
        shown = f"{item.first_line}\n{item.snippet}"
        item.hits = list(dict.fromkeys(hit.group() for term in terms for hit in term.finditer(shown)))


def excerpt(text: str, terms: Sequence[re.Pattern[str]]) -> str:
    """Return a text on one line from shortly before the first word that was found; what is left out is marked."""
    text = " ".join(text.split())
    first = min((hit.start() for term in terms if (hit := term.search(text))), default=0)
    start = text.find(" ", first - BEFORE, first) + 1 if first > BEFORE else 0
    end = text.rfind(" ", first, first + AFTER) if len(text) > first + AFTER else len(text)
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")


def _found(text: str, terms: Sequence[re.Pattern[str]]) -> int:
    return sum(bool(term.search(text)) for term in terms)


def _said(connection: Connection, *, threads: Sequence[str]) -> list[tuple[str, str]]:
    """Return what was said and noted in conversations, each with its text, the oldest first."""
    messages = select(MESSAGES.c.thread_id, MESSAGES.c.text, MESSAGES.c.accepted_at)
    replies = select(TURNS.c.thread_id, TURNS.c.reply, TURNS.c.finished_at).where(TURNS.c.reply.is_not(None))
    notes = select(NOTES.c.thread_id, NOTES.c.text, NOTES.c.noted_at)
    said = [tuple(row) for row in connection.execute(messages.where(MESSAGES.c.thread_id.in_(threads)))]
    for row in connection.execute(replies.where(TURNS.c.thread_id.in_(threads))):
        said.append((row.thread_id, str(json.loads(row.reply).get("text", "")), row.finished_at or 0.0))
    said += [tuple(row) for row in connection.execute(notes.where(NOTES.c.thread_id.in_(threads)))]
    return [(thread, text) for thread, text, _ in sorted(said, key=lambda one: one[2])]
