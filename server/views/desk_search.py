"""Find conversations by words: in what customers wrote, in replies, in tickets and in notes."""

import re
from functools import partial

from sqlalchemy import Connection, select, text

from core.storage.word_index import terms_of
from ingest.search_words import roots_in
from server.inbox.inbox_schema import MESSAGE_WORDS, RECORD_WORDS, REPLY_WORDS, THREADS
from server.inbox.thread_notes import notes_with
from server.schemas.desk_schemas import ListedOut
from server.service import Service
from server.views.desk_lists import listed
from server.views.search_snippets import add_snippets, words_of


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
    for index in (MESSAGE_WORDS, REPLY_WORDS, RECORD_WORDS):
        found |= set(connection.execute(text(index.query(dialect)), {"term": index.term(term, dialect)}).scalars())
    of_customer = select(THREADS.c.id).where(THREADS.c.customer_id.ilike(f"%{term}%"))
    return found | set(connection.execute(of_customer).scalars())
