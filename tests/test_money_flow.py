"""Over any sequence of actions an order gives back no more than was paid, and only to who paid or to a gift card."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Refused
from tests.fakes import ADA, DELIVERED, HOME, LAMP, MUG, PENDING, line
from tools.actions.changes import Change, Move
from tools.retail.policy import load_policy
from tools.retail.rules import order_rules as rules
from tools.retail.rules.money import ZERO, book, refundable, settle
from tools.retail.rules.order_rules import refund_order
from tools.retail.shop_records import Customer, Order, Payment, PaymentMethod, Product
from tools.retail.shop_rows import read_records

POLICY = load_policy()
TODAY = date(2026, 11, 12)
PRODUCTS = {MUG.id: MUG, LAMP.id: LAMP}
EVA = replace(
    ADA,
    payment_methods=(
        *ADA.payment_methods,
        PaymentMethod(id="gift_card_2", source="gift_card", balance=Decimal("5.00")),
    ),
)
METHODS = [m.id for m in EVA.payment_methods]
GIFT_CARDS = {m.id for m in EVA.payment_methods if m.source == "gift_card"}
LINES = [line(product, variant.item_id) for product in (MUG, LAMP) for variant in product.variants]
LINES += [replace(sold, price=sold.price * 3) for sold in LINES]  # one item may have been sold at two prices


def pay(amount: str, method: str, kind: str = "payment") -> Payment:
    assert kind in ("payment", "refund")
    return Payment(
        transaction_type="refund" if kind == "refund" else "payment", amount=Decimal(amount), payment_method_id=method
    )


def give_back(order: Order, ids: list[str], method: str = "credit_card_1", who: Customer = EVA) -> Change:
    return rules.return_items(POLICY, who, order, item_ids=ids, payment_method_id=method, today=TODAY)


def refund(order: Order, amount: str, reason: str = "missing item") -> Change:
    return refund_order(POLICY, EVA, order, amount=Decimal(amount), reason=reason, today=TODAY)


def exchange(order: Order, old: str, new: str, method: str) -> Change:
    return rules.exchange_items(
        POLICY, EVA, order, products=PRODUCTS, item_ids=[old], new_item_ids=[new], payment_method_id=method, today=TODAY
    )


def swap(order: Order, old: str, new: str, method: str) -> Change:
    return rules.change_order_items(
        POLICY, EVA, order, products=PRODUCTS, item_ids=[old], new_item_ids=[new], payment_method_id=method
    )


def after(change: Change) -> Order:
    changed = read_records(change.after).order
    assert changed is not None
    return changed


def test_a_return_of_one_item_sold_at_two_prices_leaves_nothing_to_refund() -> None:
    dear, cheap = replace(line(MUG, "S11"), price=Decimal("50.00")), line(MUG, "S11")
    sold = replace(DELIVERED, items=(dear, cheap), payments=(pay(str(50 + cheap.price), "credit_card_1"),))
    returned = after(give_back(sold, ["S11", "S11"]))
    assert refundable(returned).total == 0


@pytest.mark.parametrize("method", ["credit_card_1", "gift_card_1"])
def test_what_was_refunded_is_not_given_back_again_by_a_return(method: str) -> None:
    refunded = after(refund(DELIVERED, "14.95"))
    with pytest.raises(Refused, match=r"at most \$89\.05"):
        give_back(refunded, ["S11", "S21"], method)
    part = give_back(refunded, ["S21"], method)
    assert part.approval == "the order was refunded before"
    with pytest.raises(Refused, match="original payment method"):
        give_back(refunded, ["S21"], "paypal_1")


def test_an_order_that_was_refunded_in_full_gives_nothing_back_by_a_return() -> None:
    refunded = after(refund(DELIVERED, "104.00"))
    with pytest.raises(Refused, match=r"at most \$0\.00"):
        give_back(refunded, ["S11"], "gift_card_1")


def test_what_went_back_to_another_method_counts() -> None:
    history = (*DELIVERED.payments, pay("60.00", "gift_card_1", "refund"))
    with pytest.raises(Refused, match=r"at most \$44\.00"):
        refund(replace(DELIVERED, payments=history), "44.01")
    cancelled = rules.cancel_order(POLICY, EVA, replace(PENDING, payments=history), reason="no longer needed")
    assert [(m.kind, m.amount, m.payment_method_id) for m in cancelled.moves] == [
        ("refund", Decimal("44.00"), "credit_card_1")
    ]


def test_a_price_difference_does_not_turn_a_gift_card_into_money() -> None:
    paid = (pay("104.00", "gift_card_1"),)
    with pytest.raises(Refused, match="original payment method or to a gift card"):
        swap(replace(PENDING, payments=paid), "S21", "S22", "paypal_1")
    with pytest.raises(Refused, match="original payment method or to a gift card"):
        exchange(replace(DELIVERED, payments=paid), "S21", "S22", "credit_card_1")


def test_a_method_gets_back_no_more_than_it_paid() -> None:
    shared = replace(DELIVERED, payments=(pay("100.00", "gift_card_1"), pay("4.00", "credit_card_1")))
    with pytest.raises(Refused, match=r"at most \$4\.00"):
        give_back(shared, ["S21"])
    assert after(give_back(shared, ["S21"], "gift_card_2")).return_payment_method_id == "gift_card_2"


@pytest.mark.parametrize(
    "plan",
    [
        lambda order: rules.cancel_order(POLICY, EVA, order, reason="no longer needed"),
        lambda order: rules.change_order_payment(POLICY, EVA, order, payment_method_id="paypal_1"),
        lambda order: swap(order, "S21", "S22", "credit_card_1"),
        lambda order: exchange(replace(order, status="delivered"), "S21", "S22", "credit_card_1"),
        lambda order: give_back(replace(order, status="delivered"), ["S11"]),
        lambda order: refund(replace(order, status="delivered"), "1.00"),
    ],
)
def test_whatever_moves_money_on_an_order_that_was_refunded_goes_to_staff(plan: Callable[[Order], Change]) -> None:
    before = replace(PENDING, payments=(*PENDING.payments, pay("5.00", "credit_card_1", "refund")))
    assert plan(before).approval
    address = replace(HOME, city="Salem")
    assert rules.change_order_address(POLICY, EVA, before, address=address).approval is None


def worth(order: Order, item_ids: Sequence[str]) -> Decimal:
    """Return the prices of the first lines that hold these items."""
    left, total = list(order.items), ZERO
    for item_id in item_ids:
        total += left.pop([item.item_id for item in left].index(item_id)).price
    return total


def back_and_promised(order: Order) -> dict[str, Decimal]:
    """Return what each method got back and will get, reckoned apart from the product's own code."""
    back: dict[str, Decimal] = defaultdict(Decimal)
    for payment in order.payments:
        if payment.transaction_type == "refund":
            back[payment.payment_method_id] += payment.amount
    if order.return_item_ids:
        back[str(order.return_payment_method_id)] += worth(order, order.return_item_ids)
    if (order.exchange_price_difference or ZERO) < 0:
        back[str(order.exchange_payment_method_id)] -= order.exchange_price_difference or ZERO
    return back


def holds(order: Order) -> bool:
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for payment in order.payments:
        if payment.transaction_type == "payment":
            paid[payment.payment_method_id] += payment.amount
    back = back_and_promised(order)
    fits = all(amount <= paid[method] or method in GIFT_CARDS for method, amount in back.items())
    return fits and sum(back.values()) <= sum(paid.values())


amounts = st.decimals("0.01", "150", places=2)
orders = st.builds(
    replace,
    st.just(PENDING),
    items=st.lists(st.sampled_from(LINES), min_size=1, max_size=4).map(tuple),
    status=st.sampled_from(["pending", "processed", "delivered"]),
    delivered_at=st.just(date(2026, 11, 10)),
    expected_delivery=st.just(date(2026, 11, 5)),
    payments=st.lists(
        st.builds(
            Payment,
            transaction_type=st.sampled_from(["payment", "payment", "refund"]),
            amount=amounts,
            payment_method_id=st.sampled_from(METHODS),
        ),
        max_size=4,
    ).map(tuple),
).filter(holds)
method_ids = st.sampled_from(METHODS)
some_lines = st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True)
Step = Callable[[Customer, Order], tuple[Customer, Order]]


def applied(plan: Callable[[Customer, Order], Change]) -> Step:
    """Return a step that plans on the records as they are and applies the plan, staff having agreed to everything."""

    def step(customer: Customer, order: Order) -> tuple[Customer, Order]:
        change = plan(customer, order)
        return read_records(change.after).customer or customer, after(change)

    return step


def delivered(customer: Customer, order: Order) -> tuple[Customer, Order]:
    """Let the shop bring what was ordered."""
    moving = order.status in ("pending", "pending (item modified)", "processed")
    return customer, replace(order, status="delivered") if moving else order


def arrived(customer: Customer, order: Order) -> tuple[Customer, Order]:
    """Let the shop book what it promised for a return or an exchange, as it does when the items have arrived."""
    if order.status == "return requested" and order.return_payment_method_id:
        value = worth(order, order.return_item_ids or ())
        moves = (Move(kind="refund", amount=value, payment_method_id=order.return_payment_method_id),)
        return settle(customer, moves), replace(book(order, moves), return_item_ids=None)
    if order.status == "exchange requested" and order.exchange_payment_method_id:
        more = order.exchange_price_difference or ZERO
        kind: Literal["charge", "refund"] = "charge" if more > 0 else "refund"
        moves = (Move(kind=kind, amount=abs(more), payment_method_id=order.exchange_payment_method_id),)
        return settle(customer, moves), replace(book(order, moves), exchange_price_difference=None)
    return customer, order


def ids(order: Order, places: list[int]) -> list[str]:
    return [order.items[n % len(order.items)].item_id for n in dict.fromkeys(p % len(order.items) for p in places)]


def other_version(product: Product, item_id: str, turn: int) -> str:
    versions = [v.item_id for v in product.variants if v.available and v.item_id != item_id]
    return versions[turn % len(versions)]


def swaps(order: Order, places: list[int], turn: int) -> dict[str, list[str]]:
    old = ids(order, places)
    products = {item.item_id: PRODUCTS[item.product_id] for item in order.items}
    return {"item_ids": old, "new_item_ids": [other_version(products[i], i, turn) for i in old]}


def exchanging(method: str, places: list[int], turn: int) -> Step:
    return applied(
        lambda c, o: rules.exchange_items(
            POLICY, c, o, products=PRODUCTS, payment_method_id=method, today=TODAY, **swaps(o, places, turn)
        )
    )


def swapping(method: str, places: list[int], turn: int) -> Step:
    return applied(
        lambda c, o: rules.change_order_items(
            POLICY, c, o, products=PRODUCTS, payment_method_id=method, **swaps(o, places, turn)
        )
    )


steps: st.SearchStrategy[Step] = st.one_of(
    st.just(delivered),
    st.just(arrived),
    st.builds(
        lambda amount, reason: applied(
            lambda c, o: refund_order(POLICY, c, o, amount=amount, reason=reason, today=TODAY)
        ),
        amounts,
        st.sampled_from(sorted(POLICY.refund.reasons)),
    ),
    st.just(applied(lambda c, o: rules.cancel_order(POLICY, c, o, reason="no longer needed"))),
    st.builds(
        lambda method: applied(lambda c, o: rules.change_order_payment(POLICY, c, o, payment_method_id=method)),
        method_ids,
    ),
    st.builds(
        lambda method, places: applied(lambda c, o: give_back(o, ids(o, places), method, c)), method_ids, some_lines
    ),
    st.builds(exchanging, method_ids, some_lines, st.integers(0, 3)),
    st.builds(swapping, method_ids, some_lines, st.integers(0, 3)),
)


@settings(max_examples=400, deadline=None)
@given(order=orders, sequence=st.lists(steps, max_size=10))
def test_no_sequence_gives_back_more_than_was_paid_or_to_who_did_not_pay(order: Order, sequence: list[Step]) -> None:
    customer: Customer = EVA
    for step in sequence:
        try:
            customer, order = step(customer, order)
        except Refused:
            continue
        assert holds(order), order.payments
        assert all((m.balance or ZERO) >= 0 for m in customer.payment_methods)
