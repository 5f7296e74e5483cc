"""Thanks are heard in whatever words people put around them, and a wish beside them is no thanks."""

import pytest

from core.language.greetings import ends_well, is_small_talk, is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "ok thanks thats all",
        "ah ok thx",
        "danke, das wars",
        "super danke dir",
        "vale gracias",
        "merci, c'est tout",
        "danke, schönen Sonntag noch",
        "merci, bon week-end",
        "thanks, have a good weekend!",
        "gracias, buen fin de semana",
        "Thanks, hope he fixes it :)",
        "danke, hoffentlich klappt es dann",
        "Schade. ok, danke trotzdem",
    ],
)
def test_thanks_in_any_words_are_small_talk(text: str) -> None:
    assert is_thanks(text)
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "thanks can you also cancel it",
        "no thanks",
        "thank you for nothing",
        "great, and what is it?",
        "perfect, wednesday",
        "thanks, I hope you can refund it",
        "thanks, send it on monday",
        "ok",
        "thx 10283",
    ],
)
def test_what_says_more_is_no_thanks(text: str) -> None:
    assert not is_thanks(text)


@pytest.mark.parametrize("text", ["its back, thanks!", "it's working again now", "es geht wieder, danke", "thx"])
def test_who_tells_that_all_is_well_asks_for_nothing(text: str) -> None:
    assert ends_well(text)


@pytest.mark.parametrize(
    "text", ["is it back?", "it's back to the old price", "it works again but the light is red", "it is not back"]
)
def test_who_still_has_a_matter_does_not_end_well(text: str) -> None:
    assert not ends_well(text)
