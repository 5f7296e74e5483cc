"""Thanks are heard in whatever words people put around them, and a wish beside them is no thanks."""

import pytest

from core.language.greetings import is_small_talk, is_thanks


@pytest.mark.parametrize(
    "text",
    ["ok thanks thats all", "ah ok thx", "danke, das wars", "super danke dir", "vale gracias", "merci, c'est tout"],
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
        "ok",
        "thx 10283",
    ],
)
def test_what_says_more_is_no_thanks(text: str) -> None:
    assert not is_thanks(text)
