"""Work on tickets and approvals over HTTP, as several operators at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.inbox.worker import go_on_with_decisions
from server.routes.operator_routes import _changes
from tests.fakes import FakeOrders
from tests.graph_fakes import RETURNS, TODAY, KeywordRetriever, call, confirmed_actions, scripted
from tests.server_fakes import Running, bearer, serving
from tools.retail.policy import load_policy
from tools.retail.shop_tools import make_tools

OLGA = bearer("olga", "operator")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path) as running:
        yield running


async def handed_over(server: Running) -> tuple[str, str]:
    """Return the thread and the ticket of a customer who asked for a person."""
    answer = await server.say("ada", "I want to talk to a person")
    assert answer["reply"]["owner"] == "pending"
    return answer["thread_id"], answer["reply"]["ticket_id"]


async def said(server: Running, thread: str) -> list[tuple[str, str]]:
    read = (await server.client.get(f"/v1/threads/{thread}", headers=bearer("ada"))).json()
    return [(m["role"], m["text"]) for m in read["messages"]]


async def test_a_ticket_is_taken_answered_and_closed_and_the_customer_reads_it(server: Running) -> None:
    thread, ticket = await handed_over(server)
    listed = (await server.client.get("/v1/tickets", headers=OLGA)).json()["tickets"]
    assert [t["id"] for t in listed] == [ticket]
    taken = await server.client.post(f"/v1/tickets/{ticket}/take", headers=OLGA)
    assert (taken.json()["status"], taken.json()["operator"]) == ("human", "olga")
    suggestion = await server.client.get(f"/v1/tickets/{ticket}/suggestion", headers=OLGA)
    assert "olga" in suggestion.json()["text"]
    for _ in range(2):  # the same reply twice is one
        body = {"text": "I will send a new mug.", "key": "k"}
        replied = await server.client.post(f"/v1/tickets/{ticket}/reply", json=body, headers=OLGA)
        assert replied.status_code == 200, replied.text
    other = await server.client.post(
        f"/v1/tickets/{ticket}/reply", json={"text": "I will send a new pan.", "key": "k"}, headers=OLGA
    )
    assert other.status_code == 422
    assert "other words" in other.json()["detail"]
    assert (await said(server, thread))[-1] == ("operator", "I will send a new mug.")
    assert [role for role, _ in await said(server, thread)].count("operator") == 1
    quiet = await server.say("ada", "thank you", thread)
    assert quiet["reply"]["text"] == ""
    assert quiet["reply"]["owner"] == "human"
    conversation = await server.client.get(f"/v1/tickets/{ticket}/thread", headers=OLGA)
    assert conversation.json()["messages"][-1]["text"] == "thank you"
    closed = await server.client.post(f"/v1/tickets/{ticket}/resolve", headers=OLGA)
    assert closed.json()["status"] == "resolved"
    assert ticket in (await said(server, thread))[-1][1]
    assert (await server.client.get("/v1/tickets", headers=OLGA)).json()["tickets"] == []
    assert (await server.client.post(f"/v1/tickets/{ticket}/take", headers=OLGA)).status_code == 409
    assert (await server.say("ada", "how do returns work?", thread))["reply"]["owner"] == "bot"


async def test_an_unknown_ticket_is_404(server: Running) -> None:
    for path in ("/v1/tickets/T9", "/v1/tickets/T9/thread"):
        assert (await server.client.get(path, headers=OLGA)).status_code == 404
    assert (await server.client.post("/v1/tickets/T9/take", headers=OLGA)).status_code == 404


async def test_a_conversation_that_came_another_way_than_by_http_is_shown_too(server: Running) -> None:
    reply = await server.service.agent.send("chat-1", "I want to talk to a person", customer_id="ada")
    shown = await server.client.get(f"/v1/tickets/{reply.ticket_id}/thread", headers=OLGA)
    assert shown.status_code == 200, shown.text
    assert [m["role"] for m in shown.json()["messages"]] == ["customer", "agent"]
    assert shown.json()["ticket_id"] == reply.ticket_id


async def test_operators_see_tickets_come_change_and_go(server: Running) -> None:
    _, ticket = await handed_over(server)
    changes = _changes(server.service)

    async def next_change() -> tuple[str, Any]:
        async with asyncio.timeout(10):
            change = await anext(changes)
        return change["event"], json.loads(change["data"])

    assert (await next_change())[1]["status"] == "pending"
    await server.client.post(f"/v1/tickets/{ticket}/take", headers=OLGA)
    assert (await next_change())[1]["status"] == "human"
    await server.client.post(f"/v1/tickets/{ticket}/hand-back", headers=OLGA)
    assert await next_change() == ("closed", {"id": ticket})
    server.service.stopping.set()
    assert [change async for change in changes] == []


async def waiting_for_staff(server: Running) -> tuple[str, str]:
    """Return the thread and the action of a confirmed cancellation that is above the limit."""
    thread = (await server.say("ada", "cancel #AF1, I ordered it by mistake"))["thread_id"]
    told = await server.say("ada", "yes", thread)
    assert "colleague has to agree" in told["reply"]["text"]
    [action] = (await server.client.get("/v1/approvals", headers=OLGA)).json()["actions"]
    return thread, action["id"]


def cancelling(orders: FakeOrders) -> dict[str, Any]:
    """Return the parts of an agent whose cancellations staff has to approve."""
    policy = load_policy()
    policy = policy.model_copy(update={"cancel": policy.cancel.model_copy(update={"approval_over": 50})})
    actions, retriever = confirmed_actions(orders, policy=policy), KeywordRetriever(RETURNS)
    return {"actions": actions, "tools": make_tools(orders, retriever, policy, lambda: TODAY)}


CANCEL = call("cancel_order", order_id="#AF1", reason="ordered by mistake")


async def test_a_rating_does_not_end_a_turn_that_waits_for_a_yes(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted(CANCEL, "Sure."), made_of=cancelling(FakeOrders())) as server:
        thread, ticket = await handed_over(server)
        await server.client.post(f"/v1/tickets/{ticket}/hand-back", headers=OLGA)
        await server.say("ada", "cancel #AF1, I ordered it by mistake", thread)
        url = f"/v1/threads/{thread}/rating"
        assert (await server.client.post(url, json={"score": 5}, headers=bearer("ada"))).status_code == 204
        assert "colleague has to agree" in (await server.say("ada", "yes", thread))["reply"]["text"]
        assert (await server.client.post(url, json={"score": 4}, headers=bearer("ada"))).status_code == 204
        [action] = (await server.client.get("/v1/approvals", headers=OLGA)).json()["actions"]
        decided = await server.client.post(f"/v1/approvals/{action['id']}", json={"decision": "approve"}, headers=OLGA)
        assert decided.status_code == 200
        assert "is cancelled" in (await said(server, thread))[-1][1]
        rating = (await server.client.get(f"/v1/tickets/{ticket}", headers=OLGA)).json()["rating"]
        assert rating == {"stars": 4, "comment": ""}


async def test_fifty_clicks_of_approval_are_one_effect_and_the_customer_is_told(tmp_path: Path) -> None:
    orders = FakeOrders()
    model = scripted(CANCEL, "Sure.")
    async with serving(tmp_path, model, made_of=cancelling(orders), messages_per_minute=100) as server:
        thread, action = await waiting_for_staff(server)
        assert orders.outcomes == {}
        own = await server.client.post(f"/v1/approvals/{action}", json={"decision": "approve"}, headers=bearer("ada"))
        assert own.status_code == 403

        async def click() -> httpx.Response:
            return await server.client.post(f"/v1/approvals/{action}", json={"decision": "approve"}, headers=OLGA)

        clicks = await asyncio.gather(*(click() for _ in range(50)))
        assert {answer.status_code for answer in clicks} <= {200, 409}
        assert any(answer.json().get("state") == "done" for answer in clicks)
        assert len(orders.outcomes) == 1
        assert "is cancelled" in (await said(server, thread))[-1][1]


@pytest.mark.parametrize(("decision", "effects", "told"), [("approve", 1, "is cancelled"), ("reject", 0, "#AF1")])
async def test_a_decision_whose_process_dies_is_carried_out_without_another_message(
    tmp_path: Path, decision: str, effects: int, told: str
) -> None:
    orders = FakeOrders()
    async with serving(tmp_path, scripted(CANCEL, "Sure."), made_of=cancelling(orders)) as server:
        thread, action = await waiting_for_staff(server)
        service, before = server.service, len(await said(server, thread))
        await service.parts.actions.decide(action, {"type": decision}, by="olga")  # and there it dies
        await go_on_with_decisions(service.agent, service.leases)
        assert orders.outcomes == {}  # it may still live
        for _ in range(2):
            await go_on_with_decisions(service.agent, service.leases, after=timedelta())
        assert len(orders.outcomes) == effects
        [more] = (await said(server, thread))[before:]
        assert told in more[1]


async def test_a_rejected_action_never_runs(tmp_path: Path) -> None:
    orders = FakeOrders()
    async with serving(tmp_path, scripted(CANCEL, "Sure."), made_of=cancelling(orders)) as server:
        thread, action = await waiting_for_staff(server)
        decision = {"decision": "reject", "note": "It has left the house."}
        answer = await server.client.post(f"/v1/approvals/{action}", json=decision, headers=OLGA)
        assert answer.json()["state"] == "rejected"
        assert "left the house" in (await said(server, thread))[-1][1]
        await server.client.post(f"/v1/approvals/{action}", json={"decision": "approve"}, headers=OLGA)
        assert orders.outcomes == {}
        unknown = await server.client.post("/v1/approvals/nothing", json=decision, headers=OLGA)
        assert unknown.status_code == 404
