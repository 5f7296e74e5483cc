"""Use the evaluators under LangSmith: unchanged, and without a key nothing is sent."""

import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from langsmith import Client, testing

from core.settings import Settings
from evals.conversations.start_state import prepare
from evals.evaluators.evaluator_table import EVALUATORS, judge_all, passed
from evals.reports.langsmith_bridge import evaluate_with_langsmith, examples
from tests.eval_fakes import outputs, turn, wanted, write_suite
from tests.langsmith_fake import fake_langsmith
from tests.test_evals_runs import EMPTY, PERSON


async def test_evaluators_run_under_aevaluate_and_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: tried.append(address))
    suite = write_suite(tmp_path / "suite", PERSON, EMPTY)
    rows = await evaluate_with_langsmith(suite, Settings.from_env({}, None), client=None)
    assert tried == []
    assert {row["id"] for row in rows} == {"person", "empty"}
    for row in rows:
        assert row.keys() == {"id", *EVALUATORS}
        assert row["end_state"] is True
    assert next(row for row in rows if row["id"] == "person")["ticket"] is True


async def test_with_a_client_the_dataset_is_made_from_the_files_once(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", PERSON, EMPTY)
    ground = prepare(suite, Settings.from_env({}, None), tmp_path)
    cases = await examples(suite, ground)
    assert [case["metadata"]["id"] for case in cases] == ["empty", "person"]
    assert cases[1]["outputs"]["owner"] == "human"
    assert cases[1]["inputs"]["lines"][0]["say"] == "I want to talk to a human."


@pytest.mark.server
async def test_an_experiment_is_uploaded_with_every_score_and_its_dataset_is_made_once(tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", PERSON, EMPTY)
    with fake_langsmith() as there:
        client = Client(api_url=there.url, api_key="key")
        for _ in range(2):
            rows = await evaluate_with_langsmith(suite, Settings.from_env({}, None), client=client, dataset="shop")
        client.flush()
        client.close()
    assert {row["id"] for row in rows} == {"person", "empty"}
    assert [dataset["name"] for dataset in there.datasets] == [f"shop-{suite.fingerprint()}"]
    assert {example["metadata"]["id"] for example in there.examples} == {"person", "empty"}
    assert len(there.experiments) == 2
    assert all(experiment["reference_dataset_id"] == there.datasets[0]["id"] for experiment in there.experiments)
    scored = Counter(score["key"] for score in there.feedback)
    assert scored == dict.fromkeys(EVALUATORS, 4)  # two conversations in two experiments


@pytest.mark.langsmith
def test_a_conversation_is_judged_under_the_langsmith_plugin() -> None:
    happened, must = outputs(turn(reply="You have 30 days.", sources=["returns"])), wanted(cites=["returns"])
    testing.log_inputs({"wants": "To know how long."})
    testing.log_outputs(happened)
    testing.log_reference_outputs(must)
    verdicts = judge_all({}, happened, must)
    for v in verdicts:
        testing.log_feedback(key=v["key"], score=v["score"])
    assert not passed(verdicts)  # 30 stands in no passage
    assert next(v for v in verdicts if v["key"] == "citations")["score"] is True
