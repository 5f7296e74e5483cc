"""Measure what retrieval finds, how long a query takes and what an ingest costs beyond the embedding model itself.

    python -m benchmarks.retrieval [--json] [--check] [--data FOLDER]

All corpora with the same settings: `dstc11`, questions late in real dialogues about hotels and restaurants;
`tau3_banking`, long scenarios about a bank's articles; questions about the sample shop's own articles; and three probes
of other trades (an airline, a software service, a telephone company). The weights of the ranking were chosen while
looking mostly at the first half (even numbers) of the first two; both halves are printed, neither is wholly unseen. The
probes were written afterwards; of all weights only that of the talk before was changed in view of them.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from benchmarks.support.figures import Figure, parser, report
from core.embeddings.minilm import MiniLM
from core.passages import Passage, Utterance
from core.settings import SAMPLE_BUSINESS
from ingest.documents_read import Document
from ingest.pipeline import IngestOptions, IngestReport, ingest, ingest_documents
from ingest.search.article_search import HybridRetriever
from ingest.search.rerank_fusion import RerankedIndex

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"

Label = tuple[str, int, str, int, int | None]
Question = tuple[Sequence[Utterance], Callable[[Passage], bool]]
"""A dialogue that ends with a question, and what says whether a passage answers it."""

DEPTH = 5


class Timed(Embeddings):
    """Add up the time spent inside an embedding model."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self.seconds = 0.0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the model's vectors."""
        started = time.perf_counter()
        try:
            return self._model.embed_documents(texts)
        finally:
            self.seconds += time.perf_counter() - started

    def embed_query(self, text: str) -> list[float]:
        """Return the model's vector."""
        return self.embed_documents([text])[0]


def options_for(folder: Path, model: MiniLM, embeddings: Embeddings | None = None) -> IngestOptions:
    """Return the settings an ordinary ingest has."""
    return IngestOptions(
        index_dir=folder, embeddings=embeddings or model, embedding_model="minilm", count_tokens=model.count_tokens
    )


def dstc11_documents(data: Path) -> tuple[list[Document], dict[tuple[str, int], Label]]:
    """Return one document per hotel and restaurant, and the label of each of its passages by position."""
    documents: list[Document] = []
    labels: dict[tuple[str, int], Label] = {}
    for domain, entities in json.loads((data / "dstc11/knowledge.json").read_text()).items():
        for entity_id, entity in entities.items():
            article = f"{domain}/{entity_id}"
            pieces: list[str] = []
            for number, faq in entity.get("faqs", {}).items():
                labels[article, len(pieces)] = (domain, int(entity_id), "faq", int(number), None)
                pieces.append(f"{faq['question']} {faq['answer']}")
            for number, review in entity.get("reviews", {}).items():
                for sentence, text in review["sentences"].items():
                    labels[article, len(pieces)] = (domain, int(entity_id), "review", int(number), int(sentence))
                    pieces.append(text)
            documents.append(Document(id=article, title=entity["name"], pieces=tuple(pieces)))
    return documents, labels


def dstc11_questions(data: Path, labels: dict[tuple[str, int], Label]) -> list[Question]:
    """Return each dialogue of dstc11 up to a customer's question; passages that answer it are labelled."""

    def question(entry: dict[str, Any]) -> Question:
        wanted = {
            (k["domain"], k["entity_id"], k["doc_type"], k["doc_id"], k.get("sent_id")) for k in entry["knowledge"]
        }
        dialogue = [Utterance("customer" if t["speaker"] == "U" else "agent", t["text"]) for t in entry["dialog"]]
        return dialogue, lambda passage: labels[passage.article_id, passage.position] in wanted

    return [question(entry) for entry in json.loads((data / "dstc11/dialogs.json").read_text())]


def article_questions(questions: Path) -> list[Question]:
    """Return dialogues that end with a question, for which any passage of a right article will do."""

    def question(entry: dict[str, Any]) -> Question:
        last = len(entry["dialogue"]) - 1
        dialogue = [
            Utterance("customer" if (last - place) % 2 == 0 else "agent", text)
            for place, text in enumerate(entry["dialogue"])
        ]
        return dialogue, lambda passage: passage.article_id in entry["articles"]

    return [question(json.loads(line)) for line in questions.read_text(encoding="utf-8").splitlines()]


def search(index: HybridRetriever | RerankedIndex, questions: Sequence[Question]) -> tuple[list[int], list[float]]:
    """Return the rank of the first right passage for each question, `DEPTH` for none, and the milliseconds it took."""
    ranks, milliseconds = [], []
    for dialogue, is_right in questions:
        started = time.perf_counter()
        found = index.search_now(dialogue, limit=DEPTH)
        milliseconds.append((time.perf_counter() - started) * 1000)
        right = [is_right(passage) for passage in found]
        ranks.append(right.index(True) if True in right else DEPTH)
    return ranks, milliseconds


def hit(ranks: Sequence[int], depth: int) -> float:
    """Return the share of questions with a right passage among the first `depth`."""
    return statistics.fmean(rank < depth for rank in ranks)


def dstc11(data: Path, folder: Path, model: MiniLM) -> Iterator[Figure]:
    """Measure hit@5 of any labelled passage, the time of a query, and the cost of the ingest."""
    documents, labels = dstc11_documents(data)
    timed = Timed(model)
    made = ingest_documents(iter(documents), options_for(folder, model, timed))
    index = HybridRetriever(folder, model, "minilm")
    # The model sees each question for the first time: nothing remembers vectors here, as the agent would.
    ranks, milliseconds = search(index, dstc11_questions(data, labels))
    index.close()
    yield Figure("dstc11 hit@5", hit(ranks, 5), 0.62)
    yield Figure("dstc11 hit@5, even dialogues", hit(ranks[::2], 5))
    yield Figure("dstc11 hit@5, odd dialogues", hit(ranks[1::2], 5))
    yield Figure("dstc11 hit@1", hit(ranks, 1))
    yield Figure(f"query over {made.passages:,} passages, median ms", statistics.median(milliseconds))
    yield Figure("query, p95 ms", statistics.quantiles(milliseconds, n=20)[-1], 12.0, "at most")
    yield Figure("full ingest over the embedding model's own time", made.seconds / timed.seconds, 1.15, "at most")


def tau3_banking(data: Path, folder: Path, model: MiniLM) -> Iterator[Figure]:
    """Measure recall of the required documents, and an ingest that has nothing to do."""
    options = replace(options_for(folder, model), trusted=True)  # procedures written for agents, on purpose
    ingest([data / "tau3_banking/documents"], options)
    again: IngestReport = ingest([data / "tau3_banking/documents"], options)
    retriever = HybridRetriever(folder, model, "minilm")
    recalls: dict[int, list[float]] = {10: [], 50: []}
    for task in json.loads((data / "tau3_banking/tasks.json").read_text()):
        found = retriever.search_now([Utterance("customer", task["user_scenario"]["instructions"])], limit=400)
        articles = list(dict.fromkeys(passage.article_id for passage in found))
        wanted = set(task["required_documents"])
        for depth, values in recalls.items():
            values.append(len(wanted & set(articles[:depth])) / len(wanted))
    retriever.close()
    for depth, target in ((10, 0.33), (50, 0.70)):
        yield Figure(f"tau3_banking recall@{depth}", statistics.fmean(recalls[depth]), target)
        yield Figure(f"tau3_banking recall@{depth}, even tasks", statistics.fmean(recalls[depth][::2]))
        yield Figure(f"tau3_banking recall@{depth}, odd tasks", statistics.fmean(recalls[depth][1::2]))
    yield Figure("second ingest of 698 articles, passages embedded", again.embedded, 0, "at most")
    yield Figure("second ingest of 698 articles, seconds", again.seconds, 2.0, "at most")


def small_corpora() -> list[tuple[str, Path, Path]]:
    """Return name, articles and questions of the sample shop and of the three other trades."""
    probes = sorted((ROOT / "benchmarks/probes").glob("*.json"))
    return [
        ("sample shop", SAMPLE_BUSINESS / "articles", ROOT / "benchmarks/shop_questions.jsonl"),
        *((f"probe {probe.stem}", probe, probe.with_suffix(".jsonl")) for probe in probes),
    ]


def right_articles(name: str, articles: Path, questions: Path, folder: Path, model: MiniLM) -> Iterator[Figure]:
    """Measure hit@1, hit@3 and hit@5 of a right article for dialogues that end with a question."""
    ingest([articles], options_for(folder, model))
    index = HybridRetriever(folder, model, "minilm")
    ranks, _ = search(index, article_questions(questions))
    index.close()
    for depth in (1, 3, 5):
        yield Figure(f"{name} hit@{depth}", hit(ranks, depth))


def main() -> int:
    """Run all corpora and print the figures."""
    options = parser(__doc__)
    options.add_argument("--data", type=Path, default=DATA, help="folder with dstc11/ and tau3_banking/")
    arguments = options.parse_args()
    model = MiniLM()
    model.embed_query("open the model before the clock runs")
    with tempfile.TemporaryDirectory() as folder:
        figures = [
            *dstc11(arguments.data, Path(folder, "dstc11"), model),
            *tau3_banking(arguments.data, Path(folder, "banking"), model),
            *(
                figure
                for name, articles, questions in small_corpora()
                for figure in right_articles(name, articles, questions, Path(folder, name), model)
            ),
        ]
    return report("retrieval", figures, arguments)


if __name__ == "__main__":
    sys.exit(main())
