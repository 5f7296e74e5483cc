"""Put passages into one order for a turn: by meaning, by words, and by which articles were named."""

from collections.abc import Callable, Mapping

import numpy as np

from ingest.embedding import Rows, Vectors
from ingest.index.store import PassageStore
from ingest.index.vectors import VectorIndex
from ingest.search.queries import Queries
from ingest.search.topics import named_articles, rarity

_DEPTH = 100
"""Passages taken from each kind of search before they are ranked together."""
_MAX_ROWS_OF_TOPICS = 500
_FADING = 0.9
_FEEDBACK = 10

# How much each signal counts beside a cosine. Chosen on half of the dialogues of two public corpora and checked on the
# other half and on the business's own articles; the weight of the talk before with three small corpora of other trades,
# too. `python -m benchmarks.retrieval` prints the result of all.
_CONTEXT = 0.35
_WORDS = 0.1
_NAMED = 0.5
_NEAR_THE_BEST = 0.1
_BESIDE = 0.3


def embedded_texts(queries: Queries) -> list[str]:
    """Return the texts whose vectors `rank` needs, each once."""
    return list(dict.fromkeys(filter(None, (*queries.windows, queries.context))))


def rank(
    queries: Queries,
    embedded: Callable[[], Vectors | None],
    store: PassageStore,
    vectors: VectorIndex,
    rows: Rows | None,
    limit: int,
) -> list[tuple[int, float]]:
    """Return row and score of the best passages, among `rows` if given.

    `embedded` gives one row for each of `embedded_texts(queries)`, or None while no vectors can be had; then words and
    names alone decide. It is called once words were looked up.
    """
    depth = max(_DEPTH, limit)
    by_words = store.keyword_search(queries.words, depth, rows)
    topics = named_articles(queries.utterances, store)
    by_code = _codes(queries, store, rows)
    of_topics = store.rows_of(list(topics), _MAX_ROWS_OF_TOPICS)
    if rows is not None:
        of_topics = of_topics[np.isin(of_topics, rows)]
    query_vectors = embedded()
    candidates = {row for row, _ in by_words} | by_code.keys() | set(of_topics.tolist())
    if query_vectors is not None:
        for found in vectors.search(query_vectors, depth, rows):
            candidates |= {row for row, _ in found}
    if not candidates:
        return []
    chosen = np.fromiter(sorted(candidates), dtype=np.int64)
    # Articles are numbered anew, from 0 among the candidates; `of` is the number of each passage's article.
    articles, of = np.unique(store.articles_of(chosen), return_inverse=True)
    named = np.array([topics.get(article, 0.0) for article in articles.tolist()], dtype=np.float32)[of]
    _put(named, chosen, by_code)
    scores = _NAMED * named
    if by_words:
        most = by_words[0][1]
        words = np.zeros_like(scores)
        _put(words, chosen, {row: score / most for row, score in by_words})
        scores += _WORDS * words
    if query_vectors is not None:
        scores += _by_meaning(vectors.vectors_of(chosen), query_vectors, len(queries.windows), scores)
    scores += _BESIDE * _best_two(of, scores)
    best = np.lexsort((chosen, -scores))[:limit]
    return [(int(chosen[i]), float(scores[i])) for i in best]


def _put(values: Vectors, chosen: Rows, of_rows: Mapping[int, float]) -> None:
    """Raise the values of some of the chosen rows to those given."""
    if of_rows:
        places = np.searchsorted(chosen, np.fromiter(of_rows.keys(), dtype=np.int64))
        values[places] = np.maximum(values[places], np.fromiter(of_rows.values(), dtype=np.float32))


def _codes(queries: Queries, store: PassageStore, rows: Rows | None) -> dict[int, float]:
    """Return how strongly passages are named by an identifier they hold; one that many hold names none."""
    named: dict[int, float] = {}
    for code, age in queries.codes.items():
        found = store.code_search(code, _DEPTH, rows)
        for row in found:
            strength = rarity(len(found), max(store.article_count, len(found))) * _FADING**age
            named[row] = max(named.get(row, 0.0), strength)
    return named


def _by_meaning(passages: Vectors, queries: Vectors, windows: int, others: Vectors) -> Vectors:
    """Return the cosine part of the score: the question now, the talk so far, and likeness to the best passages.

    The last is Rocchio's feedback: the mean of the passages that rank first without it is one more query.
    """
    # Not a matrix product: its threads would cost more than these few numbers.
    cosines = np.einsum("pd,qd->pq", passages, queries)
    meaning: Vectors = (cosines[:, :windows].max(axis=1) + cosines[:, :windows].mean(axis=1)) / 2
    if cosines.shape[1] > windows:
        meaning = (1 - _CONTEXT) * meaning + _CONTEXT * cosines[:, -1]
    best = np.argsort(-(meaning + others), kind="stable")[:_FEEDBACK]
    centre = passages[best].mean(axis=0)
    meaning += _NEAR_THE_BEST * np.einsum("pd,d->p", passages, centre / max(float(np.linalg.norm(centre)), 1e-9))
    return meaning


def _best_two(articles: Rows, scores: Vectors) -> Vectors:
    """Return for each passage the mean score of the two best of its article: one that fits twice is likelier meant."""
    order = np.lexsort((-scores, articles))
    _, first = np.unique(articles[order], return_index=True)
    second = np.minimum(first + 1, len(order) - 1)
    second = np.where(articles[order[second]] == articles[order[first]], second, first)
    means: Vectors = np.mean((scores[order[first]], scores[order[second]]), axis=0, dtype=np.float32)
    return means[articles]
