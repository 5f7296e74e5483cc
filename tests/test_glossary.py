"""Words of other languages are put into English, compounds in their parts, and what no glossary knows is told."""

import re

import pytest

from core.embeddings.minilm import MiniLM
from core.language.detection import GLOSSARIES
from core.language.glossary import in_english, unknown_words, with_english
from core.offline.model import OfflineChatModel
from core.passages import Passage
from core.safety.untrusted_text import quote_turn


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("de", "Was kosten die Versandkosten?", "what costs shipping costs"),
        ("fr", "Combien coûte un bagage ?", "how much cost baggage"),
        ("es", "¿Cuánto tarda el reembolso?", "how long takes refund"),
        ("it", "Quanto costa?", ""),
    ],
)
def test_known_words_are_put_into_english_in_their_order(language: str, text: str, english: str) -> None:
    assert in_english(text, language) == english


def test_numbers_and_the_businesss_own_words_stay_and_strange_ones_are_told() -> None:
    assert in_english("Wie schnell ist Fibre 50?", "de", {"fibre"}) == "how fast fibre 50"
    assert unknown_words("Wie schnell ist Fibre 50?", "de", {"fibre"}) == []
    assert unknown_words("Was kostet ein Waffeleisen?", "de") == ["waffeleisen"]


def test_a_small_word_is_not_taken_for_an_english_one_of_the_same_letters() -> None:
    assert in_english("Il a perdu son colis", "fr", {"a", "son"}) == "lost parcel"


@pytest.mark.parametrize("language", GLOSSARIES)
def test_every_glossary_holds_words_in_small_letters(language: str) -> None:
    assert [(k, v) for k, v in GLOSSARIES[language].items() if k != k.casefold() or not isinstance(v, str)] == []


BAGS = Passage(id="bags:0", article_id="bags", title="Checked bags", text="Each further bag costs 50 dollars.")
VISIT = Passage(
    id="visite:0",
    article_id="visite",
    title="La visite d'un technicien",
    text="Une visite dure environ une heure. Une personne d'au moins 16 ans doit être présente.",
)


def answer(question: str, *passages: Passage) -> str:
    return OfflineChatModel(embeddings=MiniLM()).invoke([("user", quote_turn(question, list(passages)))]).text


def test_an_english_article_answers_in_other_languages_and_says_so() -> None:
    assert "50 dollars [1]." in answer("¿Cuánto cuesta una maleta adicional?", BAGS)
    assert "nur einen Artikel auf Englisch" in answer("Was kostet ein weiteres Gepäckstück?", BAGS)


def test_an_article_in_the_customers_language_goes_before_an_english_one() -> None:
    said = answer("Combien de temps dure la visite du technicien ?", BAGS, VISIT)
    assert said.startswith("Une visite dure environ une heure")


def test_what_a_strange_word_is_about_is_not_answered_for_sure() -> None:
    assert not re.search(r"nur einen Artikel", answer("Was kostet ein Regenschirm?", BAGS))


def test_words_that_mean_something_together_are_read_together() -> None:
    assert in_english("Le wifi ne marche plus", "fr").endswith("does not work")
    assert in_english("mon vol est à l'heure ?", "fr").endswith("on time")


def test_accents_that_were_left_out_change_nothing() -> None:
    assert in_english("une poele", "fr") == in_english("une poêle", "fr") != ""


@pytest.mark.parametrize(
    ("text", "means"),
    [("carte cadeau", "gift card"), ("mit der Geschenkkarte", "gift card"), ("the gift card", "the gift card")],
)
def test_a_text_comes_with_what_it_means_in_english(text: str, means: str) -> None:
    assert with_english(text).endswith(means)
    assert with_english(text).startswith(text)
