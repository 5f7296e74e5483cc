"""Put misspelt words right by the business's own words: titles, products, and the deeds customers ask for."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from core.language.words import corrected
from core.offline.reading.chat_request import Conversation, Result

_TELLING = 4
"""Letters of the words of articles and names that a misspelt word may be meant for."""


def spelled_right(conversation: Conversation) -> Conversation:
    """Return the conversation with the customer's misspelt words put right where a word of the business is near.

    A message with a postal address stays as it is: streets and towns are no words.
    """
    own = frozenset(_words_of(conversation))
    said = tuple(replace(s, text=corrected(s.text, own)) if s.by_customer else s for s in conversation.said)
    return replace(conversation, message=corrected(conversation.message, own), said=said)


def _words_of(conversation: Conversation) -> Iterator[str]:
    for passage in conversation.passages:
        yield from _long_words(f"{passage.title} {passage.section} {passage.text}")
    for result in (*conversation.earlier_results, *conversation.results):
        yield from _names_in(result)


def _names_in(result: Result) -> Iterator[str]:
    """Yield the words of the names in a result: products, items and their options."""
    pending: list[Any] = [result.data]
    while pending:
        match pending.pop():
            case dict() as record:
                for key, value in record.items():
                    if key in ("name", "options"):
                        yield from _long_words(json.dumps(value, ensure_ascii=False))
                    pending.append(value)
            case list() as several:
                pending += several


def _long_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) >= _TELLING]
