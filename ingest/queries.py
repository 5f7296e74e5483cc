"""Make search queries from a conversation by rules: what was named earlier, what is asked now."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.passages import Utterance
from ingest.words import codes_in, words_in

_RECENT = 3


@dataclass(frozen=True)
class Queries:
    """Hold what is looked up for one turn."""

    dense: tuple[str, ...]
    """Texts to embed."""
    words: tuple[str, ...]
    """Words for keyword search, the newest utterance's first, each once."""
    codes: tuple[str, ...]
    """Exact identifiers that were named."""


def queries_for(dialogue: Sequence[Utterance]) -> Queries:
    """Return the queries for the newest utterance of a dialogue."""
    texts = [utterance.text for utterance in dialogue if utterance.text.strip()]
    newest_first = [word for text in reversed(texts) for word in words_in(text)]
    return Queries(
        dense=tuple(dict.fromkeys((*texts[-1:], " ".join(texts[-_RECENT:])))) if texts else (),
        words=tuple(dict.fromkeys(newest_first)),
        codes=tuple(dict.fromkeys(code for text in reversed(texts) for code in codes_in(text))),
    )
