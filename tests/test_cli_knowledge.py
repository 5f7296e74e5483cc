"""Look into the knowledge index from the command line: each command, what it prints and the exit code it ends with."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.knowledge_fakes import write_articles
from tests.terminal import Terminal

ARTICLES = {
    "returns": (
        "---\nlocale: en\nreviewed: 2020-01-01\n---\n# Returns\n\n## Time\n\nYou can send an item back within 30 "
        "days of its delivery."
    ),
    "policy": "# Returns of items\n\n## Time\n\nYou can send an item back within 14 days of its delivery.",
    "kettle": "# Kettle K-200\n\nE-1042 means that the kettle is dry.",
}


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """Return a terminal with two versions of a small index, the newer one serving."""
    folder = tmp_path_factory.mktemp("shop")
    made = Terminal(folder)
    write_articles(folder / "source", **ARTICLES)
    made.run("ingest", str(folder / "source"))
    write_articles(folder / "source", fees="# Fees\n\nLate fees are nine dollars.")
    made.run("ingest", str(folder / "source"))
    return made


def answer(terminal: Terminal, *arguments: str, code: int = 0) -> Any:
    return json.loads(terminal.run("knowledge", *arguments, "--json", code=code)[0])


def test_search_prints_what_the_agent_would_see(terminal: Terminal) -> None:
    found = answer(terminal, "search", "what does E-1042 mean", "--limit", "2")
    assert len(found) == 2
    assert found[0]["article_id"] == "kettle.md"
    assert found[0]["score"] > found[1]["score"]
    assert {"id", "title", "headings", "url", "position", "text", "metadata"} <= set(found[0])
    shown, _ = terminal.run("knowledge", "search", "what does E-1042 mean", "--limit", "1")
    assert "Kettle K-200" in shown
    assert found[0]["id"] in shown


def test_search_takes_a_dialogue_and_filters(terminal: Terminal) -> None:
    turns = ("The kettle K-200 is broken", "What does it show?", "E1042")
    assert answer(terminal, "search", *turns, "--limit", "1")[0]["article_id"] == "kettle.md"
    filtered = answer(terminal, "search", "send it back", "--where", "locale=en")
    assert {passage["article_id"] for passage in filtered} == {"returns.md"}
    assert answer(terminal, "search", "send it back", "--where", "locale=fr") == []
    assert "write key=value" in terminal.run("knowledge", "search", "x", "--where", "locale", code=1)[1]


def test_show_prints_one_passage_whole(terminal: Terminal) -> None:
    (passage,) = answer(terminal, "search", "late fees", "--limit", "1")
    assert answer(terminal, "show", passage["id"])["text"] == "Late fees are nine dollars."
    assert "Late fees are nine dollars." in terminal.run("knowledge", "show", passage["id"])[0]
    assert "prints the ids" in terminal.run("knowledge", "show", "nowhere", code=1)[1]


def test_show_without_an_id_counts_what_serves(terminal: Terminal) -> None:
    counted, _ = answer(terminal, "show")
    assert (counted["documents"], counted["passages"], counted["dimension"]) == (4, 4, 384)
    assert (counted["embedding_model"], counted["index_type"], counted["problem"]) == ("minilm", "IndexFlatIP", "")
    assert counted["bytes"] > 10_000


def test_check_lists_contradictions_and_stale_articles(terminal: Terminal) -> None:
    findings = answer(terminal, "check", code=3)
    kinds = {finding["kind"]: finding for finding in findings}
    assert set(kinds["contradiction"]["articles"]) == {"returns.md", "policy.md"}
    assert re.search(r"30.*14|14.*30", kinds["contradiction"]["detail"])
    assert kinds["stale"]["articles"] == ["returns.md"]
    shown, _ = terminal.run("knowledge", "check", code=3)
    assert "contradiction" in shown


def test_check_of_an_index_in_order_finds_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    write_articles(tmp_path / "source", fees="# Fees\n\nLate fees are nine dollars.")
    terminal.run("ingest", str(tmp_path / "source"))
    assert answer(terminal, "check") == []
    assert "Nothing was found" in terminal.run("knowledge", "check")[0]


def test_versions_and_rollback(terminal: Terminal) -> None:
    newest, oldest = answer(terminal, "show")
    assert (newest["serving"], newest["documents"]) == (True, 4)
    assert (oldest["serving"], oldest["documents"]) == (False, 3)
    assert answer(terminal, "rollback") == {"serving": oldest["name"]}
    assert [row["documents"] for row in answer(terminal, "show") if row["serving"]] == [3]
    assert "lists those there are" in terminal.run("knowledge", "rollback", code=1)[1]
    assert newest["name"] in terminal.run("knowledge", "rollback", newest["name"])[0]
    assert [version["serving"] for version in answer(terminal, "show")] == [True, False]
    shown, _ = terminal.run("knowledge", "show")
    assert newest["name"][:8] in shown


def test_a_damaged_version_is_listed_with_its_problem(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    write_articles(tmp_path / "source", fees="# Fees\n\nLate fees are nine dollars.")
    terminal.run("ingest", str(tmp_path / "source"))
    (manifest,) = tmp_path.rglob("manifest.json")
    manifest.write_text("{")
    (version,) = answer(terminal, "show")
    assert "cannot be read" in version["problem"]


def test_bad_files_are_reported_and_the_rest_is_published(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    source = write_articles(tmp_path / "source", fees="# Fees\n\nLate fees are nine dollars.", empty="")
    (source / "scan.xyz").write_bytes(b"\0")
    out, _ = terminal.run("ingest", str(source), "--json", code=3)
    report = json.loads(out)
    assert (report["documents"], report["published"]) == (1, True)
    reasons = {Path(item["source"]).name: item["reason"] for item in report["skipped"]}
    assert "is empty" in reasons["empty.md"]
    assert "unknown kind" in reasons["scan.xyz"]


@pytest.mark.parametrize("command", [("search", "x"), ("show", "x"), ("show",), ("check",), ("rollback",)])
def test_without_an_index_the_next_step_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    _, error = Terminal(tmp_path).run("knowledge", *command, code=1)
    assert "ingest SOURCE" in error or "knowledge show" in error
