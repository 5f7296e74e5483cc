"""Let the redactor know whose records were read, so that their names and addresses stay out of logs and tickets."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from core.errors import BackendUnavailable, Refused
from core.privacy.known_people import KNOWN, KnownPeople
from core.privacy.redaction import Redactor
from tools.retail.shop_records import Address, Customer, Order, OrderBackend

LOOK_UP_SECONDS = 2.0


def remember_customers(customers: Iterable[Customer | None]) -> None:
    """Keep the names and addresses of customers whose records this process has read."""
    for customer in customers:
        if customer is not None:
            add_customer(KNOWN, customer)


def remember_orders(orders: Iterable[Order]) -> None:
    """Keep the addresses that orders go to."""
    for order in orders:
        KNOWN.add(order.customer_id, addresses=address_lines(order.address))


async def know(orders: OrderBackend, customer_id: str) -> None:
    """Look a customer's record up, so that the name is known before anything is written about the conversation."""
    with suppress(Refused, BackendUnavailable, TimeoutError):  # a shop that is down keeps nobody from being answered
        async with asyncio.timeout(LOOK_UP_SECONDS):
            remember_customers([await orders.get_customer(customer_id)])


async def email_of(orders: OrderBackend, customer_id: str) -> str | None:
    """Return the e-mail address of a customer, or None where the shop does not know them."""
    try:
        return (await orders.get_customer(customer_id)).email
    except Refused:
        return None


def add_customer(people: KnownPeople, customer: Customer) -> None:
    """Add what a customer's record says about the person."""
    names = (f"{customer.first_name} {customer.last_name}", f"{customer.last_name} {customer.first_name}")
    people.add(customer.id, names=names, addresses=address_lines(customer.address))


def address_lines(address: Address) -> tuple[str, ...]:
    """Return the lines of an address that point to a household."""
    return address.address1, address.address2, address.zip


async def redactor_for(orders: OrderBackend, customer_id: str) -> Redactor:
    """Return a redactor that knows the customer; raises what the shop raises."""
    return redactor_of(await orders.get_customer(customer_id))


def redactor_of(customer: Customer | None) -> Redactor:
    """Return a redactor that knows one customer and nobody else."""
    people = KnownPeople()
    if customer is not None:
        add_customer(people, customer)
    return Redactor(people=people)
