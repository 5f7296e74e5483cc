"""Publish and load one index at the same time, and kill publishers, counting every load that was not whole.

    python -m benchmarks.publish_race [--json] [--check] [--seconds 60] [--kills 100]

Every version holds articles of one edition only. A load opens the index as an agent does and reads all of it: it is bad
if it raises, or if it sees two editions or a number of vectors that differs from the passages.
"""

import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from benchmarks.support.figures import Figure, parser, report
from core.errors import KnowledgeError
from ingest.documents_read import Document
from ingest.index.published_index import open_current
from ingest.pipeline import IngestOptions, ingest_documents

ARTICLES = 40
READERS = 2
_EDITION = re.compile(r"edition (\d+)")
# Children are forked, so that a hundred of them start in a moment; nothing here uses the model or its threads.
_PROCESSES = multiprocessing.get_context("fork")


class LengthEmbeddings(Embeddings):
    """Embed a text by its length alone: publishing is what is measured here."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector of 16 numbers per text."""
        vectors: list[list[float]] = np.cos(np.outer([len(text) for text in texts], np.arange(16))).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of one text."""
        return self.embed_documents([text])[0]


def publish_edition(folder: Path, edition: int) -> None:
    """Publish a version in which every passage names the edition."""
    options = IngestOptions(
        index_dir=folder,
        embeddings=LengthEmbeddings(),
        embedding_model="length",
        count_tokens=lambda texts: [len(text.split()) for text in texts],
        keep_versions=3,
        wait_seconds=30,
    )
    documents = (Document(id=str(i), title=f"Article {i}", text=f"Text of edition {edition}.") for i in range(ARTICLES))
    ingest_documents(documents, options)


def load_whole(folder: Path) -> int:
    """Open the serving version, read all of it and return its edition.

    Raises:
        KnowledgeError: it could not be opened or read.
        ValueError: it is a mixture.
    """
    index, _ = open_current(folder, "length")
    try:
        with index.in_use():
            texts = [text for article in index.store.articles() for _, _, text in article.passages]
            editions = {int(number) for text in texts for number in _EDITION.findall(text)}
            vectors = len(index.vectors.all_vectors())
    finally:
        index.retire()
    if len(editions) != 1 or len(texts) != ARTICLES or vectors != ARTICLES:
        raise ValueError(f"editions {sorted(editions)}, {len(texts)} passages, {vectors} vectors")
    return editions.pop()


def _publish_until(folder: Path, deadline: float, published: "Synchronized[int]") -> None:
    while time.monotonic() < deadline:
        publish_edition(folder, published.value + 1)
        published.value += 1


def _load_until(folder: Path, deadline: float, loads: "Synchronized[int]", bad: "Synchronized[int]") -> None:
    while time.monotonic() < deadline:
        try:
            load_whole(folder)
        except (KnowledgeError, ValueError, OSError) as error:
            print(f"bad load: {error}", file=sys.stderr)
            with bad.get_lock():
                bad.value += 1
        with loads.get_lock():
            loads.value += 1


def race(folder: Path, seconds: float) -> tuple[int, int, int]:
    """Publish in one process and load in others; return versions published, loads, and bad loads."""
    publish_edition(folder, 0)
    published, loads, bad = (_PROCESSES.Value("i", 0) for _ in range(3))
    deadline = time.monotonic() + seconds
    workers = [_PROCESSES.Process(target=_publish_until, args=(folder, deadline, published))]
    workers += [_PROCESSES.Process(target=_load_until, args=(folder, deadline, loads, bad)) for _ in range(READERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return published.value, loads.value, bad.value


def kill_publishers(folder: Path, kills: int, seed: int = 7) -> tuple[int, int]:
    """Kill a publisher at a random moment again and again; return how many died at work and how many loads were bad."""
    rng = random.Random(seed)
    publish_edition(folder, 0)
    started = time.monotonic()
    undisturbed = _PROCESSES.Process(target=publish_edition, args=(folder, kills + 1))
    undisturbed.start()
    undisturbed.join()
    usual = time.monotonic() - started
    died = bad = 0
    for number in range(1, kills + 1):
        started = time.monotonic()
        victim = _PROCESSES.Process(target=publish_edition, args=(folder, number))
        victim.start()
        assert victim.pid is not None
        victim.join(rng.uniform(0, 1.3 * usual))
        if victim.is_alive():
            os.kill(victim.pid, signal.SIGKILL)
            died += 1
        else:
            usual = time.monotonic() - started  # how long one takes changes with what else the machine does
        victim.join()
        try:
            load_whole(folder)
        except (KnowledgeError, ValueError) as error:
            print(f"bad load: {error}", file=sys.stderr)
            bad += 1
    return died, bad


def figures(folder: Path, seconds: float, kills: int) -> Iterator[Figure]:
    """Run both and yield what was counted."""
    published, loads, bad = race(folder / "race", seconds)
    yield Figure(f"versions published in {seconds:g} s", published)
    yield Figure("loads meanwhile", loads)
    yield Figure("bad loads", bad, 0, "at most")
    died, torn = kill_publishers(folder / "kills", kills)
    yield Figure(f"publishers killed at work, of {kills}", died)
    yield Figure("bad loads after a kill", torn, 0, "at most")


def main() -> int:
    """Run the race and the kills and print the counts."""
    options = parser(__doc__)
    options.add_argument("--seconds", type=float, default=60.0, help="how long publishing and loading race")
    options.add_argument("--kills", type=int, default=100, help="how many publishers are killed")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = list(figures(Path(folder), arguments.seconds, arguments.kills))
    return report("publish_race", measured, arguments)


if __name__ == "__main__":
    sys.exit(main())
