"""Every fixed sentence stands in every language, with the same places for values, and in the customer's own."""

import re
import string
from datetime import date
from pathlib import Path

import pytest

from core.language.detection import spoken_language
from core.language.fixed_sentences import PHRASES, Catalogue, date_words, list_words, phrase
from core.language.signals import wants_human
from tests.processes import ROOT

LANGUAGES = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "tr"]
CATALOGUES = {
    folder.parent: Catalogue(folder) for folder in ROOT.glob("[a-z]*/**/sentences") if ".venv" not in str(folder)
}


def places(sentence: str) -> set[str]:
    """Return the names of the values that a sentence takes."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda folder: folder.name)
def test_no_language_lacks_a_sentence_or_a_place(folder: Path) -> None:
    catalogue = CATALOGUES[folder]
    assert sorted(catalogue) == LANGUAGES
    english = {key: places(sentence) for key, sentence in catalogue["en"].items()}
    for language in LANGUAGES:
        assert {key: places(sentence) for key, sentence in catalogue[language].items()} == english, language


def test_every_sentence_that_is_said_is_in_the_catalogue() -> None:
    said = {
        key
        for package in ("core", "tools", "graph", "server", "cli")
        for file in (ROOT / package).rglob("*.py")
        for key in re.findall(r'\bphrase\(\s*"(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert said - set(PHRASES["en"]) == set()


def test_no_sentence_stands_in_code_by_language() -> None:
    by_language = re.compile(r'"(?:de|fr|es)": \(?\s*f?"[^"]+ [^"]+ [^"]*[.!?]"')
    assert by_language.search('    "de": "Das kann ich nicht selbst klären.",')
    found = {
        str(file.relative_to(ROOT))
        for package in ("core", "ingest", "tools", "graph", "server", "cli")
        for file in (ROOT / package).rglob("*.py")
        if by_language.search(file.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_a_language_without_a_file_is_answered_in_english() -> None:
    assert phrase("thinking", "sv-SE") == phrase("thinking", "en")
    assert phrase("thinking", "de-AT") == phrase("thinking", "de")


def test_a_sentence_is_known_by_its_english_words() -> None:
    assert PHRASES.translated(phrase("gone", "en"), "fr") == phrase("gone", "fr")
    assert PHRASES.translated("Nothing of ours.", "fr") == "Nothing of ours."


def test_dates_and_lists_are_written_in_the_language() -> None:
    day = date(2026, 11, 5)
    written = {language: date_words(day, language) for language in ("en", "de", "es", "ja")}
    assert written == {
        "en": "5 November 2026",
        "de": "5. November 2026",
        "es": "5 de noviembre de 2026",
        "ja": "2026年11月5日",
    }
    assert list_words(["a", "b", "c"], "de") == "a, b und c"


@pytest.mark.parametrize(
    ("text", "before", "spoken"),
    [
        ("Wo ist meine Bestellung?", "en", "de"),
        ("no", "en", "en"),
        ("no thanks", "en", "en"),
        ("ja", "de", "de"),
        ("Où est mon colis ?", "en", "fr"),
        ("AF10042", "es", "es"),
        ("¿Dónde está mi pedido?", "en", "es"),
        ("أين طلبي؟", "en", "ar"),
        ("注文はどこですか", "en", "ja"),
        ("Siparişim nerede, lütfen bakar mısınız?", "en", "tr"),
        ("ok, and where is my refund?", "de", "en"),
        ("plus a promo code?", "en", "en"),
        ("no internet since yesterday. send a technician", "en", "en"),
        ("just me, no bags, no insurance", "en", "en"),
        ("tell me about reservation 07S7FC", "en", "en"),
    ],
)
def test_the_language_is_that_of_the_newest_telling_message(text: str, before: str, spoken: str) -> None:
    assert spoken_language(text, before) == spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_that_brings_in_a_person_is_understood(language: str) -> None:
    [word] = re.findall(r"[“„«‘「]\s?([^”“»’」]+?)\s?[”“»’」]", phrase("person_offered", language))
    assert wants_human(word)
    assert wants_human(f"{word.capitalize()}!")
