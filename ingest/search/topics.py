"""Find out which articles a conversation has named, by the titles of the index itself."""

import math
from collections.abc import Sequence
from functools import lru_cache

from ingest.index.store import PassageStore
from ingest.search_words import roots_in

_FADING = 0.9
"""What a name is worth one utterance later, relative to now."""
_FEW, _COMMON = 20, 0.05
"""A root in more titles than this number, or this share of them where that is more, names none of them alone."""
_MAX_TOPICS = 200
_UTTERANCES_KEPT = 2_000


def named_articles(utterances: Sequence[str], titles: PassageStore) -> dict[int, float]:
    """Return the articles that were named and how strongly, from 0 to 1.

    An article is named by an utterance as far as the utterance holds the rare roots of its title: the square of the
    share of the title's weight, where a root weighs log(1 + articles / articles that hold it), times the weight of the
    rarest root found. Earlier utterances count less.
    """
    spoken = [_roots(text, titles.stemming) for text in reversed(utterances)]
    known = titles.vocabulary(set().union(*spoken))
    most = max(_FEW, _COMMON * titles.article_count)
    naming = [root for root, (_, in_titles) in known.items() if 0 < in_titles <= most]
    weights = {
        article: {root: rarity(holders, titles.article_count) for root, holders in roots.items()}
        for article, roots in titles.titles_with(naming).items()
    }
    whole = {article: sum(roots.values()) for article, roots in weights.items()}
    with_root: dict[str, list[int]] = {}
    for article, roots in weights.items():
        for root in roots:
            with_root.setdefault(root, []).append(article)
    strengths = dict.fromkeys(weights, 0.0)
    for age, said in enumerate(spoken):
        worth, found = _FADING**age, dict[int, list[float]]()
        for root in sorted(said & with_root.keys()):
            for article in with_root[root]:
                if strengths[article] < worth:
                    found.setdefault(article, []).append(weights[article][root])
        for article, named in found.items():
            strength = worth * (sum(named) / whole[article]) ** 2 * max(named)
            strengths[article] = max(strengths[article], strength)
    return dict(sorted(strengths.items(), key=lambda item: -item[1])[:_MAX_TOPICS])


@lru_cache(maxsize=_UTTERANCES_KEPT)
def _roots(utterance: str, stemming: int) -> frozenset[str]:
    """Return the roots of an utterance, which each later turn of its conversation asks for again."""
    return frozenset(roots_in(utterance, stemming))


def rarity(holders: int, articles: int) -> float:
    """Return how much a word says that `holders` of `articles` hold: 1 for one article, near 0 for all."""
    return math.log(1 + articles / holders) / math.log(1 + articles)
