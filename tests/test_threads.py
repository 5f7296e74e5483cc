"""Check that stored conversations can be listed, added up, read in full and deleted for good."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver

from core.errors import SettingsError
from core.models.prices import Price, PriceTable, load_prices
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.memory.checkpointers import open_checkpointer
from graph.memory.threads import get_thread, list_threads, prune, transcript
from tests.graph_fakes import call, parts, scripted
from tests.terminal import Terminal, fill_sample_shop

USED = {"input_tokens": 1000, "output_tokens": 50, "total_tokens": 1050, "input_token_details": {"cache_read": 800}}


def answer(text: str) -> AIMessage:
    return AIMessage(text, usage_metadata=USED)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("memory.db*"))


async def test_what_all_turns_used_is_added_up() -> None:
    saver = InMemorySaver()
    asked = call("get_order", order_id="A1").model_copy(update={"usage_metadata": USED})
    made = parts(scripted(answer("You have 30 days. [1]"), asked, answer("A1 is delivered.")))
    agent = SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=99)
    await agent.send("t", "how do returns work?", customer_id="ada")
    await agent.send("t", "where is A1?", customer_id="ada")
    thread = await get_thread(saver, "t")
    assert thread is not None
    assert (thread.usage["requests"], thread.usage["input_tokens"]) == (3, 3000)
    assert (thread.usage["cached_tokens"], thread.usage["output_tokens"]) == (2400, 150)
    assert [t.id for t in await list_threads(saver)] == ["t"]


async def test_the_transcript_holds_what_left_the_state(database_url: str) -> None:
    made = parts(scripted("You can return items within 30 days. [1] " * 10), context_tokens=2_000)
    for part in range(3):  # as after a restart: a process of its own
        async with open_checkpointer(database_url) as saver:
            agent = SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=99)
            for number in range(10):
                await agent.send("t", f"how do returns work for number {10 * part + number}?", customer_id="ada")
    async with open_checkpointer(database_url) as saver:
        agent = SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=99)
        state = await agent.state("t")
        said = [m.text for m in await transcript(saver, "t")]
        left = [m.text for m in await agent.earlier("t", state)]
        assert len(state.messages) < 60
        assert left + [m.text for m in state.messages] == said
        assert [m for m in said if m.startswith("how")] == [
            f"how do returns work for number {number}?" for number in range(30)
        ]
        assert len(said) == 60
        await saver.adelete_thread("t")
        assert await transcript(saver, "t") == []


async def test_old_conversations_are_deleted_for_good(tmp_path: Path) -> None:
    file = tmp_path / "memory.db"
    made = parts(scripted("You have 30 days. [1]"))
    async with open_checkpointer(f"sqlite:///{file}") as saver:
        agent = SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=99)
        await agent.send("t", "how do returns of my CANARY work?", customer_id="ada")
        assert await prune(saver, older_than_days=30) == []
        assert await prune(saver, older_than_days=30, now=datetime.now(UTC) + timedelta(days=31)) == ["t"]
        assert await list_threads(saver) == []
        assert b"CANARY" not in on_disk(tmp_path)


def test_both_ways_of_billing_are_worked_out() -> None:
    price = Price(per_request=Decimal("0.002"), input=Decimal(1), cached_input=Decimal("0.1"), output=Decimal(2))
    assert price.by_request(3) == Decimal("0.006")
    assert price.by_token(input_tokens=1_000_000, cached_tokens=500_000, output_tokens=100_000) == Decimal("0.75")
    assert Price(per_request=Decimal(1)).by_token(input_tokens=1, cached_tokens=0, output_tokens=1) is None
    table = PriceTable(models={"default": price})
    assert table.of("anything") == price


def test_a_price_file_that_does_not_fit_is_named(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("models: {a: {per_request: -1}}")
    with pytest.raises(SettingsError, match=r"prices\.yaml cannot be read"):
        load_prices(file)
    assert load_prices().of("offline") is not None


def test_the_commands_list_show_count_and_prune(tmp_path: Path) -> None:
    fill_sample_shop(tmp_path)
    terminal = Terminal(tmp_path)
    terminal.run("ask", "How long do returns take?", "--thread", "t1")
    assert "t1" in terminal.out("threads", "show", "--json")
    assert "How long do returns take?" in terminal.out("threads", "show", "t1")
    assert '"by_request": "0"' in terminal.out("threads", "show", "t1", "--costs", "--json")
    assert '"deleted": []' in terminal.out("threads", "prune", "--older-than-days", "9", "--json")
    terminal.run("threads", "show", "nobody", "--costs", code=1)


def test_a_model_that_no_table_lists_costs_what_its_provider_publishes() -> None:
    pytest.importorskip("genai_prices")
    price = load_prices().of("gpt-4o-mini")
    assert price is not None
    assert price.input is not None
    assert price.output is not None
    assert 0 < price.input < price.output
    assert load_prices().of("a-model-nobody-has") is None


def test_a_price_for_requests_comes_before_one_for_tokens() -> None:
    table = PriceTable(models={"m": Price(per_request=Decimal("0.01"), input=Decimal(1), output=Decimal(1))})
    assert table.cost("m", requests=3, input_tokens=10, output_tokens=10) == 0.03
    assert PriceTable().cost("a-model-nobody-has", requests=3, input_tokens=1, output_tokens=1) is None
