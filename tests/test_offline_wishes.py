"""Only a wish makes a proposal: no question about an action does, and none that was declined comes back by itself."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from langchain_core.messages import AIMessage, HumanMessage

from core.language.fixed_sentences import own_phrases, phrase
from core.language.requested_changes import asks_about, only_asks, wishes
from core.language.several import looks_it_up
from core.offline.reading.followups import asks_something
from tests.offline_shop import ROOT, Talk
from tools.retail.offline.reading.slots import cancel_reason

DATA = ROOT / "benchmarks" / "data"


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


DECLINED = _read(DATA / "declined.yaml")
QUESTIONS = _read(DATA / "action_questions.yaml")
WISHES = _read(DATA / "action_wishes.yaml")


@pytest.mark.parametrize("action", DECLINED["actions"], ids=lambda action: action["say"][:40])
@pytest.mark.parametrize("small_talk", DECLINED["small_talk"])
def test_a_declined_proposal_is_over_for_good(action: dict[str, str], small_talk: str) -> None:
    talk = Talk(action["customer"])
    talk.say(action["say"])
    assert talk.proposed
    place = DECLINED["small_talk"].index(small_talk)
    talk.say(DECLINED["declines"][place % len(DECLINED["declines"])])
    talk.say(small_talk)
    assert talk.proposed == []
    talk.say("yes")
    assert talk.proposed == []
    assert talk.done == []


def test_a_new_wish_after_a_no_makes_a_new_proposal() -> None:
    talk = Talk("ada_brook_1001")
    talk.say("cancel AF10326 because I don't need it")
    talk.say("no")
    talk.say("thanks")
    talk.say("actually, do cancel AF10326, I don't need it")
    assert [name for name, _ in talk.proposed] == ["cancel_order"]


@pytest.mark.parametrize("key", ["hello", "withdrawn"])
def test_neither_a_greeting_nor_the_answer_to_a_no_asks_for_something(key: str) -> None:
    assert not asks_something(phrase(key, "en"))
    with own_phrases({key: "Hi from us! What can we do for you?"}):
        assert not asks_something(phrase(key, "en"))


@pytest.mark.parametrize(
    ("wish", "answer", "proposes"),
    [
        ("Please cancel my order with the wall clock", "no, I changed my mind", False),
        ("Please cancel my order with the wall clock", "No, I need it after all", False),
        ("Please cancel my order with the wall clock", "no, I no longer want to", False),
        ("Please cancel my order with the wall clock", "no longer needed", True),
        ("Please cancel my order with the wall clock", "I changed my mind", True),
        ("Please cancel my order with the wall clock", "no, it was ordered by mistake", True),
        ("Bitte stornieren Sie #AF10326", "nein, ich habe es mir anders überlegt", False),
        ("Quiero cancelar mi pedido #AF10326", "no, he cambiado de opinión", False),
    ],
)
def test_a_no_to_the_question_for_the_reason_stops(wish: str, answer: str, *, proposes: bool) -> None:
    talk = Talk("ada_brook_1001")
    talk.say(wish)
    reply = talk.say(answer)
    assert bool(talk.proposed) is proposes, reply
    assert proposes or reply in {phrase("withdrawn", language) for language in ("en", "de", "es")}


def test_that_no_person_is_needed_any_more_is_no_reason_to_cancel() -> None:
    talk = Talk("ada_brook_1001")
    talk.say("Please cancel my order with the wall clock")
    talk.messages += [
        HumanMessage("I no longer need a person"),
        AIMessage("All right, nobody will be called in. What can I do for you?"),
    ]
    assert "for one of two reasons" in talk.say("Please cancel my order with the wall clock")
    assert cancel_reason("I no longer need it, and get me a person") == "no longer needed"
    assert cancel_reason("I don't need a person any more, cancel AF10326") is None


@pytest.mark.parametrize("language", QUESTIONS["questions"])
def test_questions_about_actions_propose_nothing(language: str) -> None:
    proposed = []
    for question in QUESTIONS["questions"][language]:
        talk = Talk(QUESTIONS["customer"])
        talk.say(question)
        proposed += [(question, name) for name, _ in talk.proposed]
    assert proposed == []


def test_clear_wishes_are_heard() -> None:
    lost = []
    for wish in WISHES["wishes"]:
        talk = Talk(WISHES["customer"])
        reply = talk.say(wish["say"])
        if [name for name, _ in talk.proposed] != [wish["tool"]]:
            lost.append((wish["say"], reply))
    assert lost == []


@pytest.mark.parametrize(
    ("text", "asks", "wished"),
    [
        ("can you cancel my order AF10283 please", False, True),
        ("can I cancel my order AF10283", True, False),
        ("could you tell me how to cancel it", True, False),
        ("would you take back an opened tent?", True, False),
        ("it can be cancelled any time, correct?", True, False),
        ("cancel it", False, True),
        ("I mean what trips do I have", True, False),
        ("the mug is broken", False, False),
        ("Bitte stornieren Sie AF10326", False, True),
        ("darf ich das noch stornieren", True, False),
        ("je voudrais savoir comment annuler", True, False),
        ("je voudrais annuler AF10326", False, True),
        ("¿Puede cancelar AF10326?", False, True),
        ("¿Se puede cancelar AF10326?", True, False),
    ],
)
def test_how_a_sentence_begins_tells_a_question_from_a_wish(text: str, asks: bool, wished: bool) -> None:
    assert asks_about(text) is asks
    assert wishes(text) is wished


@pytest.mark.parametrize(
    "text",
    [
        "We need two more bags.",
        "wir möchten stornieren",
        "nous voudrions annuler",
        "queremos cancelar el pedido",
        "¿Me lo pueden cancelar?",
        "¿pueden cancelármelo?",
        "Vous pouvez me l'annuler ?",
    ],
)
def test_more_than_one_may_wish_and_ask_it_of_us(text: str) -> None:
    assert wishes(text)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("Can I cancel it? Just asking for now.", True),
        ("¿Podría cancelarla? De momento solo pregunto.", True),
        ("Kann ich das stornieren? Ich frage nur.", True),
        ("I was just wondering if you could cancel it.", False),
        ("Just asking for a refund of the kettle", False),
    ],
)
def test_who_says_that_they_only_ask_wishes_nothing(text: str, only: bool) -> None:
    assert only_asks(text) is only


def test_goods_that_are_to_stay_are_not_exchanged() -> None:
    talk = Talk("beatriz_almeida_1024")
    talk.say(
        "In order #AF10278 I would rather have the wall clock in oak, same size. Can you swap it? "
        "The skillet stays as it is."
    )
    assert [(name, "skillet" in str(args).casefold()) for name, args in talk.proposed] == [
        ("change_order_items", False)
    ]


@pytest.mark.parametrize(
    "text", ["ich rede erst mit meiner Frau", "je vais en parler à mon mari", "voy a hablarlo con mi mujer"]
)
def test_who_wants_to_talk_it_over_first_needs_time(text: str) -> None:
    assert looks_it_up(text)
