"""Find conversations by words: in what customers wrote, in replies, tickets and notes, and show where they stand."""

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import Connection, select, text

from core.safety.safe_links import inert
from core.storage.word_index import terms_of
from ingest.search_words import roots_in
from server.inbox.inbox_schema import MESSAGE_WORDS, MESSAGES, NOTES, REPLY_WORDS, THREADS, TURNS
from server.inbox.thread_notes import notes_with
from server.schemas.desk_schemas import Listed, ListedOut
from server.service import Service
from server.views.desk_lists import listed

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
    for thread, words in [*said, *noted]:
        texts[thread].append(words)
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


async def search(service: Service, query: str, *, page: int) -> ListedOut:
    """Return a page of the conversations that have every word of a query somewhere, words by their beginnings.

    A customer's id, a ticket's number and the ids of records that were looked up count as words, too. Raises
    BackendUnavailable.
    """
    found: set[str] | None = None
    forms = [{term} | roots_in(term) for term in terms_of(query)]  # kettles finds a kettle, too
    for of_term in forms:
        this = set[str]()
        for form in of_term:
            this |= await service.inbox.read(partial(_threads_with, term=form))
            this |= await service.desk.reads.threads_with(form)
        found = this if found is None else found & this
        if not found:
            break
    shown = await listed(service, found or set(), page=page)
    await add_snippets(service, shown.items, words_of(forms))
    return shown


async def mentioning(service: Service, name: str, *, page: int) -> ListedOut:
    """Return a page of the conversations in which a note mentions a colleague as @name; raises BackendUnavailable."""
    mention = f"@{name}"
    held = [*await service.desk.reads.notes_with(mention), *await notes_with(service.inbox, mention)]
    # What stands around tells olga from olga.b, from olga-2 and from an e-mail address.
    whole = re.compile(rf"(?<!\w){re.escape(mention)}(?![\w@+-]|\.\w)", re.IGNORECASE)
    shown = await listed(service, {thread for thread, words in held if whole.search(words)}, page=page)
    await add_snippets(service, shown.items, [whole])
    return shown


def _threads_with(connection: Connection, term: str) -> set[str]:
    dialect = connection.dialect.name
    found = set[str]()
    for index in (MESSAGE_WORDS, REPLY_WORDS):
        found |= set(connection.execute(text(index.query(dialect)), {"term": index.term(term, dialect)}).scalars())
    of_customer = select(THREADS.c.id).where(THREADS.c.customer_id.ilike(f"%{term}%"))
    return found | set(connection.execute(of_customer).scalars())
