"""Measure the signals on messages that were written before the rules and never used to shape them."""

import pytest

from core.language.confirmations import answer_to_confirmation
from core.language.signals import is_angry, wants_human

WANTS_HUMAN = [
    "put me through to somebody who can actually help",
    "can i chat with one of your staff",
    "Is there anybody there I could talk to?",
    "I don't want to talk to a bot",
    "give me a real human being please",
    "I'd rather speak with a member of your team",
    "transfer me",
    "connect me with customer care",
    "I need to talk to your supervisor",
    "agent!!",
    "operator",
    "could a colleague of yours call me back",
    "no more robots, a person please",
    "human please, my order #W2611340 is a mess",
    "how do I get hold of a live representative?",
    "Ich möchte mit einem Mitarbeiter sprechen",
    "Kann mich bitte jemand zurückrufen? Ich will mit einem Menschen reden.",
    "Je voudrais parler à un conseiller",
    "Passez-moi une vraie personne s'il vous plaît",
    "Quiero hablar con una persona",
    "¿Me puede atender un agente humano?",
    "Vorrei parlare con un operatore",
    "Quero falar com um atendente",
    "Ik wil graag een medewerker spreken",
    "Chcę rozmawiać z konsultantem",
]
WANTS_NO_HUMAN = [
    "Is the tent big enough for a grown person?",
    "Which personal data do you keep about me?",
    "Is it sold per person or per set?",
    "Can another person pick up my parcel?",
    "I spoke to a colleague of mine and she loves the lamp",
    "Do I need a cleaning agent for the cast iron pan?",
    "Is there a human-shaped garden gnome in stock?",
    "my agent will sign for the parcel",
    "Does the carrier call me before delivery?",
    "Are the photos on your page of real people?",
    "What does customer service cost?",
    "When is the desk open?",
    "Who can help me choose a tent?",
    "Talk to me about returns",
    "Can I speak Spanish here?",
    "A representative from the carrier left a note at my door",
    "Kann eine andere Person das Paket abholen?",
    "¿Cuántas personas caben en la tienda?",
    "La tente est-elle prévue pour 3 personnes ?",
    "Where is order #W2611340?",
]
ANGRY = [
    "This is absolutely ridiculous, I have been waiting for five weeks!!!",
    "You people are useless",
    "I am so fed up with your company",
    "You'll be hearing from my attorney",
    "I will report you to the consumer protection agency",
    "What a bunch of crooks",
    "worst shop ever, I'm furious",
    "WHERE THE HELL IS MY PARCEL",
    "This is bullshit",
    "You stole my money",
    "I've had enough of your excuses",
    "Das ist eine absolute Frechheit!",
    "C'est inadmissible, je vais porter plainte",
    "Esto es una vergüenza, los voy a denunciar",
    "are you idiots even reading what I write",
]
NOT_ANGRY = [
    "I'm dying to get this tent before the weekend",
    "please kill my order, I picked the wrong colour",
    "this heat is killing me, does the fan ship fast?",
    "I'd kill for that lamp",
    "the pan is a beast, I love it",
    "My cat destroyed the rug, can I buy another one?",
    "I am a bit disappointed with the colour",
    "Sorry to bother you again",
    "the box was crushed and the glass is broken",
    "How do I file a complaint with the carrier?",
    "It is insane how good this knife is",
    "My lawyer's office needs an invoice",
    "The handle is stupidly hot, is that normal?",
    "Is the worst over with the shipping delays?",
    "damn, I ordered two by mistake",
    "OMG I LOVE IT",
    "I hate to ask, but where is my parcel?",
    "PLEASE CANCEL MY ORDER",
    "terrible weather today, will the parcel be late?",
    "I'm mad about this teapot",
]
CONFIRMATIONS = [
    ("Yes.", "yes"),
    ("yes, please do", "yes"),
    ("yep go for it", "yes"),
    ("sure thing", "yes"),
    ("That is correct, thank you", "yes"),
    ("Please proceed with the return", "yes"),
    ("ok", "yes"),
    ("Yes, I confirm the cancellation.", "yes"),
    ("y", "yes"),
    ("sounds good", "yes"),
    ("👍", "yes"),
    ("ja bitte", "yes"),
    ("oui, allez-y", "yes"),
    ("sí, por favor", "yes"),
    ("va bene", "yes"),
    ("No.", "no"),
    ("nope, leave it", "no"),
    ("No thanks, keep the order", "no"),
    ("please don't", "no"),
    ("stop", "no"),
    ("forget it", "no"),
    ("I changed my mind", "no"),
    ("not now", "no"),
    ("hold on, don't do that", "no"),
    ("nein danke", "no"),
    ("non merci", "no"),
    ("Yes but to the gift card", "other"),
    ("yes if it is free", "other"),
    ("yes and also change the address to 5 Elm Street", "other"),
    ("how much will I get back?", "other"),
    ("maybe", "other"),
    ("Yes? What does that mean", "other"),
    ("no, I meant the other order #W5490111", "other"),
    ("ok what happens then?", "other"),
    ("actually use PayPal instead", "other"),
    ("not sure", "other"),
    ("I said yes to the newsletter, not to this", "other"),
    ("Where is my other order?", "other"),
    ("is it ok to keep one item?", "other"),
    ("yes, only the lamp though", "other"),
    ("do it only for the chair", "other"),
    ("I guess so, unless there is a fee", "other"),
]


def share_right(answers: list[bool]) -> float:
    """Return the share of True."""
    return sum(answers) / len(answers)


def test_a_wish_for_a_person_is_recognised_in_unseen_words() -> None:
    assert share_right([wants_human(text) for text in WANTS_HUMAN]) >= 0.9
    assert share_right([not wants_human(text) for text in WANTS_NO_HUMAN]) >= 0.95


def test_anger_is_recognised_in_unseen_words() -> None:
    assert share_right([is_angry(text) for text in ANGRY]) >= 0.85
    assert share_right([not is_angry(text) for text in NOT_ANGRY]) >= 0.95


def test_answers_to_a_confirmation_are_recognised_in_unseen_words() -> None:
    assert share_right([answer_to_confirmation(text) == wanted for text, wanted in CONFIRMATIONS]) >= 0.9


@pytest.mark.parametrize("text", [text for text, wanted in CONFIRMATIONS if wanted != "yes"])
def test_nothing_but_a_clear_yes_counts_as_one(text: str) -> None:
    assert answer_to_confirmation(text) != "yes"
