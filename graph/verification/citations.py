"""Number the sources of a reply as customers read them: from 1 in order of use, each once a paragraph."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.passages import Passage
from core.safety.safe_links import LinkRule, safe_text

_CITATION = re.compile(r"\s?\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")
_PARAGRAPH = r"\n[^\S\n]*\n"
_CITATION_OR_PARAGRAPH = re.compile(rf"{_CITATION.pattern}|{_PARAGRAPH}")


def cited(text: str) -> list[int]:
    """Return the numbers of the passages a text cites, in order."""
    numbers = [int(n) for match in _CITATION.finditer(text) for n in match[1].split(",")]
    return [n for n in dict.fromkeys(numbers) if n >= 1]


def without_citations(text: str) -> str:
    """Return the text without the numbers of its sources."""
    return _CITATION.sub("", text)


def with_known_citations(text: str, passages: int) -> str:
    """Return the text without citations of passages that were never retrieved."""

    def keep(match: re.Match[str]) -> str:
        return _written(match, [n for n in cited(match[0]) if n <= passages])

    return _CITATION.sub(keep, text)


class Citations:
    """The sources of a turn's reply, in order of use; a model cites them by their places among its passages.

    Args:
        passages: What the model was shown, numbered from 1.
        links: Which addresses a source may carry.
        earlier: Sources that customers have read in this turn.
        already_said: What they have read of this message.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        links: LinkRule,
        *,
        earlier: Iterable[Mapping[str, Any]] = (),
        already_said: str = "",
    ) -> None:
        self._passages, self._links = passages, links
        self._sources = {str(source["passage_id"]): dict(source) for source in earlier}
        self._in_paragraph = set(cited(re.split(_PARAGRAPH, already_said)[-1]))

    def shown(self, text: str) -> str:
        """Return the next piece of a reply with its citations as customers read them."""
        return _CITATION_OR_PARAGRAPH.sub(self._numbered, text)

    def sources(self, text: str) -> list[dict[str, Any]]:
        """Return what a page needs to show and link the sources of a text as customers read it."""
        used = {source["number"]: source for source in self._sources.values()}
        return [used[number] for number in sorted(cited(text)) if number in used]

    def _numbered(self, match: re.Match[str]) -> str:
        if match[1] is None:
            self._in_paragraph.clear()
            return match[0]
        numbers = [self._number(self._passages[n - 1]) for n in cited(match[0]) if n <= len(self._passages)]
        new = [number for number in dict.fromkeys(numbers) if number not in self._in_paragraph]
        self._in_paragraph.update(new)
        return _written(match, new)

    def _number(self, passage: Passage) -> int:
        if passage.id not in self._sources:
            number = max((int(source["number"]) for source in self._sources.values()), default=0) + 1
            self._sources[passage.id] = {
                "number": number,
                "passage_id": passage.id,
                "article_id": passage.article_id,
                "title": safe_text(passage.title, self._links),
                "headings": [safe_text(heading, self._links) for heading in passage.headings],
                "url": self._links.kept(passage.url),
            }
        return int(self._sources[passage.id]["number"])


def _written(match: re.Match[str], numbers: Sequence[int]) -> str:
    """Return the citation of other numbers in the place of one, with the space that leads up to it."""
    return match[0][: match[0].index("[")] + "".join(f"[{n}]" for n in numbers) if numbers else ""
