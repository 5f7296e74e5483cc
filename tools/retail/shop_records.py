"""Define the shop's records, how an order's number is read however it is spelt, and the backend that holds them.

Fields have the names of the shop file beside their own, where those differ, and the limits that `shop_rows` holds them
to when one is read.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import ConfigDict, Field, PlainSerializer

if TYPE_CHECKING:
    from tools.actions.changes import Change, Outcome

NO_CUSTOMER = "I cannot find your customer account. Please sign in again."
NO_ORDER = "I cannot find an order with that number in your account. Please check the number and try again."
NO_PRODUCT = "I cannot find that product in our shop."
CHANGED_MEANWHILE = "Something changed in your account meanwhile, so I have not done this. Let me look again."

Status = Literal[
    "pending",
    "pending (item modified)",
    "processed",
    "delivered",
    "return requested",
    "exchange requested",
    "cancelled",
]
Id = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=500)]
_AsNumber = PlainSerializer(float, return_type=float, when_used="json")
Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2), _AsNumber]
Difference = Annotated[Decimal, Field(max_digits=12, decimal_places=2), _AsNumber]


class Record:
    """What pydantic is told of every record: keys we would lose are refused."""

    __pydantic_config__ = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True)
class Address(Record):
    """A postal address."""

    address1: Text
    address2: Text
    city: Text
    state: Text
    zip: Text
    country: Text


@dataclass(frozen=True, kw_only=True)
class PaymentMethod(Record):
    """One way a customer pays."""

    id: Id
    source: Literal["gift_card", "credit_card", "paypal"]
    brand: Text | None = None
    last_four: Text | None = None
    balance: Amount | None = None
    """What is left on a gift card."""


@dataclass(frozen=True, kw_only=True)
class Customer(Record):
    """A customer of the shop."""

    id: str
    first_name: str
    last_name: str
    email: str
    address: Address
    payment_methods: tuple[PaymentMethod, ...] = ()
    order_ids: tuple[str, ...] = ()
    """In the order in which they were placed."""


@dataclass(frozen=True, kw_only=True)
class Variant(Record):
    """One buyable version of a product."""

    item_id: Id
    options: Mapping[Text, Text]
    available: bool
    price: Amount


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    """A product and its variants."""

    id: str
    name: str
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderItem(Record):
    """One line of an order."""

    item_id: Id
    product_id: Id
    name: Text
    price: Amount
    options: Mapping[Text, Text]


@dataclass(frozen=True, kw_only=True)
class Fulfilment(Record):
    """One parcel: its tracking ids and the items in it."""

    tracking_ids: Annotated[tuple[Id, ...], Field(alias="tracking_id")]
    item_ids: tuple[Id, ...]


@dataclass(frozen=True, kw_only=True)
class Payment(Record):
    """One movement of money for an order."""

    transaction_type: Literal["payment", "refund"]
    amount: Amount
    payment_method_id: Id


@dataclass(frozen=True, kw_only=True)
class Order(Record):
    """An order as the shop knows it now."""

    id: Annotated[Id, Field(alias="order_id")]
    customer_id: Annotated[Id, Field(alias="user_id")]
    status: Status
    address: Address
    items: tuple[OrderItem, ...]
    fulfilments: Annotated[tuple[Fulfilment, ...], Field(alias="fulfillments")]
    payments: Annotated[tuple[Payment, ...], Field(alias="payment_history")]
    ordered_at: date | None = None
    shipped_at: date | None = None
    expected_delivery: date | None = None
    delivered_at: date | None = None
    cancel_reason: Text | None = None
    return_item_ids: Annotated[tuple[Id, ...] | None, Field(alias="return_items")] = None
    return_payment_method_id: Id | None = None
    exchange_item_ids: Annotated[tuple[Id, ...] | None, Field(alias="exchange_items")] = None
    exchange_new_item_ids: Annotated[tuple[Id, ...] | None, Field(alias="exchange_new_items")] = None
    exchange_payment_method_id: Id | None = None
    exchange_price_difference: Difference | None = None


class OrderBackend(Protocol):
    """Read and change the shop on behalf of one customer.

    Every method that takes a `customer_id` answers only for that customer: a foreign order and an unknown order raise
    the same `Refused`.
    """

    async def get_customer(self, customer_id: str) -> Customer:
        """Return the customer; raises Refused when there is none."""
        ...

    async def find_customer(self, *, email: str) -> Customer | None:
        """Return the customer with this e-mail address, in any letter case, or None; only for proving who is asking."""
        ...

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> Customer | None:
        """Return the one customer of this name and postcode, or None; only for proving who is asking."""
        ...

    async def get_order(self, customer_id: str, order_id: str) -> Order:
        """Return one of the customer's orders; raises Refused when they have none of that number."""
        ...

    async def list_orders(self, customer_id: str) -> Sequence[Order]:
        """Return the customer's orders, newest first where the shop knows dates."""
        ...

    async def get_product(self, product_id: str) -> Product:
        """Return a product with its variants; raises Refused when there is none."""
        ...

    async def find_products(self, words: str, *, limit: int) -> Sequence[Product]:
        """Return products whose name, options or ids share words with the query, best first."""
        ...

    async def apply(self, change: "Change", *, key: str) -> "Outcome":
        """Carry out a planned change, all of it or nothing, at most once for a key.

        A second call with the same key changes nothing and returns the first outcome.

        Raises:
            Refused: the records are no longer as they were when the change was planned, or the shop says no.
            BackendUnavailable: the shop did not answer (OutcomeUnknown: it was asked, and may have done it); call
                `find_outcome` before anything else.
        """
        ...

    async def find_outcome(self, change: "Change", *, key: str) -> "Outcome | None":
        """Return what came of a change that was perhaps applied under this key, or None when it was not.

        Raises:
            OutcomeUnknown: the shop cannot tell.
            BackendUnavailable: the shop was not reached.
        """
        ...


def order_key(spelling: str) -> str:
    """Return upper-case letters and digits only: `#W2611340`, `w2611340` and `W 2611340` share one key."""
    return "".join(c for c in unicodedata.normalize("NFKC", spelling).upper() if c.isalnum())


def order_digits(spelling: str) -> str:
    """Return the digits of a number given without its letters, or an empty string.

    `2611340` may stand for `#W2611340`. With the sign, `#2611340` claims to be the whole number and is taken at its
    word.
    """
    key = order_key(spelling)
    return key if key.isdecimal() and "#" not in unicodedata.normalize("NFKC", spelling) else ""


def digits_of(order_id: str) -> str:
    """Return the digits in an order's own number."""
    return "".join(c for c in order_key(order_id) if c.isdecimal())


def named_order(orders: Iterable[Order], spelling: str) -> Order | None:
    """Return the order a spelling means: the one with this key, or the only one with these bare digits."""
    key, digits = order_key(spelling), order_digits(spelling)
    known = list(orders)
    exact = [order for order in known if order_key(order.id) == key]
    alike = [order for order in known if digits and digits_of(order.id) == digits]
    if exact:
        return exact[0]
    return alike[0] if len(alike) == 1 else None
