"""Read, sum up, compare and show results."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConversationFileError
from evals import results
from evals.reports.comparison import compare
from evals.reports.report import render
from evals.reports.run_summary import summarise
from tests.eval_fakes import manifest, trial, turn

NAMES = [f"conversation-{n}" for n in range(12)]


def run(passing: set[str], **others: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    return manifest(*NAMES, **others), [trial(n, passed=n in passing) for n in NAMES]


def test_a_summary_holds_pass_hat_k_per_kind_and_what_failed() -> None:
    trials = [trial("a", n, passed=n < 4, kind="anger") for n in range(1, 5)] + [trial("b", n) for n in range(1, 5)]
    found = summarise(manifest("a", "b", trials=4), trials)
    assert {k: r["value"] for k, r in found["pass"].items()} == {"1": 0.875, "2": 0.75, "3": 0.625, "4": 0.5}
    assert found["kinds"]["anger"]["pass"]["4"]["value"] == 0.0
    assert found["failures"] == [
        {"scenario": "a", "kind": "anger", "trial": 4, "why": ["end_state: orders/#AF1 did not change"]}
    ]
    assert found["finished"]
    assert not summarise(manifest("a", "b", "c", trials=4), trials)["finished"]


def test_a_digest_ignores_times_and_nothing_else() -> None:
    assert results.digest([trial("a", seconds=1.0)]) == results.digest([trial("a", seconds=2.0)])
    assert results.digest([trial("a")]) != results.digest([trial("a", owner="human")])


def test_a_difference_beyond_chance_is_told_from_one_that_is_not() -> None:
    assert compare(run(set(NAMES)), run(set(NAMES[:4])))["kinds"][0]["verdict"] == "worse"
    assert compare(run(set(NAMES[:4])), run(set(NAMES)))["kinds"][0]["verdict"] == "better"
    few = compare(run(set(NAMES)), run(set(NAMES[1:])))
    assert few["kinds"][0]["verdict"] == "no difference beyond chance"
    assert [(c["scenario"], c["better"]) for c in few["changed"]] == [("conversation-0", False)]
    assert few["changed"][0]["b"]["why"] == ["end_state: orders/#AF1 did not change"]
    assert compare(run(set()), run(set()))["identical"]


def test_runs_of_different_suites_are_not_compared() -> None:
    with pytest.raises(ConversationFileError, match="different conversations"):
        compare(run(set()), run(set(), suite_digest="other"))


def test_a_report_shows_each_failure_and_needs_nothing_from_outside() -> None:
    bad = turn(
        "<script>alert(1)</script>",
        "Sorry.",
        tools=[{"name": "cancel_order", "args": {"order_id": "#AF1"}, "result": "too late", "status": "error"}],
        handoff="the customer is angry",
    )
    failed = trial("conversation-1", passed=False) | {"outputs": trial("x")["outputs"] | {"turns": [bad]}}
    page = render(manifest("conversation-0", "conversation-1"), [trial("conversation-0"), failed])
    for shown in ("end_state: orders/#AF1 did not change", "receive → retrieve → reason", "cancel_order(", "too late"):
        assert shown in page
    assert "the customer is angry" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script" not in page
    assert page.count("<svg") == 2
    assert not re.search(r'(?:src|href)="(?!#)', re.sub(r'xlink:href="#[^"]*"', "", page))


def test_a_report_of_several_trials_draws_pass_hat_k_and_says_when_it_is_unfinished() -> None:
    page = render(manifest("a", "b", trials=2), [trial("a", 1), trial("a", 2)])
    assert page.count("<svg") == 3
    assert "This run did not finish" in page


def test_a_folder_without_results_or_with_a_torn_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConversationFileError, match="eval run --out"):
        results.read(tmp_path)
    results.start(tmp_path, manifest("a"))
    results.save(tmp_path, trial("a"))
    assert len(results.read(tmp_path)[1]) == 1
    (tmp_path / "trials" / "a.1.json").write_text(json.dumps(trial("a"))[:50])
    with pytest.raises(ConversationFileError, match="cannot be read"):
        results.read(tmp_path)
