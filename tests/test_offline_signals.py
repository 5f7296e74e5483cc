"""Keep the rules that recognise a wish for a person, anger, and the answer to a confirmation."""

import time

import pytest

from core.language.confirmations import answer_to_confirmation
from core.language.corrections import wants_it_otherwise
from core.language.signals import is_angry, wants_human
from tools.retail.offline.reading.order_intents import order_intent


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a human",
        "Can I speak with a real person?",
        "human",
        "Agent please",
        "real person please!",
        "yes please, a person",
        "Yes, a colleague please.",
        "“person”",
        "sure, bring in a colleague",
        "Please connect me to an agent",
        "transfer me to a representative",
        "let me speak to your manager",
        "Is there a human I can talk to?",
        "I don't want to talk to a robot",
        "stop, I need a human",
        "can someone from your team call me?",
        "please escalate this",
        "get me your supervisor",
        "I'd like to speak to customer service",
        "Hi, where is my order? Actually just put me through to someone.",
        "Ich will mit einem echten Menschen sprechen",
        "Bitte verbinden Sie mich mit einem Mitarbeiter",
        "kann ich mit jemand echtem reden",
        "gib mir einen Mitarbeiter",
        "kann mich jemand anrufen",
        "Je veux parler à quelqu'un",
        "je veux un humain",
        "je voudrais qu'on me rappelle",
        "Quiero hablar con un agente",
        "pásame con una persona",
        "me puede llamar alguien",
        "Vorrei parlare con una persona",
        "Quero falar com um humano",
        "Ik wil met een medewerker praten",
        "Chcę porozmawiać z człowiekiem",
        "a person then please",
        "thats stupid. i want to complain",
        "can someone please look at my refund?",
    ],
)
def test_a_wish_for_a_person_is_recognised(text: str) -> None:
    assert wants_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "Do you have a human-sized tent?",
        "Please delete my personal data",
        "Is a person allowed to sleep in the 2-person tent alone?",
        "I need a 3 person tent",
        "I want a person to sign for the parcel",
        "Can someone else pick up my order?",
        "Can somebody help me assemble the wardrobe?",
        "The agent at the depot was friendly",
        "What is your cleaning agent made of?",
        "Is there a call centre number on the parcel?",
        "I want to return the talking doll",
        "Will the driver call me?",
        "May I bring in a colleague of mine to the shop?",
        "yes please",
        "Can I speak to you about my order?",
        "I'd like to talk about order #W2611340",
        "Does the customer service desk open on Sunday?",
        "I have a representative sample of wood",
        "Wie viele Personen passen in das Zelt?",
        "Il faut combien de personnes pour le montage ?",
        "",
        "👍",
    ],
)
def test_other_talk_about_persons_is_no_wish_for_one(text: str) -> None:
    assert not wants_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "I am furious!",
        "This is unacceptable",
        "You are useless",
        "you idiots lost my parcel",
        "This is the worst service I have ever had",
        "I will sue you",
        "I'm calling my lawyer",
        "I'm going to file a complaint with the BBB",
        "what the fuck is going on with my refund",
        "I'm sick and tired of waiting",
        "I'm never ordering from you again",
        "your company is a joke",
        "Das ist unverschämt!",
        "C'est scandaleux",
        "Esto es inaceptable",
    ],
)
def test_anger_is_recognised(text: str) -> None:
    assert is_angry(text)


@pytest.mark.parametrize(
    "text",
    [
        "kill my order",
        "I'm dying to get this",
        "this is killing me, when does it arrive?",
        "the wait is killing me",
        "I'm not angry, just curious where it is",
        "How do I make a complaint?",
        "The colour is not what I expected",
        "The lamp arrived broken",
        "I'm mad about your teapots",
        "These knives are wicked sharp",
        "That price is ridiculously good",
        "blow up the picture please",
        "can I get rid of this rug, it attacks my eyes",
        "Is the poison ivy spray in stock?",
        "I want my money back",
        "why is my refund not there yet?",
        "",
    ],
)
def test_strong_words_about_other_things_are_no_anger(text: str) -> None:
    assert not is_angry(text)


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "yes " * 250_000, "talk to a " * 100_000, "no, " * 250_000, "i am so " * 100_000]
)
def test_a_megabyte_is_judged_quickly(text: str) -> None:
    started = time.perf_counter()
    wants_human(text)
    is_angry(text)
    answer_to_confirmation(text)
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    "text",
    [
        "make that PayPal instead",
        "Actually, the other card",
        "no, I meant the lamp",
        "not that one",
        "lieber doch nicht",
    ],
)
def test_a_change_of_mind_is_heard(text: str) -> None:
    assert wants_it_otherwise(text)


@pytest.mark.parametrize(
    "text", ["is the refund quick?", "what are your opening hours?", "how much do I get back?", "nothing else, thanks"]
)
def test_a_question_in_between_is_no_change_of_mind(text: str) -> None:
    assert not wants_it_otherwise(text)


@pytest.mark.parametrize(
    ("text", "greets"),
    [
        ("Hello, my name is Ada Brook.", True),
        ("Hi! My name is O'Neill", True),
        ("Hi, my name is Ada and my lamp broke", False),
    ],
)
def test_a_greeting_may_name_who_greets(text: str, greets: bool) -> None:
    assert (order_intent(text) == "greeting") is greets


@pytest.mark.parametrize("text", ["could a colleague look at my order?", "reinstate my order"])
def test_what_only_people_of_a_shop_can_do_is_theirs(text: str) -> None:
    assert order_intent(text) == "serious"
