"""The gold actions of the τ³ retail tasks leave exactly the expected records behind."""

import json
from pathlib import Path

import pytest

from benchmarks.tau3.__main__ import main
from core.errors import InputError

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "tau3_retail"


@pytest.mark.skipif(not DATA.exists(), reason="shared data is absent")
def test_every_task_ends_as_expected_and_every_listed_refusal_comes(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["replay", "--data", str(DATA), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (report["passed"], report["tasks"], report["refused"], code) == (74, 74, 13, 0)
    assert report["corrected_lines"] == 6
    assert [r["task"] for r in report["results"] if r["needless"]] == ["110"]


def test_a_folder_without_the_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--data"):
        main(["replay", "--data", str(tmp_path)])
