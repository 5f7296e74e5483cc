"""Make search queries from a conversation by rules: what is asked now, and what it was about."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.language.detection import language_of
from core.language.glossary import in_english
from core.passages import Utterance
from ingest.search_words import codes_in, words_in

_CONTEXT_WORDS = 60
_REMEMBERED = 30
_UTTERANCES_KEPT = 2_000
_WINDOW, _STEP = 120, 80
_MAX_WINDOWS = 12
_GLOSSED = 600
"""Characters of a question that are put into English."""


@dataclass(frozen=True)
class Queries:
    """What is looked up for one turn."""

    windows: tuple[str, ...]
    """The newest utterance, in overlapping pieces where it is longer than an embedding model reads well."""
    context: str
    """The end of what the customer said before with the newest utterance, or empty where that one says enough."""
    words: Mapping[str, int]
    """Words of the newest utterance and how often each occurs."""
    codes: Mapping[str, int]
    """Exact identifiers and how many utterances ago each was named last."""
    utterances: tuple[str, ...]
    """What was said, oldest first, as far back as a name is remembered."""


def queries_for(dialogue: Sequence[Utterance]) -> Queries | None:
    """Return the queries for the newest utterance of a dialogue, or None if nothing was said."""
    texts = tuple(utterance.text for utterance in dialogue if utterance.text.strip())[-_REMEMBERED:]
    if not texts:
        return None
    newest = _with_english(texts[-1])
    codes: dict[str, int] = {}
    for age, text in enumerate(reversed(texts)):
        for code in _codes(text):
            codes.setdefault(code, age)
    asked = tuple(dict.fromkeys(_windows(texts[-1])))
    windows = tuple(dict.fromkeys((*asked, newest.removeprefix(texts[-1]).strip() or asked[0])))
    before = [u.text for u in dialogue[:-1] if u.speaker == "customer" and u.text.strip()]
    leans = bool(before) and len(asked) == 1
    said = _with_english(before[-1]).split()[-_CONTEXT_WORDS:] if leans else []
    return Queries(
        windows=windows,
        # A long message carries its own context; a short one leans on what the customer said before it. Both are read
        # together: what was said before, on its own, finds the answer to the question before.
        context=" ".join((*said, asked[0])) if leans else "",
        words=Counter(words_in(newest)),
        codes=codes,
        utterances=texts,
    )


@lru_cache(maxsize=_UTTERANCES_KEPT)
def _with_english(text: str) -> str:
    """Return a question with what its words mean in English behind them, where a glossary of its language knows any."""
    asked = text[:_GLOSSED]
    return f"{text} {in_english(asked, language_of(asked))}".rstrip()


@lru_cache(maxsize=_UTTERANCES_KEPT)
def _codes(utterance: str) -> tuple[str, ...]:
    """Return the identifiers of an utterance, which each later turn of its conversation asks for again."""
    return tuple(codes_in(utterance))


def _windows(text: str) -> Iterator[str]:
    words = text.split()
    for start in range(0, max(1, len(words) - _WINDOW + _STEP), _STEP)[:_MAX_WINDOWS]:
        yield " ".join(words[start : start + _WINDOW])
