"""Ask the server for what a customer's page shows around the words: times, fates, ratings, earlier conversations."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk

from benchmarks.support.models.scripted import ScriptedChatModel
from server.inbox.thread_notes import typing
from tests.graph_fakes import scripted
from tests.server_fakes import Running, bearer, serving
from tests.test_pages_server import CANCEL, cancelling
from tools.offered_choices import choices, fixed_values

ADA = bearer("ada")


class SlowModel(ScriptedChatModel):
    """A model that writes a sentence, and the next only once it is told to go on."""

    begun: Any
    """An event that is set after each first sentence."""
    go_on: Any
    """A semaphore; each reply needs one of it."""

    async def _astream(self, messages: list[BaseMessage], *_: Any, **__: Any) -> AsyncIterator[ChatGenerationChunk]:
        reply = str(self._answer(messages).content)
        first, rest = reply.split(". ", 1)
        yield ChatGenerationChunk(message=AIMessageChunk(content=f"{first}. "))
        self.begun.set()
        await self.go_on.acquire()
        yield ChatGenerationChunk(message=AIMessageChunk(content=rest))


def slow(*replies: str) -> SlowModel:
    """Return a slow model with these replies."""
    return SlowModel(answers=list(scripted(*replies).answers), begun=asyncio.Event(), go_on=asyncio.Semaphore(0))


async def read(server: Running, thread: str, who: str = "ada") -> dict[str, Any]:
    """Return a conversation as its customer sees it."""
    answer = await server.client.get(f"/v1/threads/{thread}", headers=bearer(who))
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def begin(server: Running, text: str, thread: str | None = None) -> str:
    """Send a message without waiting for its reply, and return its thread."""
    body = {"text": text} | ({"thread_id": thread} if thread else {})
    answer = await server.client.post("/v1/messages", json=body, headers=ADA | {"Prefer": "respond-async"})
    assert answer.status_code == 202
    return str(answer.json()["thread_id"])


async def settled(server: Running, thread: str) -> list[tuple[str, str]]:
    """Return who said what, once nothing waits any longer."""
    async with asyncio.timeout(20):
        while True:
            said = (await read(server, thread))["messages"]
            if not any(message["waiting"] for message in said):
                return [(message["role"], message["text"]) for message in said]
            await asyncio.sleep(0.05)


async def test_each_message_says_when_it_was_and_a_persons_who_wrote_it(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        reply = await server.say("ada", "I want to talk to a person")
        ticket, thread, olga = reply["reply"]["ticket_id"], reply["thread_id"], bearer("olga", "operator")
        words = {"text": "I am here."}
        assert (await server.client.post(f"/v1/tickets/{ticket}/reply", json=words, headers=olga)).is_success
        said = (await read(server, thread))["messages"]
        assert [message["author"] for message in said] == [None, None, "olga"]
        times = [message["at"] for message in said]
        assert all(times)
        assert times == sorted(times)


async def test_people_and_customers_see_that_the_other_writes_and_reads(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "I want to talk to a person"))["thread_id"]
        before = (await read(server, thread))["handoff"]
        assert (before["writing"], before["read_at"]) == (False, None)
        here = {"thread_id": thread, "writing": True}
        await server.client.put("/v1/desk/presence", json=here, headers=bearer("olga", "operator"))
        after = (await read(server, thread))["handoff"]
        assert after["writing"]
        assert after["read_at"] > (await read(server, thread))["messages"][0]["at"]
        assert await typing(server.service.inbox) == []
        await server.client.post(f"/v1/threads/{thread}/typing", headers=bearer("eve"))
        assert await typing(server.service.inbox) == []
        await server.client.post(f"/v1/threads/{thread}/typing", headers=ADA)
        assert await typing(server.service.inbox) == [thread]


async def test_a_single_reply_can_be_rated_and_the_newest_word_counts(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "how do returns work?"))["thread_id"]
        mine, reply = (await read(server, thread))["messages"]
        url = f"/v1/threads/{thread}/replies/{reply['id']}/rating"
        for helpful in (True, False):
            answer = await server.client.post(url, json={"helpful": helpful}, headers=ADA)
            assert answer.status_code == 204
        assert (await read(server, thread))["messages"][1]["helpful"] is False
        desk = await server.client.get(f"/v1/desk/conversations/{thread}", headers=bearer("olga", "operator"))
        assert [entry["helpful"] for entry in desk.json()["entries"]] == [None, False]
        assert (await server.client.post(url, json={"helpful": True}, headers=bearer("eve"))).status_code == 404
        own = f"/v1/threads/{thread}/replies/{mine['id']}/rating"
        assert (await server.client.post(own, json={"helpful": True}, headers=ADA)).status_code == 404


async def test_a_customer_finds_earlier_conversations_on_every_device(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        first = (await server.say("ada", "how do returns work?"))["thread_id"]
        second = (await server.say("ada", "how long is shipping?"))["thread_id"]
        await server.say("ada", "and to Norway?", first)
        await server.say("eve", "something of mine")
        found = (await server.client.get("/v1/threads", headers=ADA)).json()["threads"]
        assert [(one["thread_id"], one["first_words"]) for one in found] == [
            (first, "how do returns work?"),
            (second, "how long is shipping?"),
        ]
        assert {(one["ticket_id"], one["state"]) for one in found} == {(None, "bot")}
        await server.say("ada", "I want to talk to a person", second)
        newest = (await server.client.get("/v1/threads", headers=ADA)).json()["threads"][0]
        assert (newest["thread_id"], newest["ticket_id"], newest["state"]) == (second, "T1001", "pending")


async def test_a_reply_that_is_being_written_can_be_stopped_and_the_conversation_goes_on(tmp_path: Path) -> None:
    model = slow("You have 30 days. Then it is over. [1]", "Fine. [1] All is well.")
    async with serving(tmp_path, model) as server:
        thread = await begin(server, "how do returns work?")
        await asyncio.wait_for(model.begun.wait(), 20)
        assert (await server.client.post(f"/v1/threads/{thread}/stop", headers=bearer("eve"))).status_code == 404
        assert (await server.client.post(f"/v1/threads/{thread}/stop", headers=ADA)).status_code == 204
        said = await settled(server, thread)
        assert said[0] == ("customer", "how do returns work?")
        assert not any("over" in text for _, text in said)
        async with asyncio.timeout(20):  # the words stand in the conversation a moment before its turn is put away
            while True:
                again = await server.client.post(f"/v1/threads/{thread}/stop", headers=ADA)
                if again.status_code == 409:
                    break
                await asyncio.sleep(0.05)
        model.go_on.release()
        await begin(server, "is all well?", thread)
        assert (await settled(server, thread))[-1][0] == "agent"


async def test_what_asks_for_a_yes_is_not_stopped_but_answered(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted(CANCEL, "Sure."), made_of=cancelling()) as server:
        thread = (await server.say("ada", "cancel #AF1, I ordered it by mistake"))["thread_id"]
        refused = await server.client.post(f"/v1/threads/{thread}/stop", headers=ADA)
        assert (refused.status_code, "yes or no" in refused.json()["detail"]) == (409, True)


async def test_what_is_typed_while_a_reply_is_written_is_answered_on_its_own(tmp_path: Path) -> None:
    model = slow("You have 30 days. That is the rule. [1]", "Shipping takes 3 days. That is usual. [2]")
    async with serving(tmp_path, model) as server:
        thread = await begin(server, "how do returns work?")
        await asyncio.wait_for(model.begun.wait(), 20)
        await begin(server, "how long is shipping?", thread)
        model.go_on.release()
        model.go_on.release()
        said = await settled(server, thread)
        assert [role for role, _ in said] == ["customer", "agent", "customer", "agent"]
        assert said[2] == ("customer", "how long is shipping?")


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("Which one do you mean?\n- #AF1 (pending, $3): Kettle\n- #AF2: Lamp", ["#AF1", "#AF2"]),
        ("Which ticket is it? (Basic, Plus, Max)", ["Basic", "Plus", "Max"]),
        ("Is it no longer needed, or was it ordered by mistake?", ["no longer needed", "ordered by mistake"]),
        ("I found two things:\n- a kettle\n- a lamp", []),
        ("What is your name?", []),
        ("Is it ordered by mistake?", []),
    ],
)
def test_answers_that_a_question_offers_can_be_chosen(text: str, offered: list[str]) -> None:
    assert choices(text, fixed_values(cancelling()["tools"])) == offered


async def test_only_the_newest_question_offers_its_answers(tmp_path: Path) -> None:
    async with serving(tmp_path, scripted("What is it about?\n- shipping\n- returns", "Thank you.")) as server:
        thread = (await server.say("ada", "where is my thing?"))["thread_id"]
        assert (await read(server, thread))["messages"][-1]["choices"] == ["shipping", "returns"]
        await server.say("ada", "returns", thread)
        assert [message["choices"] for message in (await read(server, thread))["messages"]] == [[], [], [], []]


async def test_colleagues_note_something_on_a_conversation_without_a_ticket(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        thread = (await server.say("ada", "how do returns work?"))["thread_id"]
        url, olga = f"/v1/desk/conversations/{thread}/note", bearer("olga", "operator")
        for _ in range(2):  # sent twice, it counts once
            noted = await server.client.post(url, json={"text": "A regular, be kind.", "key": "k"}, headers=olga)
        entries = [entry for entry in noted.json()["entries"] if entry["role"] == "note"]
        assert [(entry["author"], entry["text"]) for entry in entries] == [("olga", "A regular, be kind.")]
        assert all(message["text"] != "A regular, be kind." for message in (await read(server, thread))["messages"])
        assert (await server.client.post(url, json={"text": "mine"}, headers=ADA)).status_code == 403
