"""Stand in for what the project talks to, with small classes that fulfil the same Protocols."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.errors import Refused
from tools.backend import (
    CHANGED_MEANWHILE,
    NO_CUSTOMER,
    NO_ORDER,
    NO_PRODUCT,
    Address,
    Customer,
    Fulfilment,
    Order,
    OrderItem,
    Payment,
    PaymentMethod,
    Product,
    Variant,
)
from tools.changes import Change, Outcome, records_json
from tools.order_numbers import named_order

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


class FakeOrders:
    """A shop in memory."""

    def __init__(
        self,
        customers: Sequence[Customer] = (ADA, BEN),
        orders: Sequence[Order] = (PENDING, PROCESSED, DELIVERED, CANCELLED, FOREIGN),
        products: Sequence[Product] = (MUG, LAMP),
    ) -> None:
        self.customers = {c.id: c for c in customers}
        self.orders = {o.id: o for o in orders}
        self.products = {p.id: p for p in products}
        self.outcomes: dict[str, Outcome] = {}
        """What was applied, by key: one entry for every effect."""

    async def get_customer(self, customer_id: str) -> Customer:
        if customer_id not in self.customers:
            raise Refused(NO_CUSTOMER)
        return self.customers[customer_id]

    async def find_customer(self, *, email: str) -> Customer | None:
        return next((c for c in self.customers.values() if c.email == email.strip().lower()), None)

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> Customer | None:
        wanted = (first_name.lower(), last_name.lower(), zip_code)
        found = [
            c for c in self.customers.values() if (c.first_name.lower(), c.last_name.lower(), c.address.zip) == wanted
        ]
        return found[0] if len(found) == 1 else None

    async def get_order(self, customer_id: str, order_id: str) -> Order:
        order = named_order(await self.list_orders(customer_id), order_id)
        if order is None:
            raise Refused(NO_ORDER)
        return order

    async def list_orders(self, customer_id: str) -> Sequence[Order]:
        return [o for o in self.orders.values() if o.customer_id == customer_id]

    async def get_product(self, product_id: str) -> Product:
        if product_id not in self.products:
            raise Refused(NO_PRODUCT)
        return self.products[product_id]

    async def find_products(self, words: str, *, limit: int) -> Sequence[Product]:
        wanted = set(words.lower().split())
        return [p for p in self.products.values() if wanted & {p.id.lower(), *p.name.lower().split()}][:limit]

    async def apply(self, change: Change, *, key: str) -> Outcome:
        if key in self.outcomes:
            return self.outcomes[key]
        before, after = change.before, change.after
        if before.order and self.orders.get(before.order.id) != before.order:
            raise Refused(CHANGED_MEANWHILE)
        if before.customer and self.customers.get(before.customer.id) != before.customer:
            raise Refused(CHANGED_MEANWHILE)
        if after.order:
            self.orders[after.order.id] = after.order
        if after.customer:
            self.customers[after.customer.id] = after.customer
        self.outcomes[key] = Outcome(key=key, operation=change.operation, after=records_json(after))
        return self.outcomes[key]

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        return self.outcomes.get(key)
