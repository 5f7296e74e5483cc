"""The policy is data: a shop changes limits in its file, and a misspelt limit is noticed."""

from pathlib import Path

import pytest
import yaml

from core.errors import Refused, SettingsError
from tests.fakes import ADA, PENDING
from tools.retail.policy import PACKAGED, load_policy
from tools.retail.rules import order_rules as rules


def edited(tmp_path: Path, **changes: object) -> Path:
    file = tmp_path / "policy.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(PACKAGED.read_text()) | changes, allow_unicode=True))
    return file


def test_a_shop_sets_its_own_limits_without_code(tmp_path: Path) -> None:
    stricter = load_policy(edited(tmp_path, cancel={"statuses": ["pending"], "reasons": ["changed my mind"]}))
    assert rules.cancel_order(stricter, ADA, PENDING, reason="Changed my mind").args["reason"] == "changed my mind"
    with pytest.raises(Refused, match="changed my mind"):
        rules.cancel_order(stricter, ADA, PENDING, reason="ordered by mistake")
    assert load_policy(edited(tmp_path, countries={})).country("Norway") == "Norway"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"cancel": {"statuses": ["gone"], "reasons": ["x"]}}, r"cancel\.statuses\.0: came 'gone'"),
        ({"canel": {}}, "canel"),
        ({"approval_hours": 0}, "approval_hours"),
        ({"exchange": {"statuses": ["delivered"], "window_day": 3}}, r"exchange\.window_day"),
        ({"countries": {"USA": ["US"], "Canada": ["us"]}}, "two countries"),
    ],
)
def test_a_broken_policy_is_named(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_policy(edited(tmp_path, **changes))


def test_a_policy_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.yaml:1: it cannot be read"):
        load_policy(tmp_path / "none.yaml")
    (tmp_path / "odd.yaml").write_text("a: [")
    with pytest.raises(SettingsError, match=r"odd\.yaml:\d+: "):
        load_policy(tmp_path / "odd.yaml")
    (tmp_path / "odd.yaml").write_text("just text")
    with pytest.raises(SettingsError, match="policy file"):
        load_policy(tmp_path / "odd.yaml")
