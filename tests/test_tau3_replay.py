"""The gold actions of the τ³ retail tasks leave exactly the expected records behind."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.evaluation.eval_group import app
from core.errors import InputError

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "tau3_retail"


@pytest.mark.skipif(not DATA.exists(), reason="shared data is absent")
def test_every_task_ends_as_expected_and_every_listed_refusal_comes() -> None:
    run = CliRunner().invoke(app, ["tau3", "--replay", "--data", str(DATA), "--json"])
    report = json.loads(run.stdout)
    assert (report["passed"], report["tasks"], report["refused"], run.exit_code) == (74, 74, 13, 0)
    assert report["corrected_lines"] == 6
    assert [r["task"] for r in report["results"] if r["needless"]] == ["110"]


def test_a_folder_without_the_data_is_named(tmp_path: Path) -> None:
    run = CliRunner().invoke(app, ["tau3", "--replay", "--data", str(tmp_path)])
    assert isinstance(run.exception, InputError)
    assert "--data" in str(run.exception)
