"""Work on conversations as a person, with processes that die at any moment."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from core.clock import utc_now
from core.errors import ModelUnavailable, Refused, ThreadForbidden
from core.passages import Passage
from core.safety.safe_links import LinkRule
from core.storage.database import Database
from graph import operator as people
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.handoff.suggested_replies import suggest_reply
from graph.memory.checkpointers import open_checkpointer
from graph.state import text_of
from tests.desk_fakes import FakeClock, draft, request
from tests.graph_fakes import KeywordRetriever, parts, scripted
from tests.processes import ROOT, environment
from tests.terminal import Terminal, fill_sample_shop
from tools.desk.sql_desk import SqlTicketDesk


class Shop:
    """An agent, a desk and the people's view of the same memory."""

    def __init__(self, folder: Path) -> None:
        self.desk = SqlTicketDesk(Database(f"sqlite:///{folder}/desk.db"))
        memory = InMemorySaver()
        made = parts(scripted("30 days [1]"), desk=self.desk)
        self.agent = SupportAgent(build_graph(made, checkpointer=memory), max_message_chars=10_000)
        self.threads = people.thread_graph(memory)

    async def say(self, text: str) -> str:
        return (await self.agent.send("t", text, customer_id="ada")).text

    async def messages(self) -> list[AnyMessage]:
        return (await self.agent.state("t")).messages


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    made = Shop(tmp_path)
    await made.say("a human please")
    yield made
    await made.desk.close()


async def test_a_reply_is_in_the_ticket_and_in_the_conversation_under_its_authors_name(shop: Shop) -> None:
    ticket = await people.reply(shop.threads, shop.desk, "T1001", operator="mia", text="I am on it.")
    assert [(n.author, n.kind, n.text) for n in ticket.notes] == [("mia", "reply", "I am on it.")]
    last = (await shop.messages())[-1]
    assert (text_of(last), last.additional_kwargs["author"]) == ("I am on it.", "mia")
    assert (await shop.agent.state("t")).owner == "human"
    assert await shop.say("thank you") == ""
    assert (await shop.agent.state("t")).owner == "human"


async def test_repeating_a_command_sends_nothing_twice_but_the_same_words_can_be_said_again_later(shop: Shop) -> None:
    for _ in range(3):
        await people.reply(shop.threads, shop.desk, "T1001", operator="mia", text="One moment.")
    await shop.say("and?")
    await people.reply(shop.threads, shop.desk, "T1001", operator="mia", text="One moment.")
    said = [text_of(m) for m in await shop.messages()]
    assert said.count("One moment.") == 2


async def test_a_reply_whose_process_died_before_the_delivery_comes_with_the_next_look(shop: Shop) -> None:
    await shop.desk.reply("T1001", operator="mia", text="I am on it.", key="k")  # and then nothing more
    assert await people.deliver(shop.threads, shop.desk) == 1
    assert await people.deliver(shop.threads, shop.desk) == 0
    assert await shop.desk.undelivered() == []
    assert [text_of(m) for m in await shop.messages()].count("I am on it.") == 1


async def test_a_reply_overtaken_by_a_turn_of_the_same_thread_is_put_back(shop: Shop) -> None:
    before = await shop.threads.aget_state({"configurable": {"thread_id": "t"}})
    await people.reply(shop.threads, shop.desk, "T1001", operator="mia", text="I am on it.")
    # A turn that began before and ended after: its newest state knows nothing of the reply.
    await shop.threads.aupdate_state(before.config, {"messages": [HumanMessage("still there?")]}, as_node="escalate")
    assert "I am on it." not in [text_of(m) for m in await shop.messages()]
    assert await shop.say("hello?") == "I am on it."
    assert [text_of(m) for m in await shop.messages()].count("I am on it.") == 1


async def test_after_resolving_the_agent_answers_and_the_customer_was_told(shop: Shop) -> None:
    await people.take(shop.threads, shop.desk, "T1001", operator="mia")
    assert (await shop.agent.state("t")).owner == "human"
    ticket = await people.resolve(shop.threads, shop.desk, "T1001")
    assert (ticket.status, (await shop.agent.state("t")).owner) == ("resolved", "resolved")
    assert "T1001 is closed" in text_of((await shop.messages())[-1])
    assert await shop.say("how do returns work?") == "30 days [1]"
    with pytest.raises(Refused, match="is resolved"):
        await people.resolve(shop.threads, shop.desk, "T1001")


async def test_handing_back_makes_the_agent_answer_at_once(shop: Shop) -> None:
    await people.hand_back(shop.threads, shop.desk, "T1001", tell=False)
    assert (await shop.agent.state("t")).owner == "bot"
    assert await shop.say("how do returns work?") == "30 days [1]"


async def test_a_rating_is_kept_with_the_ticket_and_the_conversation_and_only_its_customers(shop: Shop) -> None:
    with pytest.raises(ThreadForbidden):
        await people.rate_outcome(shop.threads, shop.desk, "T1001", stars=1, customer_id="bob")
    with pytest.raises(Refused, match="7 stars were given; give 1 to 5"):
        await people.rate_outcome(shop.threads, shop.desk, "T1001", stars=7, customer_id="ada")
    await people.rate_outcome(shop.threads, shop.desk, "T1001", stars=5, comment="kind", customer_id="ada")
    rating = (await shop.desk.get_ticket("T1001")).rating
    assert rating is not None
    assert (rating.stars, rating.comment) == (5, "kind")
    assert (await shop.agent.state("t")).rating == {"ticket_id": "T1001", "stars": 5, "comment": "kind"}


@pytest.mark.parametrize("answer", ["Hello Ada, …", ModelUnavailable("down"), None])
async def test_a_suggestion_is_made_with_or_without_a_model_and_sends_nothing(shop: Shop, answer: Any) -> None:
    model = None if answer is None else scripted(answer)
    text = await suggest_reply(shop.desk, "T1001", operator="mia", model=model, business_name="Test Shop")
    assert text == answer if isinstance(answer, str) else "mia from Test Shop" in text
    assert await shop.desk.undelivered() == []


async def test_a_suggestion_without_a_model_is_written_in_the_customer_s_language(shop: Shop) -> None:
    ticket = await shop.desk.open_ticket(request("g", draft=draft(language="de", wish="Wo ist mein Paket?")))
    words = await suggest_reply(shop.desk, ticket.id, operator="mia", model=None, business_name="Test Shop")
    assert words.startswith("Guten Tag, hier ist mia von Test Shop. Sie schrieben: “Wo ist mein Paket?”")
    assert words.endswith("Freundliche Grüße\nmia")
    unclear = await shop.desk.open_ticket(request("u", draft=draft(language="und"), locale="fr-CA"))
    assert "Cordialement" in await suggest_reply(shop.desk, unclear.id, operator="mia", model=None, business_name="S")


async def test_a_suggestion_quotes_the_article_that_fits_and_links_it(shop: Shop) -> None:
    await shop.say("how long do I have to return an unused kettle?")
    url = "https://help.shop.example/returns"
    text = "You can return an unused kettle within 30 days. See [the form](https://help.shop.example/form)."
    article = Passage(id="r", article_id="r", title="Returns", text=text, url=url)
    parts: dict[str, Any] = {"operator": "mia", "business_name": "Test Shop", "retriever": KeywordRetriever(article)}
    links = LinkRule(frozenset({"shop.example"}))
    words = await suggest_reply(shop.desk, "T1001", model=None, links=links, **parts)
    assert "within 30 days. See [the form](https://help.shop.example/form)." in words
    assert f"[Returns]({url})" in words
    assert url not in await suggest_reply(shop.desk, "T1001", model=None, **parts)  # no host of ours
    model = scripted("Within 30 days.")
    known: dict[str, Any] = {"records": ["AF10023 is delivered"], "cases": ["stopped by: no_refund_after_30_days"]}
    await suggest_reply(shop.desk, "T1001", model=model, **known, **parts)
    asked = str(model.requests[-1])
    assert "within 30 days" in asked
    assert "AF10023 is delivered" in asked
    assert "no_refund_after_30_days" in asked


async def test_a_suggestion_takes_up_all_that_the_customer_wrote_and_goes_out_only_filled_in(shop: Shop) -> None:
    async def suggested() -> str:
        return await suggest_reply(shop.desk, "T1001", operator="mia", model=None, business_name="Test Shop")

    await shop.say("my order is AF10023 [the blue one]")
    await shop.say("are you there?")
    text = await suggested()
    assert "“a human please” “my order is AF10023 (the blue one)” “are you there?”" in text
    assert "[" not in text
    unfinished = text.replace("looking into it", "[say what]")
    with pytest.raises(Refused, match=r"it still says “\[say what\]”"):
        await people.reply(shop.threads, shop.desk, "T1001", operator="mia", text=unfinished)
    assert (await shop.desk.get_ticket("T1001")).ownership.stage == "pending"
    done = text.replace("looking into it", "sure: it is on its way [1], see [our page](https://shop.example)")
    await people.reply(shop.threads, shop.desk, "T1001", operator="mia", text=done)
    assert text_of((await shop.messages())[-1]) == done
    assert "“are you there?”" in await suggested()
    await shop.say("and the lid?")
    assert "You wrote: “and the lid?”\n" in await suggested()


async def test_a_ticket_says_what_is_wanted_and_not_only_that_a_person_is(shop: Shop) -> None:
    answered = await shop.agent.send("other", "My kettle leaks at the handle", customer_id="ben")
    assert answered.owner == "bot"
    await shop.agent.send("other", "I want to talk to a person", customer_id="ben")
    ticket = await shop.desk.get_ticket("T1002")
    assert ticket.draft.wish == "My kettle leaks at the handle"


DIE_AFTER_THE_ROW = """
import asyncio, os, signal
from core.settings import Settings
from graph.opened_stores import open_desk
async def main():
    await open_desk(Settings.from_env()).reply("T1001", operator="mia", text="A new teapot is coming.", key="k1")
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    fill_sample_shop(folder)
    return folder


@pytest.fixture
def terminal(tmp_path: Path, shop_folder: Path) -> Terminal:
    made = Terminal(tmp_path)
    (tmp_path / "index").symlink_to(shop_folder / "index")
    made.settings["SUPPORT_ORDERS_URL"] = f"sqlite:///{shop_folder}/shop.db"
    return made


@pytest.mark.server
def test_nothing_is_lost_and_nobody_answered_twice_though_processes_die(tmp_path: Path, terminal: Terminal) -> None:
    env = environment(tmp_path) | terminal.settings
    run = terminal.out
    thread = ("--thread", "k", "--customer", "ada_brook_1001", "--json")

    # The customer asks for a person in a process that is killed as soon as the notice is out.
    chat = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "chat", "--thread", "k", "--customer", "ada_brook_1001"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
        cwd=ROOT,
        text=True,
    )
    assert chat.stdin is not None
    assert chat.stdout is not None
    chat.stdin.write("I want to talk to a person, my teapot is broken\n")
    chat.stdin.flush()
    assert "T1001" in iter(chat.stdout.readline, "").__next__() + chat.stdout.readline()
    chat.kill()
    chat.wait()
    chat.stdin.close()
    chat.stdout.close()

    # They write three more times; nobody answers for the person.
    for text in ("the order is AF10023", "hello?", "a human please!"):
        silent = json.loads(run("ask", text, *thread))
        assert (silent["text"], silent["owner"], silent["ticket_id"]) == ("", "pending", "T1001")

    # The operator's process dies after the row, before the delivery; they repeat the reply.
    died = subprocess.run([sys.executable, "-c", DIE_AFTER_THE_ROW], env=env, cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    reply = ("tickets", "reply", "T1001", "A new teapot is coming.", "--operator", "mia", "--key", "k1", "--json")
    run(*reply)
    run(*reply)
    run("tickets", "resolve", "T1001", "--json")
    back = json.loads(run("ask", "How long do I have to return something?", *thread))
    assert back["owner"] == "bot"
    assert "30 days" in back["text"]

    tickets = json.loads(run("tickets", "show", "--all", "--json"))
    assert [(t["id"], t["status"]) for t in tickets] == [("T1001", "resolved")]
    notes = json.loads(run("tickets", "show", "T1001", "--json"))["notes"]
    assert [n["text"] for n in notes if n["kind"] == "customer"] == [
        "the order is AF10023",
        "hello?",
        "a human please!",
    ]
    said = conversation(tmp_path, "k")
    for text in ("the order is AF10023", "hello?", "a human please!", "A new teapot is coming."):
        assert said.count(text) == 1
    assert sum("T1001 is closed" in text for text in said) == 1


def conversation(folder: Path, thread_id: str) -> list[str]:
    """Return what stands in a conversation of a memory on disk."""

    async def read() -> list[str]:
        async with open_checkpointer(f"sqlite:///{folder}/memory.db") as checkpointer:
            state = await people.thread_graph(checkpointer).aget_state({"configurable": {"thread_id": thread_id}})
        return [text_of(m) for m in state.values["messages"] if isinstance(m, HumanMessage | AIMessage)]

    return asyncio.run(read())


def test_tickets_on_the_command_line_are_readable_and_refusals_name_the_next_step(terminal: Terminal) -> None:
    run = terminal.out
    run("ask", "a person please", "--thread", "k")
    assert "T1001" in run("tickets", "show")
    assert "waiting" not in run("tickets", "show", "--status", "human")
    shown = run("tickets", "show", "T1001")
    assert "pending" in shown
    assert "customer a person please" in shown
    terminal.settings["VISUAL"] = "sed -i s/looking/[what]/"  # leaves something to fill in
    kept, _ = terminal.run("tickets", "reply", "T1001", "--operator", "mia", code=1)
    assert "You wrote: “a person please”" in kept  # what was written in the editor is not lost
    assert "T1001 is yours, mia" in run("tickets", "take", "T1001", "--operator", "mia")
    for words in ("the customer can read it", "nothing was sent again"):
        assert words in " ".join(run("tickets", "reply", "T1001", "I am on it.", "--operator", "mia").split())
    suggested = json.loads(run("tickets", "reply", "T1001", "--operator", "mia", "--suggest", "--json"))["suggestion"]
    _, unfinished = terminal.run("tickets", "reply", "T1001", f"{suggested} [what else]", "--operator", "mia", code=1)
    assert "Write there what the customer should read" in " ".join(unfinished.split())
    assert json.loads(run("tickets", "resolve", "T1001", "--hand-back", "--json"))["status"] == "bot"
    _, closed = terminal.run("tickets", "resolve", "T1001", code=1)
    assert closed.endswith("so it cannot be resolved; it opens again when the customer asks for a person.")
    assert json.loads(run("tickets", "deliver", "--json")) == {"delivered": 0}
    _, refused = terminal.run("tickets", "take", "T9", "--operator", "mia", code=1)
    assert "tickets show --all" in refused


async def test_the_command_lists_the_urgent_before_the_older_and_the_overdue_before_all(
    terminal: Terminal, tmp_path: Path
) -> None:
    clock = FakeClock(utc_now() - timedelta(days=30))
    desk = SqlTicketDesk(Database(f"sqlite:///{tmp_path}/desk.db"), now=clock)
    await desk.open_ticket(request("overdue", draft=draft(priority="low")))
    await desk.open_ticket(request("closed", draft=draft(priority="urgent")))
    await desk.resolve("T1002")
    clock.now = utc_now()
    await desk.open_ticket(request("low", draft=draft(priority="low")))
    await desk.open_ticket(request("urgent", draft=draft(priority="urgent")))
    await desk.close()
    listed = json.loads(await asyncio.to_thread(terminal.out, "tickets", "show", "--all", "--json"))
    assert [ticket["thread_id"] for ticket in listed] == ["overdue", "urgent", "low", "closed"]


def test_triage_routes_without_answering(terminal: Terminal, tmp_path: Path) -> None:
    asked = ("ask", "My teapot arrived with a broken handle", "--triage")
    answer = json.loads(terminal.out(*asked, "--json"))
    assert (answer["queue"], answer["category"], answer["by"]) == ("returns", "problem", "rules")
    assert not (tmp_path / "desk.db").exists()
    assert "queue returns · priority normal" in terminal.out(
        "ask", "My teapot arrived with a broken handle", "--triage"
    )


async def test_a_person_whose_ticket_the_conversation_forgot_still_silences_the_agent(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    await shop.say("how do returns work?")
    await shop.desk.open_ticket(request("t"))  # and then the turn died, before the conversation was saved
    await people.reply(shop.threads, shop.desk, "T1001", operator="mia", text="I am on it.")
    assert await shop.say("thank you") == ""
    assert [n.text for n in (await shop.desk.get_ticket("T1001")).notes][-1] == "thank you"
    await shop.desk.close()
