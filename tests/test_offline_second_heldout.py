"""Keep what was understood of a second set of messages, written after the rules and first read without looking back.

On that first reading 0.77 of the requests were understood by rules alone and 0.85 with embeddings, 38 of 43 signals,
and nothing was taken for a yes that was none. The rules have learnt from the misses since.
"""

from collections import Counter

import pytest

from core.embeddings.minilm import MiniLM
from core.language.confirmations import answer_to_confirmation
from core.language.signals import is_angry, wants_human
from tools.retail.offline.reading.shop_understanding import ShopUnderstanding

REQUESTS: list[tuple[str, list[str]]] = [
    ("could you look up what happened to AF10120?", ["order_status"]),
    ("I was expecting my tablecloth on Tuesday, where has it got to?", ["order_status"]),
    ("tracking number pls", ["order_status"]),
    ("is there any movement on order number 10283", ["order_status"]),
    ("my shipment seems to be stuck", ["order_status"]),
    ("what is the total of AF10176", ["order_status"]),
    ("did you already ship the kettle?", ["order_status"]),
    ("pull up my last few orders", ["list_orders"]),
    ("I'd like to see all orders on my account", ["list_orders"]),
    ("are the secateurs available for left-handed people?", ["product"]),
    ("price of the wool blanket?", ["product"]),
    ("have you got any camp chairs in charcoal", ["product"]),
    ("I'm searching for a gift, a teapot maybe", ["product"]),
    ("remind me which email I used", ["profile"]),
    ("show my saved payment methods", ["profile"]),
    ("please call off AF10326, it was a misclick", ["cancel"]),
    ("I'd like my order AF10308 cancelled", ["cancel"]),
    ("don't ship AF10343, I no longer need it", ["cancel"]),
    ("scratch my order from this morning please", ["cancel"]),
    ("can AF10326 go to my office at 20 State Street, Boston, MA 02109 instead?", ["change_address"]),
    ("there's a typo in the street of my order", ["change_address"]),
    ("use a different shipping address for AF10294", ["change_address"]),
    ("my home address in your system is outdated, please update it", ["change_default_address"]),
    ("charge AF10347 to my gift card rather than the amex", ["change_payment"]),
    ("please switch order 10326 over to the gift card", ["change_payment"]),
    ("I want to give the tent back", ["return"]),
    ("how can I send AF10142 back to you", ["return"]),
    ("please start a return for the clock", ["return"]),
    ("the lamp isn't what I hoped for, I'd like to send it back", ["return"]),
    ("could you exchange the mat for the bigger size", ["swap"]),
    ("I'd prefer the blanket in oat instead of pine", ["swap"]),
    ("replace the mug in my order with the ink one", ["swap"]),
    ("wrong colour, I wanted the flask in steel, can we swap it?", ["swap"]),
    ("what does it cost to return something from Canada", ["policy"]),
    ("is a signature needed on delivery?", ["policy"]),
    ("how do I take care of my cast iron pan", ["policy"]),
    ("do you price match?", ["policy"]),
    ("I can't log in", ["policy"]),
    ("the voucher code gives an error", ["policy"]),
    ("can I get an invoice with my company's name", ["policy"]),
    ("where do you have stores?", ["policy"]),
    ("how often do you send the newsletter", ["policy"]),
    ("am I allowed to return a gift?", ["policy"]),
    ("what if my parcel is stolen from the porch?", ["policy"]),
    ("can orders be cancelled after they were shipped", ["policy"]),
    ("what's the procedure for exchanges?", ["policy"]),
    ("hey, good evening", ["greeting"]),
    ("thx!!", ["thanks"]),
    ("great, that's everything, have a nice day", ["goodbye"]),
    ("what kind of things can you do?", ["capabilities"]),
    ("there's a charge on my card from you that I never made", ["serious"]),
    ("you billed me twice", ["serious"]),
    ("🙂🙂", ["unclear"]),
    ("jfjfjf kkdk wqx", ["unclear"]),
    ("cancel AF10308 and AF10343, I don't need them", ["cancel"]),
    ("where's AF10120, and can I return used items?", ["order_status", "policy"]),
    ("Hello, I'd like to return the knife. Also how long does a refund take?", ["return", "policy"]),
    ("what's my balance? and do gift cards expire?", ["profile", "policy"]),
    ("exchange the pillow for a firm one and cancel AF10326, ordered by mistake", ["swap", "cancel"]),
    ("is the reading lamp in stock and what bulb does it take?", ["product", "policy"]),
]
PERSON = [
    ("let me talk to someone in charge", True),
    ("is there an actual employee who can look at this?", True),
    ("please hand me over to a colleague", True),
    ("I'd like a call from your support team", True),
    ("this bot is not helping, get me a person", True),
    ("Könnte ich bitte mit jemandem vom Kundendienst sprechen?", True),
    ("puedo hablar con alguien de atención al cliente", True),
    ("je préfère parler à un humain", True),
    ("how many persons fit into the tent", False),
    ("does a person have to sign for it", False),
    ("can my neighbour collect it in person?", False),
    ("your support page says 30 days", False),
    ("I talked to my wife and we want to cancel", False),
    ("the team lead of our office ordered ten mugs", False),
]
ANGER = [
    ("this is a disgrace", True),
    ("I'm really pissed off now", True),
    ("You liars, where is my money?", True),
    ("my solicitor will be in touch", True),
    ("utterly useless support!!", True),
    ("I swear I will never buy from you again", True),
    ("this knife is sick", False),
    ("hell of a nice kettle", False),
    ("I'd die for that blanket", False),
    ("not happy with the colour", False),
    ("shoot, wrong address", False),
    ("can you destroy my data?", False),
    ("my kids went crazy over the tent", False),
]
ANSWERS = [
    ("yes that's fine", "yes"),
    ("please go ahead and cancel it", "yes"),
    ("absolutely", "yes"),
    ("okay, thank you", "other"),  # may be the answer to what was told before the question
    ("yes, all correct", "yes"),
    ("jawohl, bitte", "yes"),
    ("no, leave everything as it is", "no"),
    ("rather not", "no"),
    ("nah forget about it", "no"),
    ("no thank you", "no"),
    ("yes, although I'd like the red one", "other"),
    ("yes to the lamp only", "other"),
    ("can I think about it?", "other"),
    ("what would it cost?", "other"),
    ("yes, and what about the second order", "other"),
    ("make it two", "other"),
]


def understood(embeddings: MiniLM | None) -> tuple[float, list[str]]:
    """Return the share of messages understood completely, and what went wrong."""
    understanding = ShopUnderstanding(embeddings)
    wrong = []
    for text, wanted in REQUESTS:
        found = [request.intent for request in understanding.requests(text)]
        if Counter(found) != Counter(wanted):
            wrong.append(f"{text!r}: wanted {wanted}, understood {found}")
    return 1 - len(wrong) / len(REQUESTS), wrong


@pytest.mark.parametrize(("embeddings", "least"), [(None, 0.9), (MiniLM(), 0.9)], ids=["words", "minilm"])
def test_requests_are_understood(embeddings: MiniLM | None, least: float) -> None:
    share, wrong = understood(embeddings)
    assert share >= least, "\n".join(wrong)


def test_signals_are_recognised() -> None:
    right = [wants_human(text) == wanted for text, wanted in PERSON]
    right += [is_angry(text) == wanted for text, wanted in ANGER]
    right += [answer_to_confirmation(text) == wanted for text, wanted in ANSWERS]
    assert sum(right) / len(right) >= 0.95


def test_nothing_but_a_clear_yes_is_one() -> None:
    assert [text for text, wanted in ANSWERS if wanted != "yes" and answer_to_confirmation(text) == "yes"] == []
