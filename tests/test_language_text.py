"""Text is compared in one form, in words and in sentences, whatever reads it."""

import pytest

from core.language.text import normal, sentences, split_sentences, stem
from core.language.words import content_stems, stems
from core.offline.reading.languages import english_only


def test_words_with_digits_hyphens_and_few_letters_are_compared() -> None:
    assert stems("A 3-person tent, TV") == ["a", "3person", "tent", "tv"]
    assert content_stems("error E42 of my TV") == ["error", "e42", "tv"]


def test_the_forms_of_a_word_have_one_stem() -> None:
    assert {stem(word) for word in ("return", "returns", "returned", "returning", "return's")} == {"return"}
    assert {stem(word) for word in ("cancel", "cancelled", "cancelling")} == {"cancel"}
    assert stem("e-mails") == stem("email")


def test_one_form_has_plain_quotes_dashes_and_blanks() -> None:
    assert normal("  Don’t — “7–12\u00a0days”\n") == "don't - “7-12 days”"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It costs $5.20. No. 7 is free [1]. And then?", ["It costs $5.20.", "No. 7 is free [1].", "And then?"]),
        ("my line at Torstr. is dead. help", ["my line at Torstr. is dead.", "help"]),
        ("Send it to 5 Main St. today\nthanks…  bye", ["Send it to 5 Main St. today", "thanks…", "bye"]),
        ("これはペンです。 次の文。", ["これはペンです。", "次の文。"]),
        ("", []),
    ],
)
def test_sentences_end_where_no_abbreviation_does(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
    assert "".join(split_sentences(text)[0]) == text


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Hvor er min pakke?", "Jeg kan desværre"),
        ("Var är mitt paket?", "Jag kan tyvärr"),
        ("Dove è il mio pacco?", "Mi dispiace"),
        ("siparişim nerede, bu ne zaman gelir?", "Üzgünüm, burada yalnızca"),
        ("Kde je moje zásilka, prosím, děkuji", "I am sorry, I can only read"),
        ("где мой заказ", "I am sorry, I can only read"),
    ],
)
def test_a_language_that_is_not_spoken_is_named_politely(text: str, begins: str) -> None:
    assert english_only(text).startswith(begins)


@pytest.mark.parametrize("text", ["Where is it?", "ok", "Möbel", "What does the São café set cost?"])
def test_english_is_read(text: str) -> None:
    assert english_only(text) == ""
