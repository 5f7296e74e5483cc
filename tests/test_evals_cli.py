"""Use the commands of `support-agent eval` as a person or a pipeline would."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.evaluation.eval_group import app
from cli.main import app as support_agent
from core.settings import SAMPLE_BUSINESS, Settings
from evals import results
from evals.conversations.suites import read_scenario
from graph.agent import open_agent
from tests.eval_fakes import manifest, trial, write_suite
from tests.test_evals_runs import EMPTY, PERSON
from tools.retail.importing import import_shop

NAMES = [f"conversation-{n}" for n in range(4)]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SUPPORT_MODEL", "SUPPORT_BASE_URL", "SUPPORT_EVAL_MODEL", "OXLO_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def kept(folder: Path, passing: int) -> Path:
    """Write the results of a run in which so many of four conversations pass."""
    results.start(folder, manifest(*NAMES))
    for number, name in enumerate(NAMES):
        results.save(folder, trial(name, passed=number < passing))
    return folder


def test_run_prints_figures_and_goes_on_where_it_was(tmp_path: Path) -> None:
    write_suite(tmp_path / "suite", PERSON, EMPTY)
    command = ("run", "--suite", "suite", "--only", "person", "--out", "out", "--json")
    first, second = invoke(*command), invoke(*command)
    assert first.exit_code == second.exit_code == 0, first.output
    assert json.loads(first.stdout)["pass"]["1"]["value"] == 1.0
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert invoke("report", "out").exit_code == 0
    assert (tmp_path / "out" / "report.html").read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "nothing"), "--only names 'nothing'"),
        (("--customer", "robot"), "wanted `scripted` or `model`"),
        (("--customer", "model"), "SUPPORT_EVAL_MODEL"),
        (("--judge",), "SUPPORT_EVAL_MODEL"),
        (("--suite", "nowhere"), "suite.yaml cannot be read"),
    ],
)
def test_a_run_that_cannot_be_made_says_what_to_do(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = invoke("run", *arguments)
    assert result.exit_code == 1
    assert said in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("passing", "arguments", "code"),
    [
        (3, ("--pass", "0.75"), 0),
        (2, ("--pass", "0.75"), 1),
        (4, ("--pass", "1", "--kind", "happy_path=1.0", "--evaluator", "end_state=1"), 0),
        (3, ("--pass", "0.5", "--evaluator", "end_state=0.9"), 1),
        (3, ("--pass", "0.5", "--kind", "anger=1"), 1),
        (3, ("--pass", "0.5", "--kind", "happy_path"), 1),
    ],
)
def test_the_gate_shuts_below_its_thresholds(
    tmp_path: Path, passing: int, arguments: tuple[str, ...], code: int
) -> None:
    assert invoke("report", str(kept(tmp_path / "run", passing)), *arguments).exit_code == code


def test_the_gate_shuts_when_a_run_did_not_finish(tmp_path: Path) -> None:
    folder = kept(tmp_path / "run", 4)
    (folder / "trials" / f"{NAMES[0]}.1.json").unlink()
    result = invoke("report", str(folder), "--pass", "0.5", "--json")
    assert (result.exit_code, json.loads(result.stdout)["below"]) == (1, ["the run did not finish"])


def test_compare_shows_what_changed_side_by_side(tmp_path: Path) -> None:
    a, b = kept(tmp_path / "a", 4), kept(tmp_path / "b", 2)
    result = invoke("report", str(a), str(b))
    assert result.exit_code == 0
    assert "conversation-2 (worse)" in result.output
    assert "did not change" in result.output
    assert json.loads(invoke("report", str(a), str(b), "--json").stdout)["common"] == 4


def test_retrieval_is_measured_over_the_articles_of_a_suite(tmp_path: Path) -> None:
    write_suite(tmp_path / "suite", PERSON)
    (tmp_path / "q.yaml").write_text("- {ask: 'How long can I return things?', articles: [returns]}\n")
    result = invoke("retrieval", "--suite", "suite", "--questions", "q.yaml", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["recall@5"], found["mrr"], found["citation precision"]) == (1.0, 1.0, 1.0)


def test_a_stored_thread_becomes_a_conversation_file_that_reads(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "returns.md").write_text("# Returns\n\nYou can return anything for 30 days.\n", encoding="utf-8")
    assert CliRunner().invoke(support_agent, ["ingest", "returns.md"]).exit_code == 0
    settings = Settings.from_env({}, env_file=None)
    import_shop(SAMPLE_BUSINESS / "shop.json", settings.shop_url, replace=True)

    async def converse() -> None:
        async with open_agent(settings) as agent:
            said = "I want to talk to a human. I am Ada Brook, ada.brook@example.com"
            await agent.send("thread-9", said, customer_id="ada_brook_1001")

    asyncio.run(converse())
    done = invoke("capture", "thread-9", "--kind", "human_wanted", "--to", ".")
    assert done.exit_code == 0, done.output
    kept = read_scenario(tmp_path / "captured-thread-9.yaml")
    assert (kept.customer, kept.expect.owner, kept.expect.ticket) == ("ada_brook_1001", "human", {"reason": ("asked",)})
    written = (tmp_path / "captured-thread-9.yaml").read_text(encoding="utf-8")
    assert "ada.brook@" not in written
    assert "Brook" not in written
    assert invoke("capture", "nobody").exit_code == 1
