"""Keep a shop in memory: an `OrderBackend` for conversations that need no database."""

from collections.abc import Sequence

from core.errors import Refused
from tools.actions.changes import Change, Outcome
from tools.retail.shop_records import (
    CHANGED_MEANWHILE,
    NO_CUSTOMER,
    NO_ORDER,
    NO_PRODUCT,
    Customer,
    Order,
    Product,
    named_order,
)
from tools.retail.shop_rows import read_records


class MemoryShop:
    """Fulfil `OrderBackend`."""

    def __init__(self, customers: Sequence[Customer], orders: Sequence[Order], products: Sequence[Product]) -> None:
        self.customers = {c.id: c for c in customers}
        self.orders = {o.id: o for o in orders}
        self.products = {p.id: p for p in products}
        self.outcomes: dict[str, Outcome] = {}
        """What was applied, by key: one entry for every effect."""

    async def get_customer(self, customer_id: str) -> Customer:
        """Return a customer."""
        if customer_id not in self.customers:
            raise Refused(NO_CUSTOMER)
        return self.customers[customer_id]

    async def find_customer(self, *, email: str) -> Customer | None:
        """Return the customer of an e-mail address."""
        return next((c for c in self.customers.values() if c.email == email.strip().lower()), None)

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> Customer | None:
        """Return the one customer of this name and postcode."""
        wanted = (first_name.lower(), last_name.lower(), zip_code)
        found = [
            c for c in self.customers.values() if (c.first_name.lower(), c.last_name.lower(), c.address.zip) == wanted
        ]
        return found[0] if len(found) == 1 else None

    async def get_order(self, customer_id: str, order_id: str) -> Order:
        """Return one of the customer's orders."""
        order = named_order(await self.list_orders(customer_id), order_id)
        if order is None:
            raise Refused(NO_ORDER)
        return order

    async def list_orders(self, customer_id: str) -> Sequence[Order]:
        """Return the customer's orders."""
        return [o for o in self.orders.values() if o.customer_id == customer_id]

    async def get_product(self, product_id: str) -> Product:
        """Return a product."""
        if product_id not in self.products:
            raise Refused(NO_PRODUCT)
        return self.products[product_id]

    async def find_products(self, words: str, *, limit: int) -> Sequence[Product]:
        """Return the products that share a word with these."""
        wanted = set(words.lower().split())
        return [p for p in self.products.values() if wanted & {p.id.lower(), *p.name.lower().split()}][:limit]

    async def apply(self, change: Change, *, key: str) -> Outcome:
        """Carry a change out once for a key, as long as the records are still what it was planned on."""
        if key in self.outcomes:
            return self.outcomes[key]
        before, after = read_records(change.before), read_records(change.after)
        if before.order and self.orders.get(before.order.id) != before.order:
            raise Refused(CHANGED_MEANWHILE)
        if before.customer and self.customers.get(before.customer.id) != before.customer:
            raise Refused(CHANGED_MEANWHILE)
        if after.order:
            self.orders[after.order.id] = after.order
        if after.customer:
            self.customers[after.customer.id] = after.customer
        self.outcomes[key] = Outcome(key=key, operation=change.operation, after=change.after)
        return self.outcomes[key]

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        """Return what came of a change."""
        return self.outcomes.get(key)
