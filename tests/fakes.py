"""Stand in for what the project talks to, with small classes that fulfil the same Protocols."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from benchmarks.support.memory_shop import MemoryShop
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy
from tools.retail.shop_records import (
    Address,
    Customer,
    Fulfilment,
    Order,
    OrderBackend,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    Variant,
)
from tools.tool import Tool

HOME = Address(address1="12 Bristol Road", address2="", city="Portland", state="OR", zip="97205", country="USA")
ADA = Customer(
    id="ada",
    first_name="Ada",
    last_name="Brook",
    email="ada@example.com",
    address=HOME,
    payment_methods=(
        PaymentMethod(id="credit_card_1", source="credit_card", brand="visa", last_four="4242"),
        PaymentMethod(id="gift_card_1", source="gift_card", balance=Decimal("40.00")),
        PaymentMethod(id="paypal_1", source="paypal"),
    ),
    order_ids=("#AF1", "#AF2", "#AF3", "#AF4"),
)
BEN = Customer(
    id="ben",
    first_name="Ben",
    last_name="Hale",
    email="ben@example.com",
    address=replace(HOME, zip="10001"),
    payment_methods=(PaymentMethod(id="paypal_2", source="paypal"),),
    order_ids=("#AF9",),
)
MUG = Product(
    id="P1",
    name="Stoneware Mug",
    variants=(
        Variant(item_id="S11", options={"glaze": "moss"}, available=True, price=Decimal("16.00")),
        Variant(item_id="S12", options={"glaze": "ink"}, available=True, price=Decimal("18.50")),
        Variant(item_id="S13", options={"glaze": "chalk"}, available=False, price=Decimal("15.00")),
        Variant(item_id="S14", options={"glaze": "gold"}, available=True, price=Decimal("90.00")),
    ),
)
LAMP = Product(
    id="P2",
    name="Reading Lamp",
    variants=(
        Variant(item_id="S21", options={"finish": "brass"}, available=True, price=Decimal("88.00")),
        Variant(item_id="S22", options={"finish": "steel"}, available=True, price=Decimal("80.00")),
    ),
)


def line(product: Product, item_id: str) -> OrderItem:
    """Return an order line for a variant."""
    variant = next(v for v in product.variants if v.item_id == item_id)
    return OrderItem(
        item_id=item_id, product_id=product.id, name=product.name, price=variant.price, options=variant.options
    )


PENDING = Order(
    id="#AF1",
    customer_id="ada",
    status="pending",
    address=HOME,
    items=(line(MUG, "S11"), line(LAMP, "S21")),
    fulfilments=(),
    payments=(Payment(transaction_type="payment", amount=Decimal("104.00"), payment_method_id="credit_card_1"),),
    ordered_at=date(2026, 11, 18),
)
PROCESSED = replace(
    PENDING,
    id="#AF2",
    status="processed",
    fulfilments=(Fulfilment(tracking_ids=("400100200300",), item_ids=("S11", "S21")),),
    shipped_at=date(2026, 11, 19),
    expected_delivery=date(2026, 11, 25),
)
DELIVERED = replace(PROCESSED, id="#AF3", status="delivered", delivered_at=date(2026, 11, 10))
CANCELLED = replace(
    PENDING,
    id="#AF4",
    status="cancelled",
    cancel_reason="no longer needed",
    payments=(*PENDING.payments, replace(PENDING.payments[0], transaction_type="refund")),
)
FOREIGN = replace(
    PENDING,
    id="#AF9",
    customer_id="ben",
    payments=(Payment(transaction_type="payment", amount=Decimal("104.00"), payment_method_id="paypal_2"),),
)


class FakeOrders(MemoryShop):
    """The shop of the tests, in memory."""

    def __init__(
        self,
        customers: Sequence[Customer] = (ADA, BEN),
        orders: Sequence[Order] = (PENDING, PROCESSED, DELIVERED, CANCELLED, FOREIGN),
        products: Sequence[Product] = (MUG, LAMP),
    ) -> None:
        super().__init__(customers, orders, products)


def writes_of(orders: OrderBackend, today: date = date(2026, 11, 22)) -> dict[str, Tool]:
    """Return the writes of a shop by name, under the packaged policy."""
    return {name: action.tool(orders, load_policy(), lambda: today) for name, action in WRITE_ACTIONS.items()}
