"""Check what counts as a yes and a no to what the agent would do, and what takes back what waits for staff."""

import pytest

from core.language.confirmations import Asked, answer_to_confirmation
from core.language.corrections import begins_by_taking_back, begins_with_no, takes_back
from tools.retail.order_writes import WRITE_ACTIONS


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes!",
        "yes please",
        "Yes, go ahead.",
        "go ahead",
        "ok do it",
        "confirm",
        "I confirm",
        "Confirmed, thanks",
        "that's right",
        "sure, please proceed",
        "yes, cancel it please",
        "Yes, that is correct. Thank you very much!",
        "✅",
        "ja",
        "Oui",
        "si",
        "sim, por favor",
        "tak",
    ],
)
def test_a_clear_yes(text: str) -> None:
    assert answer_to_confirmation(text) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No!",
        "no thanks",
        "No, keep it.",
        "stop",
        "don't",
        "don't do it",
        "never mind",
        "cancel that",
        "no wait",
        "I don't want that anymore",
        "nein",
        "non",
        "nee",
        "nie",
        "não",
    ],
)
def test_a_clear_no(text: str) -> None:
    assert answer_to_confirmation(text) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "hmm no, better not, keep it",
        "on second thought no, I'd rather keep it",
        "well, I think I'll keep it, thanks",
        "no, sorry, please leave it as it is",
        "uhm, actually no. I changed my mind",
        "lieber doch nicht, bitte behalten",
        "ach nein, ich möchte es doch behalten",
        "hm, doch lieber nicht, danke",
        "finalement non, je le garde",
        "mejor no, me lo quedo",
        "meglio di no, lo tengo",
        "No stop, actually my sister wants it. Leave the order as it is!",
        "no, it was for my mother, never mind",
    ],
)
def test_a_refusal_with_words_around_it_is_a_no(text: str) -> None:
    assert answer_to_confirmation(text) == "no"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Stop, don't do it. I want to keep the white one.", "no"),
        ("forget it, I will keep the blue one", "no"),
        ("Vergessen Sie es, ich behalte den weißen.", "no"),
        ("No, I want to keep the white one", "other"),
        ("Stop! Keep the lamp, return the mug", "other"),
        ("Stop. Send it to 5 Elm Street instead", "other"),
    ],
)
def test_who_refuses_all_may_say_what_they_keep(text: str, read: str) -> None:
    assert answer_to_confirmation(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "no, the city is Springfield",
        "no, cancel the other one",
        "go ahead, don't wait",
        "cancel the order, don't wait",
        "no, keep the kettle and return the mug",
        "keep it simple and do it",
        "nein, nach Springfield",
    ],
)
def test_a_no_that_asks_for_something_else_is_read_again(text: str) -> None:
    assert answer_to_confirmation(text) == "other"


@pytest.mark.parametrize(
    "text",
    [
        "yes but refund it to PayPal",
        "yes, and also change the address",
        "yes if I get the money today",
        "yes to the first, no to the second",
        "yes?",
        "yes, order 10042",
        "no, I meant #W5490111",
        "no, use the gift card",
        "cancel the order",
        "what is the fee?",
        "I don't know",
        "the blue one",
        "don't cancel the lamp, only the chair",
        "yesterday I ordered a lamp",
        "okay so where is my parcel",
        "nobody told me that",
        "noted",
        "stop by the store",
        "",
        "yes " * 100 + "and the other order too",
    ],
)
def test_anything_else_is_neither_yes_nor_no(text: str) -> None:
    assert answer_to_confirmation(text) == "other"


@pytest.mark.parametrize(
    "text",
    [
        "ok thanks",
        "Okay, thank you very much",
        "great, thanks!",
        "Great",
        "perfect, thank you",
        "Right",
        "Yeah, right.",
        "sure, right",
        "ok so",
        "All right, thank you so much",
        "Oh great, thanks so much",
        "super, danke",
        "vale, gracias",
        "yes\nwait",
        "yes\nno",
        "yes 👎",
    ],
)
def test_thanks_praise_and_irony_agree_to_nothing(text: str) -> None:
    assert answer_to_confirmation(text) != "yes"


@pytest.mark.parametrize(
    ("text", "asked", "answer"),
    [
        ("yes, cancel the order", ["cancel_order"], "yes"),
        ("ok, cancel it", ["cancel_order"], "yes"),
        ("yes, cancel the order", ["change_order_address"], "other"),
        ("ok, exchange it", ["return_items"], "other"),
        ("yes, swap it please", ["exchange_items"], "yes"),
        ("yes, the refund please", ["return_items"], "yes"),
        ("yes, with the changes", ["change_order_items"], "yes"),
        ("yes, the exchange", ["exchange_items", "cancel_order"], "other"),
        ("yes please switch it", ["change_order_payment"], "yes"),
        ("yes, move it there", ["change_order_address"], "other"),
        ("Yes that's correct, please change it.", ["change_order_address"], "yes"),
        ("yes, that is correct", ["change_order_payment"], "yes"),
        ("yes, swap it", ["change_order_payment"], "other"),
        ("yes, scrap it", ["cancel_order"], "yes"),
        ("scrap it", ["cancel_order"], "other"),
        ("yes, that one", ["cancel_order", "cancel_order"], "other"),
        ("yes, cancel the order", ["cancel_order", "cancel_order"], "other"),
        ("yes, cancel both", ["cancel_order", "cancel_order"], "yes"),
        ("yes please, all of it", ["cancel_order", "change_order_address"], "yes"),
        ("yes, do it", ["cancel_order", "change_order_address"], "yes"),
    ],
)
def test_a_yes_counts_for_the_deed_it_names_and_for_all_that_was_asked(
    text: str, asked: list[str], answer: str
) -> None:
    shown = [Asked(name, WRITE_ACTIONS[name].also_called, f"{name} order #AF1") for name in asked]
    assert answer_to_confirmation(text, shown) == answer


BOOK = Asked(
    "book_technician", ("book", "schedule", "réserver"), "Book a technician for Tuesday; réserver un technicien."
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes, book it", "yes"),
        ("Please book the technician, thanks", "yes"),
        ("oui, réserve", "yes"),
        ("oui, réservez le technicien s'il vous plaît", "yes"),
        ("go ahead and schedule it", "yes"),
        ("yes, book the other one", "other"),
        ("yes, book the plumber", "other"),
        ("yes, cancel it", "other"),
        ("book it if it costs nothing", "other"),
        ("don't book it", "no"),
    ],
)
def test_a_yes_may_name_the_deed_in_the_words_its_tool_is_called_by(text: str, answer: str) -> None:
    assert answer_to_confirmation(text, [BOOK]) == answer


def test_the_verb_alone_of_what_may_take_the_request_back_agrees_to_nothing() -> None:
    assert answer_to_confirmation("cancel it", [Asked("cancel_booking", (), "Cancel booking 7.")]) != "yes"
    assert answer_to_confirmation("stop it", [Asked("stop_service", (), "Stop the service.")]) == "no"


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "Oh sorry, I found the bowl in the box. Please don't refund anything, forget my request.",
        "never mind",
        "please withdraw my request",
        "I no longer want that refund",
        "Das hat sich erledigt, danke",
    ],
)
def test_what_waits_can_be_taken_back(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize("text", ["how long will it take?", "yes", "is it cancelled?", "I don't know when I am home"])
def test_other_words_take_nothing_back(text: str) -> None:
    assert not takes_back(text)


@pytest.mark.parametrize(
    ("text", "no", "taken_back"),
    [
        ("no, the other one", True, True),
        ("No wait, Tuesday", True, True),
        ("no I've changed my mind", True, True),
        ("oh sorry, nein, das andere", True, True),
        ("wait, I meant Tuesday", False, True),
        ("no longer needed", False, False),
        ("no internet since Monday", False, False),
        ("no-one was at home", False, False),
    ],
)
def test_a_no_or_a_wait_at_the_beginning_takes_back_what_was_said(text: str, no: bool, taken_back: bool) -> None:
    assert (begins_with_no(text), begins_by_taking_back(text)) == (no, taken_back)


PREVIEW = (
    "Return from order #AF1: Kettle (matt black). $77.50 goes back to your Visa card ending in 2896, which you "
    "paid with, once "
    "the items have arrived."
)


@pytest.mark.parametrize(
    "text",
    [
        "yes, back to the card I paid with",
        "Yes, to my Visa please",
        "ok, to the Visa card ending in 2896",
        "yes, the kettle",
    ],
)
def test_a_yes_that_only_names_what_was_proposed_is_one(text: str) -> None:
    assert answer_to_confirmation(text, [Asked("return_items", preview=PREVIEW)]) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "yes, to my PayPal",
        "yes, back to my gift card",
        "yes, the kettle and the mug",
        "yes, but to the card I paid with",
        "yes, cancel the kettle",
        "yes, to the Visa card ending in 1111",
        "is it the card I paid with?",
    ],
)
def test_a_yes_that_names_anything_else_is_read_again(text: str) -> None:
    assert answer_to_confirmation(text, [Asked("return_items", preview=PREVIEW)]) == "other"


@pytest.mark.parametrize("text", ["yeah no", "yes... no", "absolutely no", "Yes, no!", "sí, no", "okay. no."])
def test_a_no_behind_a_yes_is_never_a_repetition_of_the_question(text: str) -> None:
    asked = Asked(
        "cancel_order", preview="Cancel order #AF1: Mug. Reason: no longer needed. It can no longer be changed."
    )
    assert answer_to_confirmation(text, [asked]) != "yes"


@pytest.mark.parametrize(
    "text",
    [
        "ok then just the cancelation, yes",
        "just the cancellation, yes",
        "yes, just the cancellation",
        "the cancellation please, yes",
    ],
)
def test_words_for_what_was_proposed_agree_on_either_side_of_a_yes(text: str) -> None:
    cancel, address = Asked("cancel_order"), Asked("change_order_address")
    assert answer_to_confirmation(text, [cancel]) == "yes"
    assert answer_to_confirmation(text, [address]) == "other"
    assert answer_to_confirmation(text, [cancel, address]) == "other"


@pytest.mark.parametrize(
    "text",
    ["just the cancellation", "not the cancellation, yes", "just the skillet, yes", "cancel everything else, yes"],
)
def test_other_words_beside_a_yes_are_read_again(text: str) -> None:
    cancel = Asked("cancel_order", preview="Cancel order #AF10316: Cast Iron Skillet and Wool Blanket.")
    assert answer_to_confirmation(text, [cancel]) == "other"


@pytest.mark.parametrize(
    ("text", "preview"),
    [
        ("Ja, stornieren Sie bitte die Buchung", "Buchung EIPS3W stornieren (DEN nach ORD)."),
        ("ja, bitte alles stornieren", "Buchung EIPS3W stornieren (DEN nach ORD)."),
        ("Oui, échangez-la", "Échange dans la commande #AF10112 : Vacuum Flask contre forest green."),
        ("sí, cancélelo por favor", "Cancelar el pedido #AF10268."),
        ("Oui, c'est bien ça.", "Échange dans la commande #AF10112 : Vacuum Flask contre forest green."),
        ("ja, genau so", "Buchung EIPS3W stornieren (DEN nach ORD)."),
        ("sí, eso es", "Cancelar el pedido #AF10268."),
        ("yes, that's exactly right", "Cancel reservation S81ZOT (DEN to MCO)."),
    ],
)
def test_a_yes_names_the_deed_that_was_proposed_in_another_form_of_its_word(text: str, preview: str) -> None:
    asked = Asked("exchange_items" if "change" in preview else "cancel_reservation", (), preview)
    assert answer_to_confirmation(text, [asked]) == "yes"


@pytest.mark.parametrize(
    "text",
    ["yes, cancel the hotel", "yes, cancel the whole order and the other one", "genau das nicht", "das passt nicht"],
)
def test_a_yes_to_something_else_or_with_a_negation_agrees_to_nothing(text: str) -> None:
    asked = Asked("cancel_reservation", (), "Cancel reservation S81ZOT (DEN to MCO).")
    assert answer_to_confirmation(text, [asked]) != "yes"
