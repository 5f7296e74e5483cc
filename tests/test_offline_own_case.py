"""Questions about the customer's own case are reasoned out: from the record, why not, and what is next."""

from datetime import date

import pytest

from core.embeddings.minilm import embedded_minilm
from tests.offline_shop import on
from tools.retail.offline.reading.shop_understanding import ShopUnderstanding

TODAY = date(2026, 11, 29)
RUTH, ANNIKA, RAFAEL, MEI_LIN = (
    "ruth_abernathy_1028",
    "annika_lindqvist_1015",
    "rafael_quintero_1016",
    "mei_lin_chau_1011",
)
HENRIK, CHIAMAKA, GRACE, ELIF = "henrik_sandvik_1010", "chiamaka_eze_1007", "grace_okafor_1018", "elif_demir_1039"
HANA, IMANI, MATEO = "hana_kimura_1026", "imani_walker_1032", "mateo_rojas_1035"
DECLAN, KASPER, MEI_LIN = "declan_murphy_1021", "kasper_nowak_1023", "mei_lin_chau_1011"


@pytest.mark.parametrize(
    ("customer", "question", "told"),
    [
        (RUTH, "has my refund for the headlamp arrived?", "$47.95 goes back to your Visa ending in 1623"),
        (HENRIK, "did i get my money back for the lamp i cancelled?", "$87.95 was refunded to your PayPal"),
        (
            ELIF,
            "did you get my return of the clock and the stove?",
            "does not say whether it has reached our warehouse",
        ),
        (MEI_LIN, "whats happening with my exchange", "The exchange of the Linen Tablecloth"),
        (MEI_LIN, "how long until the swap is done?", "The exchange of the Linen Tablecloth"),
        (HANA, "which tracking number is for the wool blanket?", "732420280838 (Wool Blanket)"),
        (CHIAMAKA, "why did you charge me 5.45 extra?", "$23.50 and $5.45 were charged"),
        (RAFAEL, "how did i pay for the order from the 17th", "$140.45 for order #AF10302 with your gift card"),
        (HANA, "what did i pay for the folding chair with?", "$301.90 for order #AF10280 with your gift card"),
        (HANA, "how much did the wool blanket cost me", "You paid $143.50 for the Wool Blanket"),
        (IMANI, "when did i order the stove", "You ordered it on 14 November 2026."),
        (MATEO, "the clock was missing in my parcel", "arrived on 8 November 2026"),
    ],
)
def test_what_became_of_money_and_of_what_was_sent_back_is_told_from_the_record(
    customer: str, question: str, told: str
) -> None:
    talk = on(TODAY, customer)
    assert told in talk.say(question)
    assert not talk.proposed


@pytest.mark.parametrize(
    ("customer", "questions", "told", "not_told"),
    [
        (
            IMANI,
            ["where is my stove?", "whats the second number"],
            "796231268112 (Beeswax Candle) and 876766102829",
            "Large orders",
        ),
        (HANA, ["where is my skillet", "and when does my blanket come"], "#AF10280", "#AF10330"),
        (
            HANA,
            ["where is my skillet", "what about my blanket and the chair, when do they come"],
            "#AF10280",
            "#AF1033",
        ),
        (HANA, ["does my sister have to pay customs when it comes"], "", "#AF"),
        (
            ANNIKA,
            ["parcel came wednesday, knife handle is cracked", "do i pay for sending it back"],
            "You do not pay for sending the damaged item back",
            "#AF10299",
        ),
    ],
)
def test_what_is_asked_of_an_order_is_told_of_that_one(
    customer: str, questions: list[str], told: str, not_told: str
) -> None:
    talk = on(TODAY, customer)
    reply = [talk.say(question) for question in questions][-1]
    assert told in reply
    assert not_told not in reply


@pytest.mark.parametrize(
    ("customer", "question", "told"),
    [
        (ELIF, "Wo bleibt mein Geld für die Uhr?", "$149.90 gehen zurück auf: Ihre Visa-Karte"),
        (ELIF, "est-ce que mon retour est arrivé ?", "$149.90 seront remboursés sur"),
        ("lucia_morales_1009", "hola, ya llegó la bandeja que devolví?", "$37.50 se devuelven a"),
        ("emil_johansson_1025", "wie viel ist auf meiner Geschenkkarte?", "75.00"),
        ("emil_johansson_1025", "qué dirección tengo guardada?", "128 Pine Bluff Road"),
        (HANA, "was hat die Wolldecke gekostet?", "$143.50"),
        (IMANI, "mit welcher Karte habe ich den Kocher bezahlt?", "8595"),
        ("gustav_bergstrom_1040", "was heißt „processed“ bei meiner Fußmatte?", "124423150452"),
    ],
)
def test_ones_own_records_are_told_in_other_languages(customer: str, question: str, told: str) -> None:
    talk = on(TODAY, customer)
    assert told in talk.say(question)
    assert not talk.proposed


@pytest.mark.parametrize(
    "told",
    ["can i still return the secateurs? used them once", "i want to return the secateurs, i have used them twice"],
)
def test_what_was_used_is_not_taken_back(told: str) -> None:
    talk = on(TODAY, ANNIKA)
    reply = talk.say(told)
    assert "As it has been used, it cannot go back." in reply
    assert "unused" in reply
    assert "go ahead" not in reply
    assert not talk.proposed


def test_goods_that_were_never_used_are_taken_back() -> None:
    talk = on(TODAY, ANNIKA)
    talk.say("i want to return the secateurs, never used them")
    assert [name for name, _ in talk.proposed] == ["return_items"]


def test_what_broke_later_is_a_matter_of_the_warranty_and_what_arrived_broken_is_reported() -> None:
    later = on(TODAY, MEI_LIN).say("my acacia bowl got a crack after a month, what can i do")
    assert "arrived on 19 October 2026" in later
    assert "warranty" in later
    assert "photos" in later
    assert "within 7 days" in on(date(2026, 11, 12), KASPER).say("the salad bowl has a crack")


def test_a_gift_card_that_holds_too_little_is_not_offered() -> None:
    talk = on(TODAY, RAFAEL)
    reply = talk.say("can I pay AF10274 with my gift card?")
    assert "holds $25.00, which does not cover that" in reply
    assert "go ahead" not in reply


@pytest.mark.parametrize(
    ("said", "pays"),
    [
        ("then maybe a gift card, how long is it good for", False),
        ("a gift card for my mum would be nice", False),
        ("the kettle order was paid with my gift card", False),
        ("put it on my mastercard", True),
        ("use the mastercard", True),
    ],
)
def test_naming_a_way_to_pay_is_no_wish_to_pay_so(said: str, pays: bool) -> None:
    understanding = ShopUnderstanding(embedded_minilm())
    assert ("change_payment" in [request.intent for request in understanding.requests(said)]) is pays


def test_a_return_and_an_exchange_of_one_order_are_asked_to_be_one() -> None:
    talk = on(TODAY, GRACE)
    asked = talk.say("i want to return the tablecloth and exchange the pillow of #AF10148 for a soft one")
    assert "one return or one exchange, not both" in asked
    assert not talk.proposed
    talk.say("the exchange")
    assert [name for name, _ in talk.proposed] == ["exchange_items"]


def test_why_a_changed_order_is_left_as_it_is_is_told_and_no_other_one_is_touched() -> None:
    talk = on(TODAY, CHIAMAKA)
    assert "as its items were changed once" in talk.say("can you change my proving basket to the oval one")
    assert "as its items were changed once" in talk.say("ok then just cancel it, i dont need it")
    assert not talk.proposed


@pytest.mark.parametrize(
    ("customer", "wish", "version"),
    [
        ("ada_brook_1001", "change the clock to the small one", "S201701"),
        (ANNIKA, "change the flask to the green one", "S202202"),
        ("oliver_pettigrew_1012", "i want charcoal instead of sand for my camp chair", "S202406"),
    ],
)
def test_a_version_is_found_by_a_word_of_it_or_by_its_size(customer: str, wish: str, version: str) -> None:
    talk = on(TODAY, customer)
    talk.say(wish)
    assert [args["new_item_ids"] for _, args in talk.proposed] == [[version]]


def test_where_the_difference_goes_amends_what_was_asked() -> None:
    talk = on(TODAY, "ada_brook_1001")
    talk.say("change the clock to the small one")
    talk.say("put the difference on my gift card")
    assert [(name, args["payment_method_id"]) for name, args in talk.proposed] == [
        ("change_order_items", "gift_card_513225")
    ]


def test_two_wishes_keep_their_orders_until_both_are_complete() -> None:
    talk = on(TODAY, DECLAN)
    talk.say("cancel the roasting tin order and change the address on the other one")
    talk.say("dont need it anymore. address is 12 Beacon Street, Boston MA 02108, USA")
    assert {(name, args["order_id"]) for name, args in talk.proposed} == {
        ("cancel_order", "#AF10355"),
        ("change_order_address", "#AF10264"),
    }


def test_of_several_orders_the_one_with_all_the_goods_is_meant_or_the_one_that_is_called_by_its_goods() -> None:
    for wish in ("return the pillow and the tablecloth", "return the pillow from the order with the tablecloth"):
        talk = on(TODAY, GRACE)
        talk.say(wish)
        assert [args["order_id"] for _, args in talk.proposed] == ["#AF10148"]
        assert len(talk.proposed[0][1]["item_ids"]) == (2 if " and " in wish else 1)


def test_another_version_that_is_asked_about_is_the_one_that_is_taken() -> None:
    talk = on(TODAY, "luca_bianchi_1033")
    talk.say("can i exchange the chair in AF10304 to sand?")
    assert "pine costs $57.95" in talk.say("how about pine")
    assert not talk.proposed
    talk.say("ok that one")
    assert [args["new_item_ids"] for _, args in talk.proposed] == [["S202405"]]


def test_a_wish_that_was_asked_about_twice_is_still_known_when_it_is_taken_up() -> None:
    talk = on(TODAY, RAFAEL)
    talk.say("can i still swap the headlamp for the rechargeable one?")
    talk.say("and what would it cost")
    assert not talk.proposed
    talk.say("ok go ahead")
    assert [name for name, _ in talk.proposed] == ["change_order_items"]


@pytest.mark.parametrize("wish", ["my lamp never arrived, i want my money back", "return my lamp"])
def test_what_has_not_arrived_is_no_return(wish: str) -> None:
    talk = on(TODAY, "leila_farahani_1020")
    reply = talk.say(wish)
    assert "it is 12 days late" in reply
    assert not talk.proposed


def test_single_items_of_an_order_are_not_offered_to_be_cancelled() -> None:
    reply = on(TODAY, CHIAMAKA).say("can i cancel just the kettle from AF10347")
    assert "Only the whole order can" in reply
    assert "go ahead" not in reply


@pytest.mark.parametrize(
    ("customer", "question", "told"),
    [
        (HENRIK, "chair arrived a month ago, still in the box. how many days left to return", "until 29 November 2026"),
        ("callum_fraser_1031", "how long do i have to return the duvet cover", "until 6 December 2026"),
        ("amir_shahidi_1029", "can i return the pepper mill? its broken", "2 or 3 photos"),
        ("amir_shahidi_1029", "where did you send my bowl to", "534 Granite Way"),
        (ELIF, "you charged me 371.95, for what exactly", "Linen Duvet Cover, Woven Storage Basket and Wool Blanket"),
        ("ingrid_halvorsen_1003", "two tracking numbers?? why", "more than one parcel"),
        ("kofi_mensah_1038", "how long is the warranty on my blanket", "arrived on 11 October 2026"),
        (CHIAMAKA, "price of my camp stove went down??", "you paid $95.50"),
        ("nadia_petrov_1030", "whats happening with the order i placed last week", "#AF10322"),
        ("leila_farahani_1020", "the picnic blanket: which colour did I order", "navy stripe"),
        (MEI_LIN, "i dropped the mug and it chipped", "accidents"),
    ],
)
def test_a_question_about_the_own_case_is_told_what_its_record_says(customer: str, question: str, told: str) -> None:
    talk = on(TODAY, customer)
    assert told in talk.say(question)
    assert not talk.proposed


@pytest.mark.parametrize(
    ("wish", "meant"),
    [
        ("i have 3 orders with a blanket, cancel the oldest, i dont need it", {"#AF10274"}),
        ("cancel the order from 12 days ago, ordered by mistake", {"#AF10302"}),
    ],
)
def test_orders_are_told_apart_by_their_age(wish: str, meant: set[str]) -> None:
    talk = on(TODAY, RAFAEL)
    talk.say(wish)
    assert {args["order_id"] for _, args in talk.proposed} == meant


def test_both_orders_that_have_the_goods_are_meant() -> None:
    talk = on(TODAY, "tomas_ferreira_1004")
    talk.say("cancel both stove orders, i no longer need them")
    assert {args["order_id"] for _, args in talk.proposed} == {"#AF10308", "#AF10343"}


def test_a_wish_that_hangs_on_an_answer_is_heard() -> None:
    reply = on(TODAY, "beatriz_almeida_1024").say("is my clock order shipped? if not cancel it")
    assert "has not been packed yet" in reply
    assert "one of two reasons" in reply


@pytest.mark.parametrize(
    "more", ["and do i get my money back if it never turns up", "ok what now", "can you send me a new one?"]
)
def test_what_becomes_of_an_order_that_is_late_is_told_of_that_order(more: str) -> None:
    talk = on(TODAY, "ada_brook_1001")
    talk.say("where is my kettle?? was supposed to be here a week ago")
    reply = talk.say(more)
    assert "it is 7 days late" in reply
    assert "replacement at no cost" in reply
    assert not talk.proposed


def test_the_last_word_on_a_version_counts_even_where_it_is_the_one_they_have() -> None:
    talk = on(TODAY, ELIF)
    talk.say("exchange the blanket for the smaller one in heather")
    talk.say("no wait, oat")
    assert [args["new_item_ids"] for _, args in talk.proposed] == [["S201101"]]


def test_a_wish_right_after_an_order_was_told_is_about_that_order() -> None:
    talk = on(TODAY, ANNIKA)
    talk.say("pillow was due last monday, hello??")
    reply = talk.say("can u cancel it and refund me")
    assert "#AF10299" in reply
    assert not talk.proposed


def test_who_asks_for_a_number_again_is_not_told_of_lost_parcels() -> None:
    reply = on(TODAY, "theo_marchand_1027").say("what was the tracking number of my order #AF10213 again?")
    assert "466211120720" in reply
    assert "trace" not in reply


def test_what_is_asked_of_other_goods_is_heard_behind_an_exclamation() -> None:
    talk = on(TODAY, "malik_osei_1002")
    talk.say("can I still return the tent?")
    assert "#AF10176" in talk.say("what a pity. what about the lamp then")


def test_the_only_other_way_to_pay_is_proposed_and_not_asked_for() -> None:
    talk = on(TODAY, "ada_brook_1001")
    talk.say("could I pay the clock order another way instead of my visa?")
    reply = talk.say("yes please")
    assert "gift_card_513225" in reply
    assert "Which payment method" not in reply


def test_who_asks_for_money_because_of_a_delay_hears_the_rule_of_late_parcels() -> None:
    talk = on(TODAY, "ada_brook_1001")
    talk.say("where is my kettle?")
    assert "$14.95 shipping fee back" in talk.say("do I get anything back for the delay")
    assert "a replacement at no cost" in talk.say("and if they dont find it")


@pytest.mark.parametrize("told", ["bowl never came", "still no sign of the salad bowl since the 19th!!"])
def test_who_only_tells_something_of_their_goods_hears_how_these_stand(told: str) -> None:
    assert "#AF10189" in on(TODAY, "kofi_mensah_1038").say(told)
    assert "#AF10032" not in on(TODAY, "kofi_mensah_1038").say("which country is the wool of my blanket from?")
