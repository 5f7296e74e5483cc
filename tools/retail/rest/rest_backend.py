"""Read and change a shop through its own REST API, the one `shop_api.yaml` describes.

A change is sent once. It carries the row id of the ledger as Idempotency-Key and, so that it cannot land on records
that are no longer as planned, the ETag of the order as If-Match.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from tools.actions.changes import Change, Outcome, outcome_by_state
from tools.retail.known_customers import remember_customers, remember_orders
from tools.retail.rest.rest_client import Answer, ShopClient
from tools.retail.shop_records import (
    CHANGED_MEANWHILE,
    NO_CUSTOMER,
    NO_ORDER,
    NO_PRODUCT,
    Customer,
    Order,
    Product,
    named_order,
    order_key,
)
from tools.retail.shop_rows import Records, read_customer, read_order, read_product, read_records, records_json

PATHS = {
    "cancel_order": "cancel",
    "change_order_address": "address",
    "change_order_payment": "payment-method",
    "change_order_items": "items",
    "return_items": "return",
    "exchange_items": "exchange",
    "refund_order": "refund",
}


class HttpOrderBackend:
    """Serve the shop behind a REST API.

    Every method raises BackendUnavailable when the API does not answer, or not in the shape that was agreed.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout_seconds: float = 10.0,
        idempotency_keys: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Name the API.

        Args:
            url: Root of the API, for example https://shop.example/api.
            api_key: Sent as a bearer token.
            timeout_seconds: Longest wait for one request.
            idempotency_keys: Whether the API remembers changes by their Idempotency-Key. Without that, what became of a
                change is read off the order, and nothing is sent again as long as that cannot tell.
            transport: Carries the requests instead of the network, for tests.
        """
        self._client = ShopClient(url, api_key=api_key, timeout_seconds=timeout_seconds, transport=transport)
        self._keys = idempotency_keys

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        await self._client.close()

    async def check(self) -> str:
        """Ask the API for something harmless, and say that it answers."""
        await self._client.get("/products", {"query": "gift", "limit": "1"})
        return f"{self._client.url} answers"

    async def get_customer(self, customer_id: str) -> Customer:
        """Return the customer; raises Refused when there is none."""
        return (await self._customer(customer_id))[0]

    async def find_customer(self, *, email: str) -> Customer | None:
        """Return the customer with this e-mail address, or None."""
        return await self._only_customer({"email": email.strip()})

    async def find_customer_by_name(self, *, first_name: str, last_name: str, zip_code: str) -> Customer | None:
        """Return the one customer of this name and postcode, or None, also when several fit."""
        return await self._only_customer({"first_name": first_name, "last_name": last_name, "zip": zip_code})

    async def get_order(self, customer_id: str, order_id: str) -> Order:
        """Return one of the customer's orders, its number in any usual spelling; raises Refused when there is none."""
        if not order_key(order_id):  # nothing but dots would be a path to somewhere else
            raise Refused(NO_ORDER)
        answer = await self._client.get(_order_path(customer_id, order_id))
        order = None if answer is None else _order(answer)
        if order is None or order_key(order.id) != order_key(order_id):
            order = named_order(await self.list_orders(customer_id), order_id)
        if order is None or order.customer_id != customer_id:
            raise Refused(NO_ORDER)
        return order

    async def list_orders(self, customer_id: str) -> Sequence[Order]:
        """Return the customer's orders in the order the shop gives them."""
        answer = await self._client.get(f"/customers/{quote(customer_id, safe='')}/orders")
        found = [] if answer is None else [_order(answer, row) for row in answer.rows("orders")]
        return [order for order in found if order.customer_id == customer_id]

    async def get_product(self, product_id: str) -> Product:
        """Return a product with its variants; raises Refused when there is none."""
        path = f"/products/{quote(product_id.strip(), safe='')}"
        answer = await self._client.get(path) if order_key(product_id) else None
        if answer is None:
            raise Refused(NO_PRODUCT)
        return answer.read(read_product)

    async def find_products(self, words: str, *, limit: int) -> Sequence[Product]:
        """Return products the shop finds for these words, best first."""
        answer = await self._client.get("/products", {"query": words, "limit": str(limit)})
        rows = [] if answer is None else answer.rows("products")
        return [answer.read(read_product, row) for row in rows[:limit]] if answer else []

    async def apply(self, change: Change, *, key: str) -> Outcome:
        """Send a planned change once.

        Raises:
            Refused: the records are no longer as planned, or the shop says no.
            OutcomeUnknown: the shop was asked and did not say what came of it.
            BackendUnavailable: the shop was not asked.
        """
        if self._keys and (earlier := await self.find_outcome(change, key=key)):
            return earlier
        records, tag = await self._records(change)
        if records != read_records(change.before):
            raise Refused(CHANGED_MEANWHILE)
        if not tag.isascii():
            raise BackendUnavailable(f"{self._client.url} gave an order an ETag that cannot be sent back")
        body = {name: value for name, value in change.args.items() if name != "order_id"}
        headers = ({"If-Match": tag} if tag else {}) | ({"Idempotency-Key": key} if self._keys else {})
        if change.record_id is None:
            path, method = f"/customers/{quote(change.customer_id, safe='')}/address", "PUT"
        else:
            path, method = f"{_order_path(change.customer_id, change.record_id)}/{PATHS[change.operation]}", "POST"
        answer = await self._client.send(method, path, body, headers)
        after = _changed(answer, change)
        if after is None:
            raise OutcomeUnknown(f"{answer.url} was asked for a change and did not answer with the changed record")
        return Outcome(key=key, operation=change.operation, after=after)

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        """Return what came of a change: by its key where the API keeps them, else by the state of the records.

        Raises:
            OutcomeUnknown: the records are neither as before the change nor as after it, or what is told of the key is
                no changed record.
        """
        if not self._keys:
            return outcome_by_state(change, records_json((await self._records(change))[0]), key=key)
        answer = await self._client.get(f"/changes/{quote(key, safe='')}")
        if answer is None:
            return None
        after = _changed(answer, change)
        if after is None:
            raise OutcomeUnknown(f"{answer.url}/changes/… did not answer with a changed record, nor with status 404")
        return Outcome(key=key, operation=change.operation, after=after)

    async def _records(self, change: Change) -> tuple[Records, str]:
        """Return the records a change touches as they are now, and the ETag of the one it is sent to."""
        order, customer, tag = None, None, ""
        if "customer" in change.before:
            customer, tag = await self._customer(change.customer_id)
        if change.record_id is not None:
            answer = await self._client.get(_order_path(change.customer_id, change.record_id))
            if answer is None:
                raise Refused(NO_ORDER)
            order, tag = _order(answer), answer.tag
        return Records(order=order, customer=customer), tag

    async def _customer(self, customer_id: str) -> tuple[Customer, str]:
        answer = await self._client.get(f"/customers/{quote(customer_id, safe='')}")
        if answer is None:
            raise Refused(NO_CUSTOMER)
        return _known(answer.read(read_customer)), answer.tag

    async def _only_customer(self, query: Mapping[str, str]) -> Customer | None:
        answer = await self._client.get("/customers", query)
        rows = [] if answer is None else answer.rows("customers")
        return _known(answer.read(read_customer, rows[0])) if answer and len(rows) == 1 else None


def _order_path(customer_id: str, order_id: str) -> str:
    return f"/customers/{quote(customer_id, safe='')}/orders/{quote(order_id.strip(), safe='')}"


def _changed(answer: Answer, change: Change) -> dict[str, Any] | None:
    """Return the records that an answer says were changed; None where the one of the change is not among them."""
    after = {name: answer.content[name] for name in ("order", "customer") if isinstance(answer.content.get(name), dict)}
    if change.record_id is None:
        return after if "customer" in after else None
    named = str(after.get("order", {}).get("order_id", ""))
    return after if order_key(named) == order_key(change.record_id) else None


def _order(answer: Answer, row: Any = None) -> Order:
    order = answer.read(read_order, row)
    remember_orders([order])
    return order


def _known(customer: Customer) -> Customer:
    remember_customers([customer])
    return customer
