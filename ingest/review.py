"""List what a person should look at in the indexed articles: duplicates, contradictions, reviews long ago."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from core.language.text import sentences
from ingest.documents_read import StoredArticle
from ingest.embedding import Vectors
from ingest.search_words import roots_in

_SAME_WORDS = 0.9
_ALIKE = 0.85
_COMMON_ROOTS = 0.5
_BLOCK = 1_000
_AMOUNT = re.compile(
    r"(?P<money>[$€£]\s?\d[\d,]*(?:\.\d+)?)"
    r"|(?P<date>\b\d{4}-\d{2}-\d{2}\b)"
    r"|(?P<number>(?<![\w,])\d[\d,]{0,15}(?:\.\d{1,6})?)\s{0,4}(?P<unit>%|percent|business days?|working days?|"
    r"days?|hours?|minutes?|weeks?|months?"
    r"|years?|dollars?|euros?|items?|orders?|kg|lbs?|miles?|km)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """One thing to look at."""

    kind: Literal["instructions", "duplicate", "near-duplicate", "contradiction", "stale"]
    articles: tuple[str, ...]
    """Ids of the articles concerned."""
    detail: str
    """What was found, with the sentences side by side."""


def review(
    articles: Sequence[StoredArticle], vectors: Vectors, *, today: date, stale_after_days: int = 365
) -> list[Finding]:
    """Return all findings; `vectors` has the unit vector of each passage in the order of the articles."""
    owners = [article for article in articles for _ in article.passages]
    texts = [text for article in articles for _, _, text in article.passages]
    findings = []
    for first, second in _pairs_alike(vectors):
        if owners[first].id == owners[second].id:
            continue
        ids = (owners[first].id, owners[second].id)
        shared = _likeness(texts[first], texts[second])
        if shared == 1.0:
            findings.append(Finding("duplicate", ids, texts[first][:300]))
            continue
        contradictions = list(_contradictions(texts[first], texts[second]))
        findings += [Finding("contradiction", ids, detail) for detail in contradictions]
        if not contradictions and shared >= _SAME_WORDS:
            findings.append(Finding("near-duplicate", ids, f"{texts[first][:200]} | {texts[second][:200]}"))
    findings += _stale(articles, today, stale_after_days)
    return list(dict.fromkeys(findings))


def _pairs_alike(vectors: Vectors) -> Iterator[tuple[int, int]]:
    """Yield pairs of rows whose passages are about the same thing."""
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK] @ vectors[start:].T
        for i, j in zip(*np.nonzero(block >= _ALIKE), strict=True):
            if i < j:
                yield int(start + i), int(start + j)


def _likeness(first: str, second: str) -> float:
    """Return the share of the roots of two texts that both have (Jaccard)."""
    if " ".join(first.split()).lower() == " ".join(second.split()).lower():
        return 1.0
    a, b = roots_in(first), roots_in(second)
    return min(len(a & b) / max(len(a | b), 1), 0.999)


def _contradictions(first: str, second: str) -> Iterator[str]:
    """Yield the sentence pairs that say much the same but with another number, date or price."""
    theirs = [(sentence, _amounts(sentence), _subject(sentence)) for sentence in sentences(second)]
    for sentence in sentences(first):
        amounts, subject = _amounts(sentence), _subject(sentence)
        if not amounts or len(subject) < 3:
            continue
        for other, other_amounts, other_subject in theirs:
            shared = len(subject & other_subject) / max(min(len(subject), len(other_subject)), 1)
            if shared < _COMMON_ROOTS or len(subject & other_subject) < 3:
                continue
            for unit in amounts.keys() & other_amounts.keys():
                if not amounts[unit] & other_amounts[unit]:
                    yield f"{sentence.strip()} | {other.strip()}"
                    break


def _amounts(sentence: str) -> Mapping[str, set[str]]:
    """Return the values in a sentence by what they count."""
    found: dict[str, set[str]] = defaultdict(set)
    for match in _AMOUNT.finditer(sentence):
        if match["money"]:
            found["money"].add(f"{float(re.sub(r'[^0-9.]', '', match['money'])):g}")
        elif match["date"]:
            found["date"].add(match["date"])
        else:
            unit = match["unit"].lower().removesuffix("s").replace("working", "business").replace("percent", "%")
            found[unit].add(f"{float(match['number'].replace(',', '')):g}")
    return found


def _subject(sentence: str) -> set[str]:
    """Return the roots of a sentence that say what it is about, without its values and its smallest words."""
    return {root for root in roots_in(_AMOUNT.sub(" ", sentence)) if len(root) > 3}


def _stale(articles: Sequence[StoredArticle], today: date, days: int) -> Iterator[Finding]:
    oldest = (today - timedelta(days=days)).isoformat()
    for article in articles:
        if article.reviewed and article.reviewed < oldest:
            yield Finding("stale", (article.id,), f"last reviewed on {article.reviewed}, more than {days} days ago")
