"""Work at the desk over HTTP as two operators: what waits, why the agent answered so, and who has what."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.routes.desk_routes import changes
from server.views.desk_queue import Wanted
from tests.fakes import FakeOrders
from tests.graph_fakes import call, scripted
from tests.server_fakes import Running, bearer, serving
from tests.test_server_operators import CANCEL, cancelling, handed_over, waiting_for_staff

OLGA, MIA = bearer("olga", "operator"), bearer("mia", "operator")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async with serving(tmp_path) as running:
        yield running


async def get(server: Running, path: str, status: int = 200, who: dict[str, str] = OLGA, **query: Any) -> Any:
    answer = await server.client.get(path, headers=who, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def post(server: Running, path: str, body: Any, status: int = 200, who: dict[str, str] = OLGA) -> Any:
    answer = await server.client.post(path, json=body, headers=who)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_queue_says_who_waits_since_when_and_can_be_narrowed(server: Running) -> None:
    thread, ticket = await handed_over(server)
    await server.say("bob", "this is fraud, somebody stole my card")
    [second, first] = (await get(server, "/v1/desk/queue"))["items"]  # the urgent one first, though it came later
    assert (second["priority"], first["priority"]) == ("urgent", "normal")
    assert (first["id"], first["thread_id"], first["kind"], first["sla"]) == (ticket, thread, "ticket", "ok")
    assert first["since"] < first["due"]
    await post(server, f"/v1/tickets/{second['id']}/take", None)

    async def ids(**query: Any) -> list[str]:
        return [item["id"] for item in (await get(server, "/v1/desk/queue", **query))["items"]]

    assert await ids(state="pending") == [ticket]
    assert await ids(mine=True) == [second["id"]]
    assert await ids(queue=second["queue"], priority="urgent", state="human") == [second["id"]]
    assert await ids(queue="no_such_queue") == await ids(state="resolved") == []
    await post(server, f"/v1/tickets/{ticket}/resolve", None)
    assert await ids(state="resolved") == [ticket]
    assert (await get(server, "/v1/desk"))["operator"] == "olga"
    for path in ("/v1/desk", "/v1/desk/queue", f"/v1/desk/conversations/{thread}", "/v1/insight"):
        await get(server, path, 403, who=bearer("ada"))


async def test_a_reply_ends_the_wait_and_the_next_message_begins_another(server: Running) -> None:
    thread, ticket = await handed_over(server)
    await post(server, f"/v1/tickets/{ticket}/reply", {"text": "I am on it."})
    [item] = (await get(server, "/v1/desk/queue"))["items"]
    assert (item["sla"], item["since"], item["operator"]) == ("none", None, "olga")
    await server.say("ada", "any news?", thread)
    [after] = (await get(server, "/v1/desk/queue"))["items"]
    assert after["sla"] == "ok"
    assert after["changed_at"] == after["since"] > item["changed_at"]


async def test_a_reply_with_a_place_to_fill_in_is_refused_and_sends_nothing(server: Running) -> None:
    thread, ticket = await handed_over(server)
    suggested = (await get(server, f"/v1/tickets/{ticket}/suggestion"))["text"]
    assert "[" not in suggested
    refused = await post(server, f"/v1/tickets/{ticket}/reply", {"text": f"{suggested} [what else]"}, 409)
    assert "[what else]" in refused["detail"]
    shown = await get(server, f"/v1/desk/conversations/{thread}")
    assert "operator" not in [entry["role"] for entry in shown["entries"]]


async def test_changes_of_the_queue_are_told_as_they_happen(server: Running) -> None:
    following = changes(server.service, Wanted())

    async def next_change() -> tuple[str, Any]:
        async with asyncio.timeout(10):
            change = await anext(following)
        return change["event"], json.loads(change["data"])

    assert await next_change() == ("ready", {"items": 0})
    _, ticket = await handed_over(server)
    assert (await next_change())[1]["state"] == "pending"
    await post(server, f"/v1/tickets/{ticket}/take", None)
    assert (await next_change())[1]["operator"] == "olga"
    await post(server, f"/v1/tickets/{ticket}/resolve", None)
    assert await next_change() == ("gone", {"id": ticket})
    server.service.stopping.set()
    assert [change async for change in following] == []


async def test_a_colleague_s_ticket_is_not_touched_by_mistake_but_can_be_taken_over(server: Running) -> None:
    _, ticket = await handed_over(server)
    await post(server, f"/v1/tickets/{ticket}/take", None)
    for path, body in (("take", None), ("reply", {"text": "Hi."}), ("resolve", None), ("hand-back", None)):
        refused = await post(server, f"/v1/tickets/{ticket}/{path}", body, 409, who=MIA)
        assert "olga has this ticket" in refused["detail"]
    await post(server, f"/v1/tickets/{ticket}/take", {"instead_of": "somebody"}, 409, who=MIA)
    assert (await get(server, f"/v1/tickets/{ticket}"))["notes"] == []
    taken = await post(server, f"/v1/tickets/{ticket}/take", {"instead_of": "olga"}, who=MIA)
    assert taken["operator"] == "mia"
    await post(server, f"/v1/tickets/{ticket}/reply", {"text": "Too late."}, 409)


async def test_one_of_two_operators_who_take_a_ticket_at_once_gets_it(server: Running) -> None:
    _, ticket = await handed_over(server)
    taking = (server.client.post(f"/v1/tickets/{ticket}/take", headers=who) for who in (OLGA, MIA))
    answers = await asyncio.gather(*taking)
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_conversation_shows_sources_calls_and_what_the_checks_held_back(tmp_path: Path) -> None:
    answers = (
        call("search_articles", query="items"),
        "You can return items within 30 days. [1] It costs $99.",
        "Sending it back is explained there.",
    )
    async with serving(tmp_path, scripted(*answers)) as server:
        thread = (await server.say("ada", "how do returns of items work?"))["thread_id"]
        shown = await get(server, f"/v1/desk/conversations/{thread}")
        asked, told = shown["entries"]
        assert (asked["role"], told["role"]) == ("customer", "agent")
        assert [(s["tool"], s["args"], s["failed"]) for s in told["steps"]] == [
            ("search_articles", {"query": "items"}, False)
        ]
        assert [(s["title"], s["text"]) for s in told["sources"]] == [
            ("Returns", "You can return items within 30 days.")
        ]
        assert "$99" not in told["text"]
        assert any("$99" in fault for fault in told["held_back"])
        assert (shown["ticket"], shown["item"], shown["customer_id"]) == (None, None, "ada")
        await get(server, "/v1/desk/conversations/none", 404)


async def test_an_approval_is_shown_from_the_ledger_and_the_second_decision_is_refused(tmp_path: Path) -> None:
    orders = FakeOrders()
    async with serving(tmp_path, scripted(CANCEL, "Sure."), made_of=cancelling(orders)) as server:
        thread, action = await waiting_for_staff(server)
        [item] = (await get(server, "/v1/desk/queue", queue="approvals"))["items"]
        assert (item["id"], item["kind"], item["sla"]) == (action, "approval", "ok")
        shown = await get(server, f"/v1/desk/conversations/{thread}")
        [row] = shown["actions"]
        assert (row["id"], row["yes"], row["state"]) == (action, "yes", "awaiting_approval")
        assert row["asked_args"] == {"order_id": "#AF1", "reason": "ordered by mistake"}
        assert [step["state"] for step in row["steps"]] == ["proposed", "awaiting_approval"]
        await post(server, f"/v1/approvals/{action}", {"decision": "reject", "note": "It has left the house."})
        second = await post(server, f"/v1/approvals/{action}", {"decision": "approve"}, 409, who=MIA)
        assert "olga was first" in second["detail"]
        assert "rejected" in second["detail"]
        assert (await get(server, "/v1/desk/queue"))["items"] == []
        assert orders.outcomes == {}


async def test_a_resolved_ticket_becomes_a_draft_that_no_ingest_reads(server: Running) -> None:
    _, ticket = await handed_over(server)
    body = {"question": "Can I get a new mug?", "answer": "Yes, within a year."}
    made = await post(server, f"/v1/tickets/{ticket}/article", body)
    text = await asyncio.to_thread(Path(made["draft"]).read_text)
    assert f"ticket: {ticket}" in text
    assert "status: draft" in text
    await post(server, f"/v1/tickets/{ticket}/article", body, 422)
    await post(server, "/v1/tickets/T9/article", body, 404)


async def test_a_draft_is_reviewed_by_anybody_and_released_by_a_lead(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        draft = {"question": "Do you mend kettles?", "answer": "Yes."}
        await post(server, "/v1/desk/articles", draft)
        [found] = (await get(server, "/v1/desk/articles"))["drafts"]
        assert (found["name"], found["title"]) == ("do-you-mend-kettles", "Do you mend kettles?")
        path = f"/v1/desk/articles/{found['name']}"
        edited = await server.client.put(path, json={"title": "Mending", "text": "Yes, for free."}, headers=OLGA)
        assert edited.json()["text"] == "Yes, for free."
        await post(server, f"{path}/release", None, 403)
        released = await post(server, f"{path}/release", None, who=bearer("lea", "lead"))
        text = await asyncio.to_thread(Path(released["article"]).read_text)
        assert "status: published" in text
        assert "released_by: lea" in text
        assert released["published"] is False  # nobody knows what the index was made of
        assert (await get(server, "/v1/desk/articles"))["drafts"] == []
        await post(server, f"{path}/release", None, 404, who=bearer("lea", "lead"))
        gone = await server.client.delete("/v1/desk/articles/..%2Fx", headers=bearer("lea", "admin"))
        assert gone.status_code == 404
