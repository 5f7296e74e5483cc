"""Move the dates of a sample shop to the present, so that its windows are open whenever it is tried."""

from dataclasses import replace
from datetime import date, timedelta

from tools.retail.shop_file import Shop
from tools.retail.shop_records import Order

HAPPENED = ("ordered_at", "shipped_at", "delivered_at")
DATES = (*HAPPENED, "expected_delivery")


def shifted(shop: Shop, today: date) -> Shop:
    """Return the shop with all dates moved by the same days, so that the newest thing that happened was yesterday.

    An expected delivery moves along and may lie ahead; the time between any two dates stays what it was.
    """
    happened = [moment for order in shop.orders for name in HAPPENED if (moment := getattr(order, name))]
    if not happened:
        return shop
    by = today - timedelta(days=1) - max(happened)
    return replace(shop, orders=tuple(_moved(order, by) for order in shop.orders))


def _moved(order: Order, by: timedelta) -> Order:
    return replace(order, **{name: moment + by for name in DATES if (moment := getattr(order, name)) is not None})
