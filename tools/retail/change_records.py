"""Write the records a change of the shop touches as plain JSON, and read them back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.retail.shop_records import Customer, Order
from tools.retail.shop_rows import CustomerRow, OrderRow, customer_json, order_json


@dataclass(frozen=True, kw_only=True)
class Records:
    """The records a change touches, at one moment; None where it does not touch them."""

    order: Order | None = None
    customer: Customer | None = None


def records_json(records: Records) -> dict[str, Any]:
    """Write records as plain JSON values in the shape of the shop file."""
    order = {"order": order_json(records.order)} if records.order else {}
    customer = {"customer": customer_json(records.customer)} if records.customer else {}
    return order | customer


def read_records(content: Mapping[str, Any]) -> Records:
    """Read back what `records_json` wrote."""
    order, customer = content.get("order"), content.get("customer")
    return Records(
        order=OrderRow.model_validate(order).record() if order else None,
        customer=CustomerRow.model_validate(customer).record() if customer else None,
    )
