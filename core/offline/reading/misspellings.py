"""Put misspelt words right by the business's own words: titles, products, and the deeds customers ask for."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from core.embeddings.minilm import embedded_minilm
from core.errors import ModelError
from core.language.postal_addresses import read_address
from core.language.words import STOP_WORDS
from core.offline.reading.chat_request import Conversation, Result

_LEXICON_TEXT = """
address addresses account amount arrive arrived arrives article articles available back balance bought broken broke cancel cancelled
cancelling cancellation cannot card cards change changed charge charged cheaper code colour color cost costs cracked credit damaged
deliver delivered delivery discount different email exchange exchanged express faulty gift goods hello instead invoice item items
later latest longer mistake mixed missing money morning moved never number order ordered orders other package parcel password
payment paypal pending phone please policy price product products receipt receive received refund refunded refunds repair replace
return returned returning returns second send sent shipment shipped shipping should size sizes standard status stock stopped store
stores still swap swapped switch today tomorrow track tracking unused voucher waiting warranty weeks where which working wrong
yesterday person human colleague somebody someone anybody question thanks thank doing having something anything everything nothing
dont cant wont didnt doesnt isnt arent havent hasnt wasnt couldnt shouldnt wouldnt thats whats wheres whens lets youre theyre ive
"""
_LEXICON = frozenset(_LEXICON_TEXT.split()) | {word for word in STOP_WORDS if len(word) > 2 and word.isalpha()}
"""The words by which requests are recognised, whatever the business."""
_WORD = re.compile(r"(?<![\w@.#/'’-])[^\W\d_]{3,}(?![\w@#/'’-]|\.\w)")
_SHORTEST, _LONG = 4, 8
"""Shorter words are left alone but for letters that changed places; longer ones may have two slips."""


def spelled_right(conversation: Conversation) -> Conversation:
    """Return the conversation with the customer's misspelt words put right where a word of the business is near.

    A message with a postal address stays as it is: streets and towns are no words.
    """
    own = frozenset(_words_of(conversation))
    said = tuple(replace(s, text=corrected(s.text, own)) if s.by_customer else s for s in conversation.said)
    return replace(conversation, message=corrected(conversation.message, own), said=said)


def corrected(text: str, own_words: Collection[str]) -> str:
    """Return a text with each unknown word replaced by the nearest of the business's words or of the lexicon, if one is near."""
    if read_address(text):
        return text

    def one(found: re.Match[str]) -> str:
        word = found[0]
        plain = word.casefold()
        if plain in _LEXICON or plain in own_words or (word != plain and word[1:] != plain[1:]) or _is_english(plain):
            return word
        right = _nearest(plain, [*own_words, *_LEXICON])
        return right.capitalize() if word[0].isupper() else right

    return _WORD.sub(one, text)


def _nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word with the fewest slips between, or the word itself where none is near enough."""
    most = 2 if len(word) >= _LONG else 1
    best: tuple[int, bool, str] | None = None
    for other in known:
        if abs(len(other) - len(word)) > most or word[0] not in other[:2] or len(other) < 3:
            continue
        slips = OSA.distance(word, other, score_cutoff=most)
        if slips > most or (len(word) < _SHORTEST and sorted(word) != sorted(other)):
            continue
        rank = (slips, word[0] != other[0], other)
        best = min(best, rank) if best else rank
    return best[2] if best else word


@lru_cache(maxsize=4_096)
def _is_english(word: str) -> bool:
    """Say whether a word is a common English one; without the embedded model's list nothing is known to be."""
    try:
        return embedded_minilm().knows_word(word)
    except ModelError:
        return False


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
    return [word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) >= _SHORTEST]
