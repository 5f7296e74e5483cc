"""Put the words of a question into English one by one, for articles that nobody wrote in its language."""

import re
from collections.abc import Collection, Mapping
from functools import cache

from core.language.detection import GLOSSARIES, is_small_word, spoken_language
from core.language.text import normal, without_accents

_WORD = r"[^\W_]+"
_FEW = 4
"""Words of a text that may be too short to tell its language."""
_SHORT = 4
"""Letters of a beginning that may stand before a whole ending; a shorter one is the word itself, or nearly."""
_ENDING = 2
_LONGEST = 60
"""Letters of a word at most; a longer one is none."""
_CLAUSE = re.compile(r"(?<![.,;:!?])[.,;:!?]+(?:\s|$)")
_SEPARABLE_TEXT = "ab an auf aus ein her hin los mit nach um vor weg weiter zu zurück zusammen"
_SEPARABLE = frozenset(_SEPARABLE_TEXT.split())
"""What stands before a German verb in a dictionary, and at the end of a clause with it."""
_LINK = re.compile(r"^(?:es|en|s|n)(?=\w{4})")
"""What joins the parts of a German compound."""


def in_english(text: str, language: str, own_words: Collection[str] = ()) -> str:
    """Return the known words of a text in English, in their order, with numbers and the business's own words between
    them; empty where a language has no glossary.
    """
    if not GLOSSARIES.get(language):
        return ""
    said = [(word, _meaning(word, language)) for word in _words(text, language)]
    names = {name for name in own_words if not is_small_word(name, language)}  # `a` of `il a` is no English one
    kept = [meaning or (word if word in names or word.isdigit() else "") for word, meaning in said]
    return " ".join(filter(None, kept))


def with_english(text: str) -> str:
    """Return a text with what its words mean in English behind it, where it is in a language that has a glossary.

    A few words that tell no language are of the one whose glossary knows them all: `carte cadeau`.
    """
    spoken, few = spoken_language(text, ""), len(text.split()) <= _FEW
    languages = [spoken] if spoken else [one for one in GLOSSARIES if few and not unknown_words(text, one)]
    meant = dict.fromkeys(filter(None, (in_english(text, one) for one in languages)))
    return " ".join((text, *meant)) if len(meant) == 1 else text


def unknown_words(text: str, language: str, own_words: Collection[str] = ()) -> list[str]:
    """Return the words of a text that a glossary does not know, nor the business, and that are no small ones."""
    names = frozenset(own_words)
    words = [word for word in _words(text, language) if not (word in names or is_small_word(word, language))]
    return [word for word in words if len(word) >= _SHORT and not word.isdigit() and _meaning(word, language) is None]


def _words(text: str, language: str) -> list[str]:
    """Return the words of a text, those together that mean something else than each alone: `geht nicht`."""
    parts = [_pattern(language).findall(part) for part in _CLAUSE.split(normal(text))]
    return [word for words in parts for word in (_with_verb_whole(words) if language == "de" else words)]


def _with_verb_whole(words: list[str]) -> list[str]:
    """Put the last word of a German clause back before the verb it belongs to: `hebt … auf` is `aufhebt`."""
    *said, last = words or [""]
    if last not in _SEPARABLE:
        return words
    verbs = [key for key in GLOSSARIES["de"] if key.startswith(last) and len(key) > len(last) + 1]
    for place, word in enumerate(said):
        if any((whole := f"{last}{word}").startswith(verb) for verb in verbs):
            return [*said[:place], whole, *said[place + 1 :]]
    return words


@cache
def _pattern(language: str) -> re.Pattern[str]:
    together = sorted((key for key in GLOSSARIES.get(language, {}) if " " in key), key=len, reverse=True)
    return re.compile("|".join((*(rf"\b{re.escape(key)}\b" for key in together), _WORD)))


def _meaning(word: str, language: str) -> str | None:
    """Return what a word means, or what it would with the accents that were left out."""
    found = GLOSSARIES[language][word] if " " in word else _by_parts(word, GLOSSARIES.get(language, {}))
    if found is None and not is_small_word(word, language):  # `la` is no `là`
        return _by_parts(without_accents(word), _without_accents(language))
    return found


@cache
def _without_accents(language: str) -> Mapping[str, str]:
    return {without_accents(word): meaning for word, meaning in GLOSSARIES.get(language, {}).items()}


def _by_parts(word: str, meanings: Mapping[str, str]) -> str | None:
    """Return what a word means, of a compound what its parts do."""
    for end in range(len(word), 1, -1) if len(word) <= _LONGEST else ():
        start, rest = word[:end], word[end:]
        if start in meanings and (len(start) >= _SHORT or len(rest) <= _ENDING):
            more = _by_parts(_LINK.sub("", rest), meanings) if len(rest) >= _SHORT else None
            return f"{meanings[start]} {more}" if more else meanings[start]
    return None
