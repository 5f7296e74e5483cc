"""Check what a shop's policy keeps for people."""

from pathlib import Path

import pytest

from core.errors import SettingsError
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
    assert load_policy().topic_for_people(text) == topic


def test_a_shop_names_its_own_topics_and_a_phrase_of_two_letters_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    before = PACKAGED.read_text(encoding="utf-8").split("people_only:")[0]
    file.write_text(before + "people_only:\n  wholesale: [pallet*]\n", encoding="utf-8")
    policy = load_policy(file)
    assert policy.topic_for_people("I need forty pallets of mugs") == "wholesale"
    assert policy.topic_for_people("my lawyer says so") is None
    file.write_text(before + "people_only:\n  wholesale: [ab]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"people_only\.wholesale"):
        load_policy(file)
