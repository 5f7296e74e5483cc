"""Tell staff in their words when a customer or an order that they name is not in the shop."""

import asyncio
from contextlib import suppress

from core.errors import BackendUnavailable, InputError, Refused
from core.settings import Settings
from graph.opened_stores import business_of, orders_of
from tools.retail.known_customers import LOOK_UP_SECONDS
from tools.retail.shop_records import Order, OrderBackend


async def customer_exists(settings: Settings, customer_id: str) -> bool | None:
    """Say whether the shop knows a customer, or None where there is none or it does not answer: what needs no shop goes
    on.
    """
    if business_of(settings).shop is None:
        return None
    shop = orders_of(settings)
    try:
        with suppress(BackendUnavailable, TimeoutError):
            async with asyncio.timeout(LOOK_UP_SECONDS):
                await shop.get_customer(customer_id)
                return True
        return None
    except Refused:
        return False
    finally:
        await shop.close()


async def check_customer(settings: Settings, customer_id: str | None) -> None:
    """Raise InputError for a customer whom the shop does not know; a shop that is down keeps nobody from writing."""
    if customer_id is not None and await customer_exists(settings, customer_id) is False:
        raise no_customer(settings, customer_id, "leave --customer out for an open chat")


def no_customer(settings: Settings, customer_id: str, otherwise: str) -> InputError:
    """Return the failure of naming a customer who is not there, with what else could be done."""
    return InputError(
        f"there is no customer {customer_id!r} in {business_of(settings).file.name}; check the id (`support-agent "
        f"orders export FILE` writes all customers, under `users`), or {otherwise}"
    )


async def order_of(shop: OrderBackend, settings: Settings, customer_id: str, order_id: str) -> Order:
    """Return an order of a customer; raises InputError where there is no such customer, or no such order of theirs."""
    await _customer(shop, settings, customer_id)
    try:
        return await shop.get_order(customer_id, order_id)
    except Refused:
        raise InputError(
            f"customer {customer_id!r} has no order {order_id!r} in {business_of(settings).file.name}; `support-agent "
            f"orders show --customer {customer_id}` lists those there are"
        ) from None


async def orders_of_customer(shop: OrderBackend, settings: Settings, customer_id: str) -> list[Order]:
    """Return the orders of a customer, newest first; raises InputError where there is no such customer."""
    await _customer(shop, settings, customer_id)
    return list(await shop.list_orders(customer_id))


async def _customer(shop: OrderBackend, settings: Settings, customer_id: str) -> None:
    try:
        await shop.get_customer(customer_id)
    except Refused:
        raise no_customer(settings, customer_id, "import the shop that has it") from None
