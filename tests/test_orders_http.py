"""A shop behind its own REST API is served like a database, and a lost answer is never sent twice."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from tests.fakes import ADA, BEN, DELIVERED, LAMP, PENDING, FakeOrders
from tests.shop_server import FaultyTransport, shop_server
from tools.actions.changes import Change
from tools.context import Context
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import load_policy
from tools.retail.rest.rest_backend import PATHS, HttpOrderBackend
from tools.retail.shop_rows import order_json, read_records

TODAY = date(2026, 11, 22)
CONTRACT = Path(__file__).resolve().parent.parent / "tools" / "shop_api.yaml"


class Api:
    """A shop behind HTTP, and the backend that talks to it."""

    def __init__(self, *, keys: bool) -> None:
        self.behind = FakeOrders()
        app = shop_server(self.behind, today=TODAY, idempotency_keys=keys)
        self.wire = FaultyTransport(app)
        self.shop = HttpOrderBackend(
            "http://shop.test", api_key="key", idempotency_keys=keys, transport=self.wire, timeout_seconds=1
        )

    async def plan(self, name: str, **args: Any) -> Change:
        """Plan over HTTP as the agent does."""
        context = Context(customer_id="ada")
        return await WRITE_ACTIONS[name].plan(context, args, orders=self.shop, policy=load_policy(), today=TODAY)


@pytest.fixture(params=[True, False], ids=["keys", "no keys"])
def api(request: pytest.FixtureRequest) -> Api:
    return Api(keys=request.param)


async def test_records_arrive_as_they_are(api: Api) -> None:
    assert await api.shop.get_customer("ada") == ADA
    assert await api.shop.get_order("ada", "#AF3") == DELIVERED
    assert [order.id for order in await api.shop.list_orders("ada")] == list(ADA.order_ids)
    assert await api.shop.get_product("P2") == LAMP
    assert await api.shop.find_products("reading lamp", limit=1) == [LAMP]
    assert await api.shop.find_customer(email="ADA@example.com") == ADA
    assert await api.shop.find_customer_by_name(first_name="Ben", last_name="Hale", zip_code="10001") == BEN
    assert await api.shop.find_customer(email="nobody@example.com") is None


@pytest.mark.parametrize("spelling", ["#AF1", "af1", "1", " A F 1 "])
async def test_an_order_is_found_in_every_usual_spelling(api: Api, spelling: str) -> None:
    assert (await api.shop.get_order("ada", spelling)).id == "#AF1"


async def test_foreign_and_unknown_are_refused_alike(api: Api) -> None:
    answers = set()
    for order_id in ("#AF9", "#AF404", "../../ben/orders/#AF9", "..", ""):
        with pytest.raises(Refused) as refusal:
            await api.shop.get_order("ada", order_id)
        answers.add(str(refusal.value))
    assert len(answers) == 1
    with pytest.raises(Refused):
        await api.shop.get_customer("../products/P1")
    for product_id in ("P404", "..", ""):
        with pytest.raises(Refused):
            await api.shop.get_product(product_id)


async def test_every_operation_reaches_the_shop(api: Api) -> None:
    address = {"address1": "9 Vine", "address2": "", "city": "Salem", "state": "OR", "zip": "97301", "country": "USA"}
    swap = {"item_ids": ["S11"], "new_item_ids": ["S12"], "payment_method_id": "credit_card_1"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("change_default_address", address),
        ("change_order_address", {"order_id": "#AF1", **address}),
        ("change_order_payment", {"order_id": "#AF1", "payment_method_id": "paypal_1"}),
        ("change_order_items", {"order_id": "#AF1", **swap}),
        ("refund_order", {"order_id": "#AF3", "amount": 10, "reason": "goodwill"}),
        ("return_items", {"order_id": "#AF3", "item_ids": ["S21"], "payment_method_id": "gift_card_1"}),
    ]
    for number, (name, args) in enumerate(steps):
        change = await api.plan(name, **args)
        outcome = await api.shop.apply(change, key=f"k{number}")
        assert outcome.after, name
        assert await api.shop.find_outcome(change, key=f"k{number}") is not None
    assert api.behind.orders["#AF1"].status == "pending (item modified)"
    assert api.behind.orders["#AF3"].status == "return requested"
    assert api.behind.customers["ada"].address.city == "Salem"
    assert len(api.behind.outcomes) == len(steps)


@pytest.mark.parametrize("lost", ["answer", "status"])
async def test_a_lost_answer_is_unknown_and_looking_tells(api: Api, lost: str) -> None:
    change = await api.plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    assert await api.shop.find_outcome(change, key="k1") is None
    api.wire.lose = {lost}
    with pytest.raises(OutcomeUnknown):
        await api.shop.apply(change, key="k1")
    api.wire.lose = set()
    outcome = await api.shop.find_outcome(change, key="k1")
    assert outcome is not None
    assert outcome.after["order"]["status"] == "cancelled"
    assert api.wire.changes_sent == 1


async def test_a_shop_that_was_not_reached_did_nothing(api: Api) -> None:
    change = await api.plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    api.wire.lose = {"connect"}
    with pytest.raises(BackendUnavailable) as failure:
        await api.shop.apply(change, key="k1")
    assert not isinstance(failure.value, OutcomeUnknown)
    assert "SUPPORT_ORDERS_URL" in str(failure.value)
    assert api.behind.outcomes == {}


async def test_sending_a_change_again_does_it_once(api: Api) -> None:
    change = await api.plan("refund_order", order_id="#AF3", amount=10, reason="goodwill")
    await api.shop.apply(change, key="k1")
    with contextlib.suppress(Refused):  # without keys the order is another by now
        await api.shop.apply(change, key="k1")
    assert len(api.behind.outcomes) == 1


async def test_without_keys_it_says_unknown_when_the_order_is_neither_as_before_nor_as_after() -> None:
    api = Api(keys=False)
    change = await api.plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    elsewhere = await api.plan("refund_order", order_id="#AF3", amount=10, reason="goodwill")
    shipped = read_records(elsewhere.after).order
    assert shipped is not None
    api.behind.orders["#AF1"] = type(PENDING)(**{**vars(PENDING), "payments": shipped.payments, "status": "processed"})
    with pytest.raises(OutcomeUnknown, match="a person has to look"):
        await api.shop.find_outcome(change, key="k1")


async def test_an_order_that_changed_between_the_look_and_the_request_is_left_alone(api: Api) -> None:
    first = await api.plan("change_order_payment", order_id="#AF1", payment_method_id="paypal_1")
    second = await api.plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    await api.shop.apply(first, key="k1")
    with pytest.raises(Refused, match="meanwhile"):
        await api.shop.apply(second, key="k2")
    assert api.behind.orders["#AF1"].status == "pending"


def answering(status: int, content: Any, text: str | None = None) -> HttpOrderBackend:
    """Return a backend whose shop always gives the same answer."""
    body = json.dumps(content) if text is None else text
    transport = httpx.MockTransport(lambda request: httpx.Response(status, text=body))
    return HttpOrderBackend("http://shop.test", transport=transport)


@pytest.mark.parametrize(
    ("status", "content", "named"),
    [
        (200, ["a list"], "JSON object"),
        (200, {"user_id": "ada"}, "customer whose name does not fit"),
        (401, {}, "SUPPORT_CONNECTOR_SECRETS"),
        (500, {}, "status 500"),
        (302, {}, "status 302"),
    ],
)
async def test_an_odd_answer_is_named(status: int, content: Any, named: str) -> None:
    with pytest.raises(BackendUnavailable, match=named):
        await answering(status, content).get_customer("ada")


async def test_what_an_api_tells_beyond_what_was_agreed_on_is_left_aside(api: Api) -> None:
    order = order_json(await api.shop.get_order("ada", "#AF1")) | {"currency": "USD"}
    assert (await answering(200, order).get_order("ada", "#AF1")).id == "#AF1"


async def test_an_answer_that_is_not_json_is_named() -> None:
    with pytest.raises(BackendUnavailable, match="JSON object"):
        await answering(200, None, "<html>").get_customer("ada")


async def nothing_but_spaces() -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(0)
        yield b" "


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b" " * 2_000_000),
        httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(gzip.compress(b"{}"))),
    ],
    ids=["nested", "large", "compressed"],
)
async def test_an_answer_that_is_not_to_be_read_is_a_shop_that_does_not_answer(answer: httpx.Response) -> None:
    shop = HttpOrderBackend("http://shop.test", transport=httpx.MockTransport(lambda request: answer))
    with pytest.raises(BackendUnavailable, match=r"shop\.test"):
        await shop.get_customer("ada")


async def test_an_answer_without_end_is_given_up_after_the_whole_time() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=nothing_but_spaces()))
    shop = HttpOrderBackend("http://shop.test", transport=transport, timeout_seconds=0.05)
    with pytest.raises(BackendUnavailable, match="longer than"):
        await shop.get_customer("ada")


class Spoiled(httpx.AsyncBaseTransport):
    """A shop that answers reads as it should, and what is named here with something else."""

    def __init__(self, spoils: str, answer: httpx.Response) -> None:
        self._inner = httpx.ASGITransport(app=shop_server(FakeOrders(), today=TODAY, api_key="key"))
        self._spoils, self._answer = spoils, answer
        self.sent = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        self.sent += request.method != "GET"
        if self._spoils == request.method or self._spoils in request.url.path:
            return self._answer
        return await self._inner.handle_async_request(request)


@pytest.mark.parametrize(
    "content",
    [b"{}", b'{"error": "no such route"}', b'{"order": {"order_id": "#AF2"}}', b'{"customer": {}}', b"[" * 100_000],
)
@pytest.mark.parametrize("spoils", ["POST", "/changes/"])
async def test_only_the_changed_record_says_that_a_change_was_made(spoils: str, content: bytes) -> None:
    change = await Api(keys=True).plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    wire = Spoiled(spoils, httpx.Response(200, content=content))
    shop = HttpOrderBackend("http://shop.test", api_key="key", transport=wire)
    with pytest.raises(BackendUnavailable):
        await shop.apply(change, key="k1")
    assert wire.sent == (spoils == "POST")


async def test_another_order_than_the_one_that_was_asked_for_is_not_taken(api: Api) -> None:
    order = order_json(await api.shop.get_order("ada", "#AF1"))
    with pytest.raises(Refused):
        await answering(200, order | {"orders": [order]}).get_order("ada", "#AF2")


async def test_an_etag_that_cannot_be_sent_back_sends_nothing() -> None:
    change = await Api(keys=False).plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    order = order_json(await Api(keys=False).shop.get_order("ada", "#AF1"))
    wire = Spoiled("/orders/", httpx.Response(200, json=order, headers=[(b"ETag", b"\xe4")]))
    shop = HttpOrderBackend("http://shop.test", api_key="key", idempotency_keys=False, transport=wire)
    with pytest.raises(BackendUnavailable, match="ETag"):
        await shop.apply(change, key="k1")
    assert wire.sent == 0


async def test_what_a_shop_says_of_its_no_is_one_short_sentence() -> None:
    change = await Api(keys=False).plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    for reason, told in (("It is\non its way.", "It is on its way."), ("x" * 5_000, "The shop does not allow this.")):
        wire = Spoiled("POST", httpx.Response(409, json={"reason": reason}))
        shop = HttpOrderBackend("http://shop.test", api_key="key", idempotency_keys=False, transport=wire)
        with pytest.raises(Refused) as no:
            await shop.apply(change, key="k1")
        assert str(no.value) == told


@pytest.mark.parametrize(
    ("status", "kind"),
    [(200, OutcomeUnknown), (500, OutcomeUnknown), (409, Refused), (412, Refused), (403, BackendUnavailable)],
)
async def test_what_a_change_may_have_done_is_told_apart(status: int, kind: type[Exception]) -> None:
    change = await Api(keys=False).plan("cancel_order", order_id="#AF1", reason="ordered by mistake")
    wire = Spoiled("POST", httpx.Response(status, text="not json"))
    shop = HttpOrderBackend("http://shop.test", api_key="key", idempotency_keys=False, transport=wire)
    with pytest.raises(kind) as failure:
        await shop.apply(change, key="k1")
    assert type(failure.value) is kind


def contract_paths() -> Iterator[tuple[str, str]]:
    content = yaml.safe_load(CONTRACT.read_text())
    for path, operations in content["paths"].items():
        for method in operations.keys() & {"get", "post", "put"}:
            yield method.upper(), path


def test_the_contract_names_every_request_the_backend_and_the_reference_server_know() -> None:
    app = shop_server(FakeOrders(), today=TODAY)
    served = {(method, getattr(route, "path", "")) for route in app.routes for method in getattr(route, "methods", ())}
    any_change = ("POST", "/customers/{customer_id}/orders/{order_id}/{path}")
    changes = {("POST", f"/customers/{{customer_id}}/orders/{{order_id}}/{path}") for path in PATHS.values()}
    reads = {request for request in served if request[0] != "HEAD"} - {any_change}
    assert set(contract_paths()) == reads | changes
