"""Read conversation files: all that ship are whole, and a broken one is an error that names file and field."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.errors import ConversationFileError
from core.settings import Settings
from evals.conversations.gold import expected_changes
from evals.conversations.start_state import prepare, stock_shop
from evals.conversations.suites import read_scenario, read_suite
from tests.eval_fakes import scenario, write_suite
from tools.retail.importing import export_shop

GREETING: dict[str, Any] = {
    "id": "greeting",
    "kind": "happy_path",
    "customer": None,
    "wants": "To say hello.",
    "lines": ["Hello"],
    "expect": {},
}


def write(folder: Path, content: dict[str, Any] | str, name: str = "greeting") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def test_the_shipped_suite_has_every_kind_and_at_least_eighty_conversations() -> None:
    suite = read_suite()
    kinds = Counter(s.kind for s in suite.scenarios)
    assert len(suite.scenarios) >= 80
    assert len(kinds) >= 19
    assert min(kinds.values()) >= 4
    assert len({s.id for s in suite.scenarios}) == len(suite.scenarios)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "Very happy"}, "kind"),
        ({"wishes": "x"}, "wishes"),
        ({"lines": []}, "lines"),
        ({"lines": [{"say": 5}]}, "lines.0.say"),
        ({"expect": {"fact": {}}}, "expect.fact"),
        ({"expect": {"max_requests": "3"}}, "expect.max_requests"),
        ({"expect": {"owner": "robot"}}, "expect.owner"),
        ({"expect": {"facts": {"must": [{"turn": 1}]}}}, "expect.facts.must.0.any"),
        ({"expect": {"actions": [{"tool": "cancel_order"}]}}, "expect.actions.0.args"),
        ({"answers": [{"to": {"word": ["x"]}, "say": "y"}]}, "answers.0.to.word"),
    ],
)
def test_a_broken_file_is_an_error_that_names_file_and_field(
    tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    path = write(tmp_path, GREETING | change)
    with pytest.raises(ConversationFileError, match=field.replace(".", r"\.")) as error:
        read_scenario(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: [", "not readable YAML"),
        ("id: greeting\nid: greeting\n", "stands twice"),
        ("just text", "greeting.yaml"),
        (yaml.safe_dump(GREETING | {"id": "other"}), "wanted the file's name"),
    ],
)
def test_a_file_that_is_no_conversation_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConversationFileError, match=said):
        read_scenario(write(tmp_path, text))


def test_a_missing_suite_or_shop_or_conversation_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConversationFileError, match=r"suite\.yaml cannot be read"):
        read_suite(tmp_path)
    with pytest.raises(ConversationFileError, match="holds no conversation"):
        write_suite(tmp_path)
    (tmp_path / "suite.yaml").write_text("shop: nowhere.json\nknowledge: [articles]\ntoday: 2026-11-22\n")
    with pytest.raises(ConversationFileError, match="is not there"):
        read_suite(tmp_path)


async def test_gold_actions_give_the_records_that_must_have_changed(tmp_path: Path) -> None:
    ground = prepare(write_suite(tmp_path / "suite", GREETING), Settings.from_env({}, None), tmp_path)
    cancel = {"tool": "cancel_order", "args": {"order_id": "#AF10326", "reason": "ordered by mistake"}}
    found = await expected_changes(scenario(expect={"actions": [cancel]}), ground)
    assert list(found[0]) == ["orders/#AF10326"]
    assert found[0]["orders/#AF10326"]["status"] == "cancelled"
    assert await expected_changes(scenario(), ground) == [{}]


async def test_a_gold_action_that_a_rule_refuses_is_an_error(tmp_path: Path) -> None:
    ground = prepare(write_suite(tmp_path / "suite", GREETING), Settings.from_env({}, None), tmp_path)
    too_late = {"tool": "cancel_order", "args": {"order_id": "#AF10283", "reason": "ordered by mistake"}}
    with pytest.raises(ConversationFileError, match=r"expect\.actions\.0 \(cancel_order\) is refused"):
        await expected_changes(scenario(expect={"actions": [too_late]}), ground)
    with pytest.raises(ConversationFileError, match="names no write tool"):
        await expected_changes(scenario(expect={"actions": [{"tool": "cancel", "args": {}}]}), ground)


async def test_every_shipped_gold_action_is_allowed(tmp_path: Path) -> None:
    suite = read_suite()
    one = write_suite(tmp_path / "suite", GREETING)
    ground = prepare(one, Settings.from_env({}, None), tmp_path)
    for shipped in suite.scenarios:
        if shipped.expect.actions or shipped.expect.also_right or shipped.before != scenario().before:
            ways = await expected_changes(shipped, ground)
            assert ways[0] or not shipped.expect.actions, shipped.id


def test_the_shop_before_a_conversation_is_changed_as_the_file_says(tmp_path: Path) -> None:
    ground = prepare(write_suite(tmp_path / "suite", GREETING), Settings.from_env({}, None), tmp_path)
    changed = scenario(before={"orders": {"#AF10355": {"address": {"address2": "c/o Smith"}}}})
    stock_shop(ground, changed, tmp_path / "own.db")
    order = export_shop(f"sqlite:///{tmp_path / 'own.db'}")["orders"]["#AF10355"]
    assert (order["address"]["address2"], order["address"]["city"]) == ("c/o Smith", "Boston")
    with pytest.raises(ConversationFileError, match="AF99999"):
        stock_shop(ground, scenario(before={"orders": {"#AF99999": {}}}), tmp_path / "other.db")


def test_a_sample_takes_every_kind_before_any_kind_twice() -> None:
    suite = read_suite()
    kinds = {s.kind for s in suite.scenarios}
    one_each = suite.sample(len(kinds))
    assert {s.kind for s in one_each.scenarios} == kinds
    assert len(one_each.scenarios) == len(kinds)
    more = {s.id for s in suite.sample(len(kinds) + 5).scenarios}
    assert {s.id for s in one_each.scenarios} < more
    assert len(suite.sample(1000).scenarios) == len(suite.scenarios)
