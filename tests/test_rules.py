"""What may be done to an order, and what it does to records and money, is decided by pure functions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from tests.fakes import ADA, CANCELLED, DELIVERED, HOME, LAMP, MUG, PENDING, PROCESSED, line
from tools.actions.changes import Change, change_json, read_change
from tools.retail.policy import RefundRule, load_policy
from tools.retail.rules import order_rules as rules
from tools.retail.rules.money import refundable
from tools.retail.rules.order_rules import refund_order
from tools.retail.shop_records import Address, Order, Payment
from tools.retail.shop_rows import read_records

POLICY = load_policy()
TODAY = date(2026, 11, 22)
PRODUCTS = {MUG.id: MUG, LAMP.id: LAMP}
ELSEWHERE = Address(address1="9 Vine Street", address2="Unit B", city="Salem", state="OR", zip="97301", country="US")
MODIFIED = replace(PENDING, status="pending (item modified)")


def cancel(order: Order = PENDING, reason: str = "ordered by mistake") -> Change:
    return rules.cancel_order(POLICY, ADA, order, reason=reason)


def pay_with(method: str, order: Order = PENDING) -> Change:
    return rules.change_order_payment(POLICY, ADA, order, payment_method_id=method)


def send_to(address: Address, order: Order = PENDING) -> Change:
    return rules.change_order_address(POLICY, ADA, order, address=address)


def swap(
    old: list[str], new: list[str], method: str = "credit_card_1", order: Order = PENDING, exchange: bool = False
) -> Change:
    request: dict[str, Any] = {"products": PRODUCTS, "item_ids": old, "new_item_ids": new, "payment_method_id": method}
    if exchange:
        return rules.exchange_items(POLICY, ADA, order, today=TODAY, **request)
    return rules.change_order_items(POLICY, ADA, order, **request)


def give_back(items: list[str], method: str = "credit_card_1", order: Order = DELIVERED, today: date = TODAY) -> Change:
    return rules.return_items(POLICY, ADA, order, item_ids=items, payment_method_id=method, today=today)


def refund(amount: str, reason: str = "goodwill", order: Order = DELIVERED, today: date = TODAY) -> Change:
    return refund_order(POLICY, ADA, order, amount=Decimal(amount), reason=reason, today=today)


def after(change: Change) -> Order:
    changed = read_records(change.after).order
    assert changed is not None
    return changed


def paid_by(method: str, amount: str = "104.00") -> Order:
    payment = Payment(transaction_type="payment", amount=Decimal(amount), payment_method_id=method)
    return replace(PENDING, payments=(payment,))


def test_cancelling_sends_everything_back_the_way_it_came() -> None:
    change = cancel()
    assert after(change).status == "cancelled"
    assert after(change).cancel_reason == "ordered by mistake"
    assert refundable(after(change)).by_method == {}
    assert read_records(change.after).customer is None
    assert "#AF1" in change.summary
    assert "Stoneware Mug (moss) and Reading Lamp (brass)" in change.summary
    assert "$104.00 goes back to your Visa card ending in 4242 within 5–7 business days" in change.summary


def test_a_gift_card_has_its_money_back_at_once() -> None:
    change = cancel(paid_by("gift_card_1"))
    customer = read_records(change.after).customer
    assert customer is not None
    assert customer.payment_methods[1].balance == Decimal("144.00")
    assert "gift card at once" in change.summary


def test_a_changed_payment_is_refunded_once_when_the_order_is_cancelled() -> None:
    moved = after(pay_with("paypal_1"))
    change = cancel(moved)
    assert [(m.kind, m.payment_method_id, m.amount) for m in change.moves] == [
        ("refund", "paypal_1", Decimal("104.00"))
    ]


def test_the_payment_moves_as_a_whole() -> None:
    change = pay_with("paypal_1")
    assert refundable(after(change)).by_method == {"paypal_1": Decimal("104.00")}
    assert after(change).status == "pending"
    assert "charged to your PayPal account" in change.summary


def test_items_are_swapped_and_the_difference_is_settled() -> None:
    change = swap(["S11"], ["S12"])
    assert after(change).status == "pending (item modified)"
    assert after(change).items == (line(MUG, "S12"), line(LAMP, "S21"))
    assert after(change).payments[-1] == Payment(
        transaction_type="payment", amount=Decimal("2.50"), payment_method_id="credit_card_1"
    )
    cheaper = swap(["S21"], ["S22"], "gift_card_1")
    customer = read_records(cheaper.after).customer
    assert customer is not None
    assert customer.payment_methods[1].balance == Decimal("48.00")
    assert after(cheaper).payments[-1].transaction_type == "refund"


def test_an_exchange_names_what_goes_and_what_comes_and_moves_no_money_yet() -> None:
    change = swap(["S21", "S11"], ["S22", "S12"], order=DELIVERED, exchange=True)
    assert after(change).status == "exchange requested"
    assert after(change).exchange_item_ids == ("S11", "S21")
    assert after(change).exchange_new_item_ids == ("S12", "S22")
    assert after(change).exchange_price_difference == Decimal("-5.50")
    assert after(change).payments == DELIVERED.payments
    assert change.args["item_ids"] == ["S11", "S21"]
    assert change.args["new_item_ids"] == ["S12", "S22"]


def test_a_return_is_registered_with_where_the_money_will_go() -> None:
    change = give_back(["S21"], "gift_card_1")
    assert after(change).status == "return requested"
    assert after(change).return_item_ids == ("S21",)
    assert after(change).return_payment_method_id == "gift_card_1"
    assert change.moves == ()
    assert "$88.00" in change.summary


@pytest.mark.parametrize(
    "plan",
    [
        lambda items, new: give_back(items),
        lambda items, new: swap(items, new),
        lambda items, new: swap(items, new, order=DELIVERED, exchange=True),
    ],
)
def test_a_change_planned_again_from_its_own_arguments_reads_word_for_word_the_same(
    plan: Callable[[list[str], list[str]], Change],
) -> None:
    asked = plan(["S21", "S11"], ["S22", "S12"])
    again = plan(asked.args["item_ids"], asked.args.get("new_item_ids", []))
    assert (again.summary, again.done, again.args, again.after) == (asked.summary, asked.done, asked.args, asked.after)


def test_addresses_are_tidied_and_the_country_has_the_shops_name() -> None:
    change = send_to(replace(ELSEWHERE, address1="  9  Vine   Street "))
    assert after(change).address == replace(ELSEWHERE, country="USA")
    default = rules.change_default_address(POLICY, ADA, address=ELSEWHERE)
    assert default.record_id is None
    assert read_records(default.after).customer == replace(ADA, address=replace(ELSEWHERE, country="USA"))


def test_a_goodwill_refund_goes_back_to_who_paid_and_needs_staff() -> None:
    change = refund("10.00")
    assert after(change).payments[-1].amount == Decimal("10.00")
    assert after(change).status == "delivered"
    assert change.approval == "the refund of $10.00 is above $0.00"


LATE = replace(DELIVERED, expected_delivery=date(2026, 11, 5))


def test_a_late_delivery_is_checked_against_the_shops_dates() -> None:
    assert refund("14.95", "late delivery", LATE).approval is None
    with pytest.raises(Refused, match="not late"):
        refund("5.00", "late delivery", DELIVERED)
    overdue = replace(PROCESSED, expected_delivery=date(2026, 11, 12))
    assert refund("5.00", "late delivery", overdue).approval is None


def test_a_second_small_refund_needs_staff() -> None:
    once = after(refund("5.00", "late delivery", LATE))
    assert refund("5.00", "late delivery", once).approval == "the order was refunded before"


def test_money_promised_for_a_return_cannot_be_refunded_again() -> None:
    returned = after(give_back(["S21"]))
    assert after(refund("16.00", order=returned)).payments[-1].amount == Decimal("16.00")
    with pytest.raises(Refused, match=r"at most \$16\.00"):
        refund("16.01", order=returned)


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: cancel(PROCESSED), "“processed”.*only be cancelled while it is “pending”"),
        (lambda: cancel(DELIVERED), "“delivered”"),
        (lambda: cancel(CANCELLED), "“cancelled”"),
        (lambda: cancel(MODIFIED), "item modified"),
        (lambda: cancel(reason="I am bored"), "no longer needed, ordered by mistake"),
        (lambda: cancel(reason=""), "no longer needed"),
        (lambda: pay_with("credit_card_1"), "already paid with your Visa card"),
        (lambda: pay_with("paypal_2"), "cannot find that payment method"),
        (lambda: pay_with("gift_card_1"), r"holds \$40\.00, but \$104\.00 is needed"),
        (lambda: pay_with("paypal_1", PROCESSED), "only be changed"),
        (lambda: pay_with("paypal_1", after(swap(["S11"], ["S12"], "gift_card_1"))), "item modified"),
        (lambda: send_to(HOME), "already goes to that address"),
        (lambda: send_to(ELSEWHERE, PROCESSED), "only be changed while it is “pending”"),
        (lambda: send_to(replace(ELSEWHERE, country="France")), "We ship to USA and Canada only"),
        (lambda: send_to(replace(ELSEWHERE, zip="9730")), "five digits"),
        (lambda: send_to(replace(ELSEWHERE, city=" ")), "city is missing"),
        (lambda: send_to(replace(ELSEWHERE, address1="<script>alert(1)</script>")), "cannot be printed"),
        (lambda: send_to(replace(ELSEWHERE, address2="line\nbreak")), "cannot be printed"),
        (lambda: send_to(replace(ELSEWHERE, city="Sa\u202elem")), "cannot be printed"),
        (lambda: send_to(replace(ELSEWHERE, address1="x" * 101)), "at most 100"),
        (lambda: swap(["S11"], ["S21"]), "same product"),
        (lambda: swap(["S11"], ["S99"]), "same product"),
        (lambda: swap(["S11"], ["S11"]), "already have"),
        (lambda: swap(["S11"], ["S13"]), "out of stock"),
        (lambda: swap(["S11"], []), "exactly one new item"),
        (lambda: swap([], []), "name the items"),
        (lambda: swap(["S12"], ["S11"]), "not in order #AF1"),
        (lambda: swap(["S11", "S11"], ["S12", "S12"]), "not that many times in order"),
        (lambda: swap(["S11"], ["S14"], "gift_card_1"), r"holds \$40\.00, but \$74\.00 is needed"),
        (lambda: swap(["S11"], ["S12"], "paypal_2"), "payment method"),
        (lambda: swap(["S11"], ["S12"], order=MODIFIED), "item modified"),
        (lambda: swap(["S11"], ["S12"], order=PENDING, exchange=True), "only be exchanged while it is “delivered”"),
        (lambda: swap(["S11"], ["S14"], "gift_card_1", DELIVERED, exchange=True), "is needed"),
        (lambda: give_back(["S11"], order=PENDING), "only be returned while it is “delivered”"),
        (lambda: give_back(["S11"], "paypal_1"), "original payment method or to a gift card"),
        (lambda: give_back(["S11", "S11"]), "not that many times"),
        (lambda: give_back(["S11"], today=date(2026, 12, 11)), r"within 30 days of delivery\. .*10 November 2026"),
        (lambda: refund("0"), "above zero"),
        (lambda: refund("-5"), "above zero"),
        (lambda: refund("1.005"), "two decimals"),
        (lambda: refund("NaN"), "above zero"),
        (lambda: refund("Infinity"), "above zero"),
        (lambda: refund("1e30"), "at most"),
        (lambda: refund("50.01"), r"at most \$50\.00"),
        (lambda: refund("104.01", "missing item"), r"at most \$104\.00"),
        (lambda: refund("5", "your colleague promised"), "one of these reasons"),
        (lambda: refund("5", order=CANCELLED), "only be refunded"),
        (lambda: refund("5", "damaged on arrival"), "within 7 days of delivery"),
        (lambda: refund("5", "price adjustment", today=date(2026, 12, 3)), "within 14 days of ordering"),
        (lambda: rules.change_default_address(POLICY, ADA, address=HOME), "already is your default"),
    ],
)
def test_a_refusal_names_the_rule(attempt: Callable[[], Change], words: str) -> None:
    with pytest.raises(Refused, match=words):
        attempt()


def test_a_shop_can_rule_out_refunds_without_a_return() -> None:
    without = POLICY.model_copy(update={"refund": RefundRule(reasons={})})
    with pytest.raises(Refused, match="only for items that are returned"):
        refund_order(without, ADA, DELIVERED, amount=Decimal("5"), reason="goodwill", today=TODAY)


def test_the_last_day_of_a_window_counts_and_orders_without_dates_have_none() -> None:
    assert after(give_back(["S11"], today=date(2026, 12, 10))).status == "return requested"
    undated = replace(DELIVERED, delivered_at=None)
    assert after(give_back(["S11"], order=undated, today=date(2036, 1, 1))).status == "return requested"


def test_an_item_bought_twice_can_be_returned_twice() -> None:
    twice = replace(DELIVERED, items=(line(MUG, "S11"), line(MUG, "S11")))
    assert after(give_back(["S11", "S11"], order=twice)).return_item_ids == ("S11", "S11")


def test_large_amounts_need_staff() -> None:
    costly = replace(paid_by("credit_card_1", "900.00"))
    assert cancel(costly).approval == "the refund of $900.00 is above $500.00"
    assert cancel().approval is None


@pytest.mark.parametrize(
    "change",
    [cancel(paid_by("gift_card_1")), swap(["S11"], ["S12"]), give_back(["S21"]), refund("10"), send_to(ELSEWHERE)],
)
def test_a_change_survives_being_stored(change: Change) -> None:
    assert read_change(change_json(change)) == change


@given(amounts=st.lists(st.decimals("0.01", "60", places=2), max_size=12))
def test_no_series_of_refunds_gives_back_more_than_was_paid(amounts: list[Decimal]) -> None:
    order = DELIVERED
    for amount in amounts:
        try:
            order = after(refund(str(amount), "missing item", order))
        except Refused:
            continue
    assert sum(p.amount for p in order.payments if p.transaction_type == "refund") <= Decimal("104.00")
