"""What a customer chooses in few words is taken: which of several orders, what of it, and a yes beside other words."""

from datetime import date

import pytest

from tests.offline_shop import on

TODAY = date(2026, 11, 29)
PILLOW = "S201303"


def test_goods_that_are_all_of_an_order_point_at_it() -> None:
    talk = on(TODAY, "tomas_ferreira_1004")
    talk.say("I ordered the camp stove by mistake. Cancel the order that's only the stove")
    assert talk.proposed == [("cancel_order", {"order_id": "#AF10308", "reason": "ordered by mistake"})]


def test_a_yes_after_something_asked_in_between_has_the_open_question_put_again() -> None:
    talk = on(TODAY, "tomas_ferreira_1004")
    asked = talk.say("Cancel my camp stove order please, it was a mistake")
    assert asked.startswith("Which order shall I cancel?")
    talk.say("wait, how long does shipping to Canada take?")
    assert talk.say("ok yes do it") == asked
    assert talk.proposed == []


def test_both_takes_all_the_orders_that_were_listed() -> None:
    talk = on(TODAY, "oliver_pettigrew_1012")
    talk.say("please send the camp chairs to 12 Mill Street, Apt 4, Burlington, VT 05401, USA")
    talk.say("both of them")
    assert sorted(args["order_id"] for _, args in talk.proposed) == ["#AF10247", "#AF10286"]
    assert {args["address1"] for _, args in talk.proposed} == {"12 Mill Street"}


@pytest.mark.parametrize(
    "lines",
    [
        ["I want to return the pillow", "the one i ordered together with the tablecloth"],
        ["I want to return the pillow", "the order with the tablecloth", "gift card please"],
        ["I want to return the pillow that came with the tablecloth"],
    ],
)
def test_goods_that_others_came_with_only_point_at_their_order(lines: list[str]) -> None:
    talk = on(TODAY, "grace_okafor_1018")
    for line in lines:
        talk.say(line)
    [(name, args)] = talk.proposed
    assert (name, args["order_id"], args["item_ids"]) == ("return_items", "#AF10148", [PILLOW])


def test_goods_that_go_with_others_go_together() -> None:
    talk = on(TODAY, "grace_okafor_1018")
    talk.say("I want to return the pillow together with the tablecloth")
    assert [len(args["item_ids"]) for _, args in talk.proposed] == [2]


MOVED = "please send the camp chairs to 12 Mill Street, Apt 4, Burlington, VT 05401, USA"


@pytest.mark.parametrize(
    "lines",
    [
        [MOVED, "both", "yes. can you make that my standard address as well"],
        [MOVED, "both", "yes. and also make it my default address"],
    ],
)
def test_a_wish_beside_a_yes_comes_on_top_of_what_is_proposed(lines: list[str]) -> None:
    talk = on(TODAY, "oliver_pettigrew_1012")
    for line in lines:
        talk.say(line)
    assert [name for name, _ in talk.proposed] == [*["change_order_address"] * 2, "change_default_address"]
    assert {(args["address1"], args["zip"]) for _, args in talk.proposed} == {("12 Mill Street", "05401")}


def test_the_address_an_order_was_just_sent_to_can_become_the_default_one() -> None:
    talk = on(TODAY, "oliver_pettigrew_1012")
    for line in (MOVED, "both", "yes please", "can you make that my standard address as well"):
        talk.say(line)
    assert [(name, args["address1"]) for name, args in talk.proposed] == [("change_default_address", "12 Mill Street")]


def test_a_wish_beside_the_yes_to_an_invitation_is_answered_as_well() -> None:
    talk = on(TODAY, "chiamaka_eze_1007")
    talk.say("can I pay the stove + kettle order with my gift card instead of the amex?")
    reply = talk.say("yes please. and cancel the bread basket order too")
    assert [(name, args["order_id"]) for name, args in talk.proposed] == [("change_order_payment", "#AF10347")]
    assert "#AF10260" in reply
    assert "can no longer be cancelled" in reply
