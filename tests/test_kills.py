"""Kill real processes at a sample of moments; `python -m benchmarks.kills` does it at all of them."""

import json

import pytest

from benchmarks.kills import main

pytestmark = pytest.mark.server


def test_killed_anywhere_a_refund_happens_once_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--every", "20", "--random", "5", "--check", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures["matrix"]["scenarios"] >= 16
    assert figures["matrix"]["duplicate effects"] == 0


def test_without_the_ledger_money_moves_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--every", "15", "--random", "0", "--check", "--json", "--without-ledger"]) == 1
    assert json.loads(capsys.readouterr().out)["figures"]["matrix"]["duplicate effects"] > 0
