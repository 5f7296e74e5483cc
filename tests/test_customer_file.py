"""Check that a customer's preferences and tickets follow them into new conversations, only where asked for, and can be
erased.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.safety.untrusted_text import read_earlier
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.context_window.customer_profile import (
    PREFERENCES,
    TICKETS,
    PersonalFiles,
    add_facts,
    erase,
    open_store,
    read_file,
)
from graph.memory.checkpointers import open_checkpointer
from tests.graph_fakes import parts, scripted


async def known_in_a_new_thread(folder: Path, *, remembers: bool, customer: str = "ada.b") -> dict[str, list[str]]:
    """Return what the model is told of earlier conversations in a new thread of a customer, after a restart."""
    url = f"sqlite:///{folder}/memory.db"
    model = scripted("You can return items within 30 days. [1]")
    made = parts(model, remembers_customers=remembers)
    async with open_checkpointer(url) as saver, open_store(url) as store:
        agent = SupportAgent(build_graph(made, checkpointer=saver, store=store), max_message_chars=1000)
        await agent.send("first", "I prefer e-mail. How do returns work?", customer_id="ada.b")
        await agent.send("first", "I want to talk to a human", customer_id="ada.b")
    async with open_checkpointer(url) as saver, open_store(url) as store:
        agent = SupportAgent(build_graph(made, checkpointer=saver, store=store), max_message_chars=1000)
        await agent.send("second", "how do returns work?", customer_id=customer)
    return read_earlier(model.requests[-1][0].text)


async def test_preferences_and_tickets_follow_a_customer_into_a_new_conversation(tmp_path: Path) -> None:
    known = await known_in_a_new_thread(tmp_path, remembers=True)
    assert known[PREFERENCES] == ["I prefer e-mail."]
    assert known[TICKETS][0].startswith("T1001, opened 2026-11-02: ")


async def test_nothing_follows_by_default(tmp_path: Path) -> None:
    assert await known_in_a_new_thread(tmp_path, remembers=False) == {}


async def test_nothing_follows_a_customer_whose_id_begins_alike(tmp_path: Path) -> None:
    assert await known_in_a_new_thread(tmp_path / "one", remembers=True, customer="ada") == {}
    assert await known_in_a_new_thread(tmp_path / "two", remembers=True, customer="ada.b2") == {}


async def test_an_erased_customer_is_not_known_any_more(tmp_path: Path) -> None:
    await known_in_a_new_thread(tmp_path, remembers=True)
    async with open_store(f"sqlite:///{tmp_path}/memory.db") as store:
        assert await read_file(store, "ada.b") != {}
        await erase(store, "ada.b")
        assert await read_file(store, "ada.b") == {}


async def test_what_nobody_added_to_expires(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/memory.db") as store:
        await add_facts(store, "ada.b", PREFERENCES, ["I prefer e-mail."])
        assert await PersonalFiles(store).expire(datetime.now(UTC) - timedelta(days=1)) == 0
        assert await PersonalFiles(store).expire(datetime.now(UTC) + timedelta(days=1)) == 1
        assert await read_file(store, "ada.b") == {}
