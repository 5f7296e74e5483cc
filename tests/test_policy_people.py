"""Check what a shop's policy keeps for people."""

from pathlib import Path

import pytest

from core.errors import SettingsError
from graph.handoff.handoff_reasons import rule_wish, topic_rule
from tools.retail.policy import PACKAGED, load_policy


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("The kettle CAUGHT  FIRE while I was out", "injury or danger"),
        ("My lawyers will be in touch", "legal action"),
        ("Please erase my\ndata", "personal data"),
        ("I want to issue you a compliment", None),
        ("Do you sell fire extinguishers?", None),
    ],
)
def test_a_message_is_kept_for_people_by_whole_phrases(text: str, topic: str | None) -> None:
    assert rule_wish(text, load_policy().people_only) == (topic and topic_rule(topic))


def test_a_shop_names_its_own_topics_and_a_phrase_of_two_letters_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    before = PACKAGED.read_text(encoding="utf-8").split("people_only:")[0]
    file.write_text(before + "people_only:\n  wholesale: [pallet*]\n", encoding="utf-8")
    kept = load_policy(file).people_only
    assert rule_wish("I need forty pallets of mugs", kept) == topic_rule("wholesale")
    assert rule_wish("my lawyer says so", kept) is None
    file.write_text(before + "people_only:\n  wholesale: [ab]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"people_only\.wholesale"):
        load_policy(file)
