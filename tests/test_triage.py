"""Route messages: by rules, by a model, and by the queues of a shop's own file."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.triage import load
from core.embeddings.minilm import MiniLM
from core.errors import ModelUnavailable, SettingsError
from core.language.detection import language_of
from core.models.json_mode import JsonModel
from graph.handoff.message_triage import triage
from graph.handoff.triage_rules import RuleTriage, is_bare_wish
from tests.graph_fakes import LetterEmbeddings, scripted
from tools.desk.queues import load_queues

ANSWER = {"category": "problem", "queue": "billing", "priority": "high", "sentiment": "angry", "language": "en"}
BY_LETTERS = RuleTriage(load_queues(), LetterEmbeddings())


@pytest.fixture(scope="module")
def rules() -> RuleTriage:
    return RuleTriage(load_queues(), MiniLM())


@pytest.mark.parametrize(
    ("text", "queue", "priority"),
    [
        ("I want to cancel the order I placed an hour ago", "orders", "normal"),
        ("The tracking of my parcel does not move", "delivery", "normal"),
        ("The mug arrived broken, I want to send it back", "returns", "normal"),
        ("You charged my card twice", "billing", "high"),
        ("Someone used my credit card without my permission", "fraud", "urgent"),
        ("I forgot my password and cannot sign in", "account", "normal"),
        ("Is this tent waterproof?", "products", "low"),
        ("My lawyer will contact you about this", "complaints", "urgent"),
        ("When is the shop in town open?", "general", "low"),
        ("Ich möchte meine Bestellung stornieren", "orders", "normal"),
        ("Où est mon colis ? La livraison a du retard.", "delivery", "normal"),
        ("Olvidé mi contraseña, no puedo iniciar sesión", "account", "normal"),
    ],
)
def test_rules_route_plain_matters(rules: RuleTriage, text: str, queue: str, priority: str) -> None:
    found = rules.classify(text)
    assert (found.queue, found.priority) == (queue, priority)


@pytest.mark.parametrize(
    "text",
    [
        "talk to a person",
        "Can I speak to a human, please?",
        "Can I have a person, please?",
        "Hello. I don’t want a bot, give me a real person",
        "Ich möchte bitte mit einem Menschen sprechen",
        "je voudrais parler à un conseiller",
        "Quiero hablar con una persona",
    ],
)
def test_a_bare_wish_for_a_person_says_nothing_about_the_matter(rules: RuleTriage, text: str) -> None:
    found = rules.classify(text)
    assert (found.category, found.queue, found.priority, found.sentiment) == ("request", "general", "normal", "neutral")


@pytest.mark.parametrize(
    "text",
    ["talk to a person about my refund", "I want a person, you idiots", "I want to speak to your manager", "hello"],
)
def test_whoever_says_more_is_not_taken_for_a_bare_wish(text: str) -> None:
    assert not is_bare_wish(text)


def test_the_labelled_messages_are_whole_and_name_queues_that_exist() -> None:
    messages = load()
    assert len(messages) >= 100
    assert {m.queue for m in messages} == {queue.name for queue in load_queues()}
    examples = {example for queue in load_queues() for example in queue.examples}
    assert not examples & {m.text for m in messages}


async def test_a_model_routes_where_there_is_one() -> None:
    model = scripted(json.dumps(ANSWER))
    found = await triage("I paid twice!!", rules=BY_LETTERS, model=JsonModel(model))
    assert (found.classification.model_dump(), found.by, found.requests) == (ANSWER, "model", 1)
    assert "billing: Payments" in model.requests[0][0].text


@pytest.mark.parametrize(
    "answer", [ModelUnavailable("down"), "the billing team", json.dumps(ANSWER | {"queue": "moon"})]
)
async def test_rules_route_where_the_model_cannot(answer: object) -> None:
    found = await triage("I paid twice!!", rules=BY_LETTERS, model=JsonModel(scripted(answer)))
    assert found.by == "rules"
    assert found.requests <= 2


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_routed_somewhere(text: str) -> None:
    assert BY_LETTERS.classify(text).queue in {queue.name for queue in BY_LETTERS.queues}


def test_a_shop_names_its_own_queues(tmp_path: Path) -> None:
    file = tmp_path / "queues.yaml"
    file.write_text(
        "- {name: bikes, description: Bicycles and their parts., examples: [My chain came off, The brakes "
        "squeak], words: [bike*]}\n"
        "- {name: rest, description: Everything else., default: true}\n"
    )
    rules = RuleTriage(load_queues(file), MiniLM())
    assert rules.classify("my new bike makes a noise").queue == "bikes"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "- {name: A}",
        "- {name: a, description: x, wrong: 1}",
        "[",
        "- {name: a, description: x}\n- {name: a, description: y}",
    ],
)
def test_a_broken_file_of_queues_is_an_error(tmp_path: Path, content: str) -> None:
    file = tmp_path / "queues.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError, match="queues"):
        load_queues(file)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order?", "en"),
        ("Wo ist meine Bestellung?", "de"),
        ("Où est ma commande ?", "fr"),
        ("¿Dónde está mi pedido?", "es"),
        ("Dov'è il mio ordine?", "it"),
        ("Onde está o meu pedido?", "pt"),
        ("Waar is mijn bestelling?", "nl"),
        ("Gdzie jest moje zamówienie?", "pl"),
        ("где мой заказ?", "und"),
        ("12345", "en"),
        ("", "en"),
    ],
)
def test_languages_are_told_by_their_small_words(text: str, language: str) -> None:
    assert language_of(text) == language
