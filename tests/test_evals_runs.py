"""Run small suites against the real graph: isolated, repeatable, resumable, told apart when something differs."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from benchmarks.support.models.scripted import ScriptedChatModel
from core.errors import ConversationFileError
from core.settings import Settings
from evals import results
from evals.conversations.played_customers import ScriptedCustomer
from evals.reports.run_summary import summarise
from evals.runner import RunOptions, manifest, run_suite, trial_seed
from tests.eval_fakes import with_model, write_suite

SETTINGS = Settings.from_env({}, None)
CANCEL: dict[str, Any] = {
    "id": "cancel",
    "kind": "happy_path",
    "customer": "ada_brook_1001",
    "wants": "#AF10326 cancelled.",
    "lines": ["Please cancel order #AF10326, I ordered it by mistake."],
    "answers": [{"to": {"confirmation": True}, "say": "Yes"}],
    "expect": {"actions": [{"tool": "cancel_order", "args": {"order_id": "#AF10326", "reason": "ordered by mistake"}}]},
}
PERSON: dict[str, Any] = {
    "id": "person",
    "kind": "human_wanted",
    "customer": "ada_brook_1001",
    "wants": "A person.",
    "lines": ["I want to talk to a human."],
    "expect": {"owner": "human", "ticket": {"reason": "asked"}, "max_requests": 0},
}
EMPTY: dict[str, Any] = {
    "id": "empty",
    "kind": "empty_or_enormous",
    "customer": None,
    "wants": "Nothing.",
    "lines": ["", "How long can I return things?"],
    "expect": {"rejects": True, "facts": {"must": ["30 days"]}, "cites": ["returns"]},
}


async def test_a_run_judges_what_happened_in_shop_desk_and_replies(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", CANCEL, PERSON, EMPTY)
    options = RunOptions(trials=2)
    trials = await run_suite(suite, SETTINGS, options, tmp_path / "run")
    summary = summarise(manifest(suite, SETTINGS, options), trials)
    assert summary["failures"] == []
    assert summary["finished"]
    assert summary["pass"]["2"]["value"] == 1.0
    cancel = next(t for t in trials if t["scenario"] == "cancel")["outputs"]
    assert list(cancel["changes"]) == ["orders/#AF10326"]
    assert [t["confirmation"] for t in cancel["turns"]] == [True, False]
    assert cancel["turns"][0]["path"][:3] == ["receive", "retrieve", "reason"]
    assert "cancel_order" in [call["name"] for call in cancel["turns"][0]["tools"]]


async def test_two_runs_with_the_same_seed_are_identical(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", CANCEL, PERSON, EMPTY)
    one = await run_suite(suite, SETTINGS, RunOptions(concurrency=1), tmp_path / "one")
    other = await run_suite(suite, SETTINGS, RunOptions(concurrency=3), tmp_path / "other")
    assert results.digest(one) == results.digest(other)
    assert trial_seed(0, "cancel", 1) == trial_seed(0, "cancel", 1) != trial_seed(1, "cancel", 1)


async def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", PERSON, EMPTY)
    await run_suite(suite, SETTINGS, RunOptions(), tmp_path / "run")
    kept, lost = (tmp_path / "run" / "trials" / f"{name}.1.json" for name in ("person", "empty"))
    written = kept.stat().st_mtime_ns
    lost.unlink()
    ran: list[str] = []
    trials = await run_suite(
        suite, SETTINGS, RunOptions(), tmp_path / "run", on_trial=lambda t: ran.append(t["scenario"])
    )
    assert ran == ["empty"]
    assert len(trials) == 2
    assert kept.stat().st_mtime_ns == written


async def test_results_of_another_run_are_never_gone_on_with(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", PERSON)
    await run_suite(suite, SETTINGS, RunOptions(), tmp_path / "run")
    with pytest.raises(ConversationFileError, match="differs in seed"):
        await run_suite(suite, SETTINGS, RunOptions(seed=1), tmp_path / "run")
    results.clear(tmp_path / "run")
    assert await run_suite(suite, SETTINGS, RunOptions(seed=1), tmp_path / "run")


async def test_trials_side_by_side_do_not_see_each_other(tmp_path: Path) -> None:
    twins = [CANCEL | {"id": f"cancel-{n}"} for n in range(4)]
    trials = await run_suite(
        write_suite(tmp_path / "suite", *twins), SETTINGS, RunOptions(concurrency=4), tmp_path / "run"
    )
    assert [t["passed"] for t in trials] == [True] * 4


async def test_a_crash_of_the_agent_fails_its_trial_and_not_the_run(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", EMPTY, PERSON)

    broken = with_model(ScriptedChatModel(answers=[RuntimeError("disk on fire")]))
    trials = await run_suite(suite, SETTINGS, RunOptions(), tmp_path / "run", make_agent=broken)
    empty, person = trials
    assert not empty["passed"]
    assert any("RuntimeError: disk on fire" in v["comment"] for v in empty["verdicts"] if v["key"] == "errors")
    assert person["passed"]


async def test_an_endless_conversation_ends_at_the_bound(tmp_path: Path) -> None:
    class Endless(ScriptedCustomer):
        async def next_line(self, turns: list[dict[str, Any]]) -> str:
            return "And?"

    trials = await run_suite(
        write_suite(tmp_path / "suite", PERSON | {"expect": {}}),
        SETTINGS,
        RunOptions(max_turns=3),
        tmp_path / "run",
        make_agent=with_model(ScriptedChatModel(answers=[AIMessage("Go on.")])),
        customer=lambda scenario, seed: Endless(scenario),
    )
    assert len(trials[0]["outputs"]["turns"]) == 3
