"""Tell staff in their words when a customer whom they name is not there."""

import asyncio
from contextlib import suppress

from core.errors import BackendUnavailable, InputError, Refused
from core.settings import Settings
from graph.opened_stores import business_of, orders_of

LOOK_UP_SECONDS = 2.0


async def customer_exists(settings: Settings, customer_id: str) -> bool | None:
    """Say whether the shop knows a customer, or None where there is none or it does not answer."""
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
