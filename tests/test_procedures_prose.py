"""Prepare the comparison of one model with the rules as procedures and as prose: nothing else may differ."""

from pathlib import Path

import pytest
import yaml

from benchmarks.procedures.prose_or_procedures import ENFORCED, WAYS, customers, folder_for, is_right


@pytest.mark.parametrize("business", ["novanet", "skylark"])
def test_neither_way_has_rules_in_its_connectors(tmp_path: Path, business: str) -> None:
    for way in WAYS:
        [path] = (folder_for(way, business, tmp_path) / "connectors").glob("*.yaml")
        tools = yaml.safe_load(path.read_text("utf-8"))["tools"]
        assert any(tool["effect"] == "write" for tool in tools.values())
        assert not any(key in tool for tool in tools.values() for key in ENFORCED)


def test_the_prose_says_what_the_procedures_enforce(tmp_path: Path) -> None:
    prose, procedures = (folder_for(way, "skylark", tmp_path) for way in WAYS)
    said = " ".join(yaml.safe_load((prose / "business.yaml").read_text("utf-8"))["instructions"])
    assert "is cancelled already" in said
    assert not (prose / "procedures").exists()
    assert (procedures / "procedures" / "cancel-reservation.md").is_file()
    assert "is cancelled already" not in (procedures / "business.yaml").read_text("utf-8")


def test_as_many_customers_have_to_be_refused_as_served() -> None:
    found = customers(3)
    assert [bool(one.get("actions")) for one in found] == [False, True] * 3
    assert {one["business"] for one in customers(20)} == {"novanet", "skylark"}


def test_a_refusal_needs_its_sentence_and_a_service_its_very_write() -> None:
    refuse, serve = {"words": ["not free"]}, {"actions": [{"tool": "book", "slot": "S1"}]}
    assert is_right(refuse, [], "That time is NOT free.")
    assert not is_right(refuse, [], "I do not know.")
    assert not is_right(refuse, [{"tool": "book"}], "not free")
    assert is_right(serve, [{"tool": "book", "slot": "S1", "reason": "slow"}], "")
    assert not is_right(serve, [{"tool": "book", "slot": "S2"}], "")
