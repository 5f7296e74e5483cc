"""Measure what questions in six languages find: in English articles, and in articles of their own language.

    python -m benchmarks.cross_language [--json] [--check] [--model minilm|multilingual-e5]

The questions were written from the articles before any was searched. `--means` writes the mean vector of each language,
of the fixed sentences, to core/embeddings/e5_means.npz.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from langchain_core.embeddings import Embeddings

from benchmarks.support.figures import Figure, parser, report
from core.embeddings.minilm import MiniLM
from core.embeddings.multilingual_e5 import NAME, MultilingualE5
from core.factory import embedded_e5
from core.language.fixed_sentences import PHRASES
from core.passages import Utterance
from core.settings import SAMPLE_BUSINESS
from ingest.pipeline import IngestOptions, ingest
from ingest.search.article_search import HybridRetriever

HERE = Path(__file__).resolve().parent
DATA = HERE / "data"
DEPTH = 5
TARGETS = {NAME: (0.80, 0.92)}
Question = tuple[list[str], set[str]]
SENTENCES = 30
"""Of each language, so many fixed sentences make its mean."""


def means_of(model: MultilingualE5) -> dict[str, Any]:
    """Return the mean vector of each language's fixed sentences, as questions and as passages."""
    said = {
        language: [text for text in PHRASES[language].values() if len(text) > 25][:SENTENCES] for language in PHRASES
    }
    found: dict[str, Any] = {}
    for side, embed in (
        ("query", lambda texts: [model.embed_query(t) for t in texts]),
        ("passage", model.embed_documents),
    ):
        of = {language: np.mean(embed(texts), axis=0, dtype=np.float32) for language, texts in said.items()}
        found |= {f"{side}_{language}": mean for language, mean in of.items()}
        found[f"{side}_any"] = np.mean(list(of.values()), axis=0, dtype=np.float32)
    return found


def options(folder: Path, model: Embeddings, name: str) -> IngestOptions:
    """Return how the articles are published."""
    return IngestOptions(
        index_dir=folder, embeddings=model, embedding_model=name, count_tokens=MiniLM().count_tokens, trusted=True
    )


def questions() -> tuple[list[Question], list[Question], list[Question], list[dict[str, str]]]:
    """Return those to English articles, those to articles of their own, the English ones, and the articles."""
    cross = yaml.safe_load((DATA / "questions_by_language.yaml").read_text(encoding="utf-8"))
    own = yaml.safe_load((DATA / "articles_by_language.yaml").read_text(encoding="utf-8"))
    asked = own.pop("questions")
    lines = (HERE / "shop_questions.jsonl").read_text(encoding="utf-8").splitlines()
    english = [(line["dialogue"], set(line["articles"])) for line in map(json.loads, lines)]
    articles = [article | {"locale": language} for language, of in own.items() for article in of]
    return _read(cross), _read(asked), english, articles


def _read(by_language: dict[str, list[list[Any]]]) -> list[Question]:
    return [
        ([text], {wanted} if isinstance(wanted, str) else set(wanted))
        for pairs in by_language.values()
        for text, wanted in pairs
    ]


async def hits(retriever: HybridRetriever, asked: Sequence[Question]) -> tuple[float, float]:
    """Return the share of questions whose article comes first, and of those where it is among the first five."""
    first = among = 0
    for dialogue, wanted in asked:
        turns = [
            Utterance("customer" if (len(dialogue) - place) % 2 else "agent", text)
            for place, text in enumerate(dialogue)
        ]
        found = [passage.article_id for passage in await retriever.search(turns, limit=DEPTH)]
        first += found[:1] != [] and found[0] in wanted
        among += not wanted.isdisjoint(found)
    return first / len(asked), among / len(asked)


def _written(articles: Sequence[dict[str, str]], scratch: Path) -> Path:
    """Write articles into a folder, as a business would."""
    folder = scratch / "articles"
    folder.mkdir()
    for article in articles:
        head = f"---\nid: {article['id']}\nlocale: {article['locale']}\naudience: customer\n---\n"
        text = f"{head}\n# {article['title']}\n\n{article['text']}\n"
        (folder / f"{article['id']}.md").write_text(text, encoding="utf-8")
    return folder


async def measure(name: str) -> list[Figure]:
    """Return every figure of a model."""
    model: Embeddings = embedded_e5() if name == NAME else MiniLM()
    cross, own, english, articles = questions()
    least = TARGETS.get(name, (None, None))
    with tempfile.TemporaryDirectory(prefix="languages-") as scratch:
        folder = Path(scratch) / "index"
        ingest([str(SAMPLE_BUSINESS / "articles")], options(folder, model, name))
        retriever = HybridRetriever(folder, model, name)
        told: list[tuple[str, tuple[float, float], float | None]] = [
            ("English questions, English articles", await hits(retriever, english), None)
        ]
        told.append(
            (f"{len(cross)} questions in six languages, English articles", await hits(retriever, cross), least[0])
        )
        ingest(
            [str(SAMPLE_BUSINESS / "articles"), str(_written(articles, Path(scratch)))], options(folder, model, name)
        )
        retriever = HybridRetriever(folder, model, name)
        told.append((f"{len(own)} questions, articles of their own language", await hits(retriever, own), least[1]))
        told.append(("six languages, English articles, all in one index", await hits(retriever, cross), None))
    return [
        figure
        for what, (first, among), target in told
        for figure in (Figure(f"{what}: hit@1", first), Figure(f"{what}: hit@{DEPTH}", among, target))
    ]


def main() -> int:
    """Print the figures and return the exit code; or write the means."""
    asked = parser(__doc__)
    asked.add_argument("--model", choices=("minilm", NAME), default=NAME, help="embedding model")
    asked.add_argument("--means", action="store_true", help="write the mean vectors instead")
    chosen = asked.parse_args()
    if chosen.means:
        file = HERE.parent / "core" / "embeddings" / "e5_means.npz"
        np.savez_compressed(file, **means_of(MultilingualE5(None)))
        return 0
    return report(f"questions across languages, {chosen.model}", asyncio.run(measure(chosen.model)), chosen)


if __name__ == "__main__":
    sys.exit(main())
