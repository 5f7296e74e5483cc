"""Questions about a customer's own order and a rule are answered with both: the record's day, amount and state."""

from datetime import date

import pytest

from tests.offline_shop import on

TODAY = date(2026, 11, 24)
ADA, DMITRI, NOOR, GRACE, SAFIYA = (
    "ada_brook_1001",
    "dmitri_volkov_1014",
    "noor_haddad_1008",
    "grace_okafor_1018",
    "safiya_karim_1013",
)


@pytest.mark.parametrize(
    ("customer", "question", "told"),
    [
        (ADA, "my kettle from the 30th of october, is it too late to send it back?", "until 9 December 2026"),
        (DMITRI, "Tent is from october 6, can I still return it", "The last day for that was 5 November 2026"),
        (DMITRI, "can i still cancel the skillet?", "can no longer be cancelled, as its items were changed once"),
        (SAFIYA, "can the tent be sent to another address?", "It can still be changed"),
    ],
)
def test_whether_something_is_still_possible_is_told_from_the_record(customer: str, question: str, told: str) -> None:
    assert told in on(TODAY, customer).say(question)


def test_what_is_possible_for_nobody_is_not_invited_to() -> None:
    reply = on(TODAY, DMITRI).say("Tent is from october 6, can I still return it")
    assert "go ahead" not in reply


def test_a_question_that_goes_on_about_a_change_keeps_the_order() -> None:
    talk = on(TODAY, ADA)
    talk.say("is it too late to send the kettle back?")
    reply = talk.say("and how much would i get")
    assert "You paid $77.50 for the Gooseneck Kettle" in reply
    assert "5–7 business days" in reply
    assert "until 9 December 2026" in talk.say("and what about the roasting tin")


def test_goods_are_asked_for_like_orders_and_a_late_one_is_told_with_what_is_done_about_it() -> None:
    reply = on(TODAY, DMITRI).say("where's the wool blanket")
    assert "it is 5 days late" in reply
    assert "we will ask the carrier" in reply


def test_of_several_orders_one_is_told_by_its_day_or_by_which_is_newer() -> None:
    talk = on(TODAY, NOOR)
    talk.say("cancel an order please, no longer needed")
    talk.say("the one with the duvet cover")
    talk.say("the one from the 16th")
    assert [args["order_id"] for _, args in talk.proposed] == ["#AF10297"]
    talk = on(TODAY, GRACE)
    talk.say("return the firm pillow")
    talk.say("the newer one")
    assert [args["order_id"] for _, args in talk.proposed] == ["#AF10148"]


def test_what_was_just_spoken_of_is_cancelled_by_it() -> None:
    talk = on(TODAY, "declan_murphy_1021")
    talk.say("saw the white roasting tin i ordered for 10 bucks less somewhere else, do you match prices?")
    talk.say("ok then cancel it please")
    talk.say("i don't need it any more")
    assert [args["order_id"] for _, args in talk.proposed] == ["#AF10355"]


def test_a_postcode_completes_an_address_and_is_no_order() -> None:
    talk = on(TODAY, SAFIYA)
    talk.say("please send the skillet order to 44 Lake Shore Drive Apt 9, Chicago, IL")
    talk.say("60611")
    assert [(args["order_id"], args["zip"]) for _, args in talk.proposed] == [("#AF10335", "60611")]


def test_whoever_asks_for_an_exception_hears_the_rule_and_of_a_person() -> None:
    talk = on(TODAY, DMITRI)
    refused = "Items can be returned within 30 days of delivery. For this order it is too late now."
    talk.tools["get_order"].func = lambda order_id: refused
    assert refused in talk.say("I want to return the tent of #AF10012")
    assert refused in talk.say("please return the tent of #AF10012")
    reply = talk.say("its only a few days late come on")
    assert "You can return items within 30 days of delivery" in reply
    assert "[" in reply
    assert "person" in reply


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Kann ich das Zelt noch zurückgeben?", "bis zum 5. November 2026"),
        ("Puis-je encore renvoyer la tente ?", "jusqu'au 5 novembre 2026"),
        ("¿Puedo devolver el pedido #AF10012 todavía?", "hasta el 5 de noviembre de 2026"),
    ],
)
def test_the_last_day_is_told_in_the_customers_language(question: str, told: str) -> None:
    assert told in on(TODAY, DMITRI).say(question)


@pytest.mark.parametrize(
    ("customer", "question", "told"),
    [
        ("emil_johansson_1025", "i want to cancel the order i changed last week", "can no longer be cancelled"),
        ("mei_lin_chau_1011", "which of my orders can still be returned", "until 25 November 2026"),
        ("chiamaka_eze_1007", "how much did i pay for the stove", "You paid $159.45"),
        (DMITRI, "whats the latest on my blanket", "5 days late"),
    ],
)
def test_orders_are_found_by_what_is_said_of_them(customer: str, question: str, told: str) -> None:
    assert told in on(TODAY, customer).say(question)


def test_goods_named_first_belong_to_what_is_asked_of_them_next() -> None:
    talk = on(TODAY, "declan_murphy_1021")
    talk.say("my tin order, can you change the address to 9 Elm Road, Austin, TX 78701")
    assert [args["order_id"] for _, args in talk.proposed] == ["#AF10355"]


@pytest.mark.parametrize(
    ("customer", "question", "told"),
    [
        (ADA, "was the coffee set delivered? can i still send it back", "The last day for that was 8 November 2026"),
        ("wren_gallagher_1037", "can i still change the tablecloth order", "It can no longer be changed"),
        ("zanele_dlamini_1022", "my order from the 10th hasnt arrived yet!!", "it is 8 days late"),
        (DMITRI, "how late is the blanket", "5 days late"),
    ],
)
def test_the_order_that_is_spoken_of_is_the_one_that_is_told(customer: str, question: str, told: str) -> None:
    assert told in on(TODAY, customer).say(question)


def test_an_order_called_by_its_goods_is_cancelled_whole() -> None:
    assert "one of two reasons" in on(TODAY, ADA).say("can you cancel the clock order")


@pytest.mark.parametrize(
    ("customer", "message", "proposed"),
    [
        (
            "chiamaka_eze_1007",
            "send the kettle order to 12 Peach Street, Atlanta, GA 30310 and pay it by gift card",
            [("change_order_address", "#AF10347"), ("change_order_payment", "#AF10347")],
        ),
        (
            "tomas_ferreira_1004",
            "cancel the pillow order, I no longer need it, and pay order #AF10308 by gift card",
            [("cancel_order", "#AF10343"), ("change_order_payment", "#AF10308")],
        ),
        (
            "tomas_ferreira_1004",
            "I have two stoves on order by accident. cancel the older one please",
            [("cancel_order", "#AF10308")],
        ),
    ],
)
def test_no_wish_of_a_message_is_lost_to_another_nor_a_reason_that_was_said(
    customer: str, message: str, proposed: list[tuple[str, str]]
) -> None:
    talk = on(TODAY, customer)
    talk.say(message)
    assert [(name, args["order_id"]) for name, args in talk.proposed] == proposed


@pytest.mark.parametrize(
    ("customer", "lines", "told"),
    [
        ("ada_brook_1001", ["please pay AF10326 with my gift card and tell me where the kettle is"], "568977097336"),
        ("ada_brook_1001", ["Is my kettle still on time?"], "it is 2 days late"),
        ("freya_thompson_1034", ["what are my tracking numbers?", "which one is the tent?"], "Dome Tent (sleeps 2"),
    ],
)
def test_where_goods_are_is_told_however_it_is_asked(customer: str, lines: list[str], told: str) -> None:
    talk = on(TODAY, customer)
    assert told in [talk.say(line) for line in lines][-1]


def test_who_has_moved_is_asked_where_to() -> None:
    talk = on(TODAY, ADA)
    assert "new address" in talk.say("I moved to a new flat last week.")
    assert talk.proposed == []


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("I need a receipt for order #AF10283, with our company name on it", "within 30 days of the order"),
        ("please send me the invoice of #AF10283", "The invoice is under Orders in your account"),
        ("I want to use a promo code on #AF10326", "A code cannot be added to an order that has already been placed"),
        ("I'd like to pick up #AF10326 in the store", "Bring the order number and a photo ID"),
    ],
)
def test_a_wish_that_only_names_an_order_is_answered_by_the_article_about_it(wish: str, told: str) -> None:
    assert told in on(TODAY, ADA).say(wish).split("\n\n")[0]


@pytest.mark.parametrize("wish", ["i need #AF10283 urgently", "please look into order AF10283", "I want my #AF10283!"])
def test_a_wish_for_the_order_itself_is_told_how_it_stands(wish: str) -> None:
    assert on(TODAY, ADA).say(wish).startswith("Order #AF10283 was shipped on 17 November 2026")


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Can I buy a gift card now for my mom and have it arrive on christmas eve?", "on a date you choose"),
        ("what would standard shipping cost me on a 48 dollar order?", "$5.95"),
    ],
)
def test_a_question_about_what_is_not_ordered_yet_is_answered_by_articles_and_no_order(
    question: str, told: str
) -> None:
    reply = on(TODAY, ADA).say(question)
    assert told in reply
    assert "#AF" not in reply


def test_where_an_order_needs_to_go_is_a_wish_for_that_address() -> None:
    talk = on(TODAY, SAFIYA)
    talk.say("We're moving, so the skillet order needs to go to our new place: 44 Lake Shore Drive, Chicago, IL 60611")
    assert [args["zip"] for name, args in talk.proposed if name == "change_order_address"] == ["60611"]
