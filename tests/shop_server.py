"""Serve a shop over the REST API of `tools/shop_api.yaml`: the reference that the HTTP backend is tested against."""

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import Refused
from tools.actions.changes import Change
from tools.context import Context
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy
from tools.retail.rest.rest_backend import PATHS
from tools.retail.shop_records import CHANGED_MEANWHILE, OrderBackend
from tools.retail.shop_rows import customer_json, order_json, product_json, read_records

OPERATIONS = {path: name for name, path in PATHS.items()}
NOT_FOUND = Response(status_code=404)


def tag(record: dict[str, Any]) -> str:
    """Return the ETag of a record."""
    return f'"{hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()}"'


def shop_server(shop: OrderBackend, *, today: date, idempotency_keys: bool = True, api_key: str = "key") -> Starlette:
    """Make the server over any order backend."""
    policy = load_policy()
    first_answers: dict[str, dict[str, Any]] = {}

    def checked(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if request.headers.get("Authorization") != f"Bearer {api_key}":
                return Response(status_code=401)
            try:
                return await handler(request)
            except Refused as no:
                return JSONResponse({"reason": str(no)}, status_code=404 if request.method == "GET" else 409)

        return answer

    async def customers(request: Request) -> Response:
        query = request.query_params
        if "email" in query:
            found = await shop.find_customer(email=query["email"])
        else:
            names = {name: query[name] for name in ("first_name", "last_name")}
            found = await shop.find_customer_by_name(**names, zip_code=query["zip"])
        return JSONResponse({"customers": [customer_json(found)] if found else []})

    async def customer(request: Request) -> Response:
        record = customer_json(await shop.get_customer(request.path_params["customer_id"]))
        return JSONResponse(record, headers={"ETag": tag(record)})

    async def orders(request: Request) -> Response:
        found = await shop.list_orders(request.path_params["customer_id"])
        return JSONResponse({"orders": [order_json(order) for order in found]})

    async def order(request: Request) -> Response:
        customer_id, order_id = request.path_params["customer_id"], request.path_params["order_id"]
        exact = [o for o in await shop.list_orders(customer_id) if o.id == order_id]
        if not exact:
            return NOT_FOUND
        record = order_json(exact[0])
        return JSONResponse(record, headers={"ETag": tag(record)})

    async def products(request: Request) -> Response:
        limit = int(request.query_params.get("limit", "10"))
        found = await shop.find_products(request.query_params["query"], limit=limit)
        return JSONResponse({"products": [product_json(product) for product in found]})

    async def product(request: Request) -> Response:
        return JSONResponse(product_json(await shop.get_product(request.path_params["product_id"])))

    async def change(request: Request) -> Response:
        key = request.headers.get("Idempotency-Key", "") if idempotency_keys else ""
        if key in first_answers:
            return JSONResponse(first_answers[key])
        place = request.path_params
        operation = OPERATIONS[place["path"]] if "path" in place else "change_default_address"
        args = await request.json() | ({"order_id": place["order_id"]} if "order_id" in place else {})
        context = Context(customer_id=place["customer_id"])
        planned: Change = await WRITE_ACTIONS[operation].plan(context, args, orders=shop, policy=policy, today=today)
        before = read_records(planned.before)
        record = (
            order_json(before.order) if before.order else customer_json(await shop.get_customer(place["customer_id"]))
        )
        if request.headers.get("If-Match") != tag(record):
            return JSONResponse({"reason": CHANGED_MEANWHILE}, status_code=412)
        await shop.apply(planned, key=key or uuid.uuid4().hex)
        answer = dict(planned.after)
        if key:
            first_answers[key] = answer
        return JSONResponse(answer)

    async def changes(request: Request) -> Response:
        answer = first_answers.get(request.path_params["key"])
        return JSONResponse(answer) if answer else NOT_FOUND

    def route(path: str, handler: Callable[[Request], Awaitable[Response]], method: str = "GET") -> Route:
        return Route(path, checked(handler), methods=[method])

    return Starlette(
        routes=[
            route("/customers", customers),
            route("/customers/{customer_id}", customer),
            route("/customers/{customer_id}/address", change, "PUT"),
            route("/customers/{customer_id}/orders", orders),
            route("/customers/{customer_id}/orders/{order_id}", order),
            route("/customers/{customer_id}/orders/{order_id}/{path}", change, "POST"),
            route("/products", products),
            route("/products/{product_id}", product),
            route("/changes/{key}", changes),
        ]
    )


class FaultyTransport(httpx.AsyncBaseTransport):
    """Carry requests to an ASGI app, losing what a test asks it to lose."""

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self.lose: set[str] = set()
        """`connect`: no request arrives; `answer`: a change is done, its answer lost; `status`: answered with 502
        after it.
        """
        self.changes_sent = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, and fail as asked."""
        if "connect" in self.lose:
            raise httpx.ConnectError("connection refused", request=request)
        is_change = request.method != "GET"
        self.changes_sent += is_change
        response = await self._inner.handle_async_request(request)
        if is_change and "answer" in self.lose:
            raise httpx.ReadTimeout("timed out", request=request)
        if is_change and "status" in self.lose:
            return httpx.Response(502, request=request)
        return response
