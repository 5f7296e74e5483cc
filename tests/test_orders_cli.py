"""`support-agent orders` loads, lists, shows and exports the shop."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.retail.orders import app
from core.errors import InputError
from core.settings import SAMPLE_BUSINESS

SAMPLE = SAMPLE_BUSINESS / "shop.json"


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_shop_is_imported_listed_shown_and_exported(tmp_path: Path) -> None:
    run = CliRunner()
    report = run.invoke(app, ["import", str(SAMPLE), "--json"])
    assert json.loads(report.stdout)["orders"] == 120
    assert (tmp_path / "var" / "shop.db").exists()
    listed = json.loads(run.invoke(app, ["show", "--customer", "ada_brook_1001", "--json"]).stdout)
    assert {order["order_id"] for order in listed} >= {"#AF10326"}
    assert "#AF10326" in run.invoke(app, ["show", "--customer", "ada_brook_1001"]).stdout
    order = json.loads(run.invoke(app, ["show", "10326", "--customer", "ada_brook_1001", "--json"]).stdout)
    assert order["status"] == "pending"
    assert run.invoke(app, ["export", "out.json"]).exit_code == 0
    assert json.loads(Path("out.json").read_text()) == json.loads(SAMPLE.read_text())


def test_a_shop_is_imported_as_of_today() -> None:
    run = CliRunner()
    assert run.invoke(app, ["import", str(SAMPLE), "--shift-dates"]).exit_code == 0
    orders = json.loads(run.invoke(app, ["show", "--customer", "ada_brook_1001", "--json"]).stdout)
    assert max(order["ordered_at"] for order in orders) <= f"{date.today() - timedelta(days=1)}"
    assert max(order["ordered_at"] for order in orders) > f"{date.today() - timedelta(days=60)}"


def test_staff_are_told_in_their_words_which_order_or_customer_there_is_not() -> None:
    run = CliRunner()
    run.invoke(app, ["import", str(SAMPLE)])
    foreign = run.invoke(app, ["show", "#AF10326", "--customer", "malik_osei_1002"]).exception
    assert isinstance(foreign, InputError)
    assert "no order '#AF10326'" in str(foreign)
    assert "support-agent orders show --customer malik_osei_1002" in str(foreign)
    for arguments in (["show", "--customer", "bob"], ["show", "GK9", "--customer", "bob"]):
        unknown = run.invoke(app, arguments).exception
        assert isinstance(unknown, InputError)
        assert "no customer 'bob' in Alder & Finch" in str(unknown)
        assert "sign in" not in str(unknown)
