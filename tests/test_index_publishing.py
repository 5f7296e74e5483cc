"""Readers never see a torn knowledge base, whatever happens to the files or to the one who writes them."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import IndexBusy, IndexCorrupt, IndexNotFound, KnowledgeError
from core.passages import Utterance
from ingest.index.published_index import OpenIndex, open_current
from ingest.index.publishing import roll_back, writing
from ingest.index.versions import FILES, current_name, version_folder, version_names
from ingest.pipeline import ingest
from ingest.search.article_search import HybridRetriever
from tests.knowledge_fakes import WordEmbeddings, ingest_texts, options, write_articles

ROOT = Path(__file__).resolve().parent.parent
FIRST, SECOND = "# Time\n\nFirst edition takes days.", "# Time\n\nSecond edition takes days."


def two_versions(tmp_path: Path) -> Path:
    index_dir, _ = ingest_texts(tmp_path, {"time": FIRST})
    write_articles(tmp_path / "source", time=SECOND)
    ingest([tmp_path / "source"], options(index_dir))
    return index_dir


def served(index_dir: Path) -> str:
    retriever = HybridRetriever(index_dir, WordEmbeddings(), "words")
    (found,) = retriever.search_now([Utterance("customer", "how many days does it take")], limit=1)
    retriever.close()
    return found.text.split()[0]


def flip_a_bit(path: Path, place: float) -> None:
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
def test_after_a_flipped_bit_the_previous_version_serves(tmp_path: Path, name: str, place: float) -> None:
    index_dir = two_versions(tmp_path)
    newest = version_folder(index_dir, version_names(index_dir)[0])
    assert served(index_dir) == "Second"
    flip_a_bit(newest / name, place)
    assert served(index_dir) == "First"
    index, notice = open_current(index_dir, "words")
    index.retire()
    assert "serving the older version" in notice


def test_a_damaged_pointer_does_not_stop_serving(tmp_path: Path) -> None:
    index_dir = two_versions(tmp_path)
    flip_a_bit(index_dir / "CURRENT", 0.2)
    assert served(index_dir) == "Second"
    (index_dir / "CURRENT").unlink()
    assert served(index_dir) == "Second"


def test_when_no_version_is_whole_the_error_says_what_to_do(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"time": FIRST})
    flip_a_bit(version_folder(index_dir, version_names(index_dir)[0]) / FILES[0], 0.5)
    with pytest.raises(IndexCorrupt, match="support-agent ingest SOURCE"):
        open_current(index_dir, "words")
    report = ingest([tmp_path / "source"], options(index_dir))
    assert report.published
    assert served(index_dir) == "First"


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 10, 100, 500, 4_000, 30_000])
def test_on_a_full_disk_the_previous_version_serves(tmp_path: Path, size: int) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"time": FIRST})
    write_articles(tmp_path / "source", time=SECOND)
    with largest_file(size), pytest.raises(KnowledgeError, match=r"published before still serves|cannot be written"):
        ingest([tmp_path / "source"], options(index_dir))
    assert served(index_dir) == "First"
    assert ingest([tmp_path / "source"], options(index_dir)).published
    assert served(index_dir) == "Second"


@pytest.mark.server
def test_racing_and_killed_publishers_cause_no_bad_load() -> None:
    command = [sys.executable, "-m", "benchmarks.publish_race", "--seconds", "3", "--kills", "100", "--json", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    counts = {figure["name"]: figure["value"] for figure in json.loads(done.stdout)["figures"]}
    assert counts["loads meanwhile"] > 10
    assert counts["publishers killed at work, of 100"] > 20


def test_rolling_back_serves_the_version_before_and_running_readers_follow(tmp_path: Path) -> None:
    index_dir = two_versions(tmp_path)
    retriever = HybridRetriever(index_dir, WordEmbeddings(), "words")
    question = [Utterance("customer", "how many days does it take")]
    assert retriever.search_now(question, limit=1)[0].text.startswith("Second")
    assert roll_back(index_dir) == version_names(index_dir)[1]
    assert retriever.search_now(question, limit=1)[0].text.startswith("First")
    with pytest.raises(IndexNotFound, match="knowledge show"):
        roll_back(index_dir)


def test_old_versions_are_removed_but_not_one_that_is_read(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"time": FIRST})
    oldest = version_names(index_dir)[0]
    reader = OpenIndex(version_folder(index_dir, oldest))
    for edition in range(8):
        write_articles(tmp_path / "source", time=f"# Time\n\nEdition {edition}.")
        ingest([tmp_path / "source"], options(index_dir))
    kept = version_names(index_dir)
    assert len(kept) == 6
    assert oldest in kept
    reader.retire()
    write_articles(tmp_path / "source", time="# Time\n\nThe last edition.")
    ingest([tmp_path / "source"], options(index_dir))
    assert oldest not in version_names(index_dir)
    assert len(version_names(index_dir)) == 5


def test_leftovers_of_a_killed_publisher_are_cleared_away(tmp_path: Path) -> None:
    index_dir, _ = ingest_texts(tmp_path, {"time": FIRST})
    (index_dir / "versions" / ".half-written").mkdir()
    write_articles(tmp_path / "source", time=SECOND)
    ingest([tmp_path / "source"], options(index_dir))
    assert not (index_dir / "versions" / ".half-written").exists()
    assert current_name(index_dir) == version_names(index_dir)[0]


def test_waiting_for_another_ingest_ends_with_a_clear_refusal(tmp_path: Path) -> None:
    with writing(tmp_path / "index"), pytest.raises(IndexBusy), writing(tmp_path / "index", wait_seconds=0.06):
        pass
