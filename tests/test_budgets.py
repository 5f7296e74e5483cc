"""Cap what turns, conversations and customers cost, and end in a handoff when it is spent."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import SettingsError
from core.models.prices import Price, PriceTable
from core.settings import Settings
from graph.agent import SupportAgent
from graph.runtime.budgets import Budget, Budgets
from tests.graph_fakes import call, parts, scripted, searches_for_ever
from tests.test_action_flow import Shop
from tests.test_verified_replies import agent_of
from tools.spending import Spending, SpendingLog


def test_a_budget_is_read_from_one_line() -> None:
    assert Budget.parse("requests=8 cost=0.5") == Budget(requests=8, cost=0.5)
    assert Budget.parse("") == Budget()


@pytest.mark.parametrize("written", ["requests", "requests=many", "wishes=3", "tokens=-1"])
def test_a_budget_that_cannot_be_read_is_an_error_that_shows_how(written: str) -> None:
    with pytest.raises(SettingsError, match="write for example"):
        Budget.parse(written)


async def test_a_turn_that_spends_its_budget_goes_to_a_person() -> None:
    made = parts(scripted(searches_for_ever), budgets=Budgets(turn=Budget(requests=3)))
    reply = await agent_of(made).send("t", "where is A1?", customer_id="ada")
    assert (reply.owner, reply.requests) == ("pending", 3)
    assert reply.handoff == "the budget of this turn is spent: requests 3 of 3"


async def test_a_conversation_has_a_budget_of_its_own() -> None:
    agent = agent_of(parts(scripted("Gladly, go on."), budgets=Budgets(thread=Budget(requests=2))))
    owners = [(await agent.send("t", text, customer_id="ada")).owner for text in ("one", "two", "three")]
    assert owners == ["bot", "bot", "pending"]


async def spend(agent: SupportAgent, thread: str) -> str:
    return (await agent.send(thread, "how do returns work?", customer_id="ada")).owner


async def test_a_customer_has_a_budget_over_all_conversations_and_processes_of_a_day(tmp_path: Path) -> None:
    now = [0.0]

    logs = [SpendingLog(f"sqlite:///{tmp_path}/desk.db", clock=lambda: now[0]) for _ in range(2)]

    def process(log: SpendingLog) -> SupportAgent:
        budgets = Budgets(
            customer=Budget(cost=0.1),
            prices=PriceTable(models={"m": Price(per_request=Decimal("0.06"))}),
            model="m",
            customers=log,
        )
        return agent_of(parts(scripted("Hello there."), budgets=budgets))

    one, other = map(process, logs)
    assert [await spend(a, thread) for a, thread in ((one, "a"), (other, "b"), (one, "c"))] == ["bot", "bot", "pending"]
    assert (await other.send("d", "how do returns work?", customer_id="bob")).owner == "bot"
    now[0] = 90_000.0
    assert await spend(other, "e") == "bot"
    for log in logs:
        await log.close()


async def test_what_a_customer_agrees_to_is_done_though_their_day_is_spent(tmp_path: Path) -> None:
    log = SpendingLog(f"sqlite:///{tmp_path}/desk.db")
    shop = Shop(call("cancel_order", order_id="#AF1", reason="ordered by mistake"))
    made = replace(shop.parts, budgets=Budgets(customer=Budget(requests=1), customers=log))
    shop.agent = agent_of(made)
    await shop.say("cancel #AF1, I ordered it by mistake")
    await shop.say("yes")
    assert shop.effects == 1
    assert (await shop.agent.send("t", "how do returns work?", customer_id="ada")).owner == "pending"
    await log.close()


async def test_a_record_of_spending_that_cannot_be_used_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "desk.db").mkdir()
    log = SpendingLog(f"sqlite:///{tmp_path}/desk.db")
    agent = agent_of(parts(scripted("Hello there."), budgets=Budgets(customer=Budget(requests=1), customers=log)))
    assert await spend(agent, "a") == "bot"


async def test_spending_counts_what_each_hour_took_and_forgets_the_day_before(tmp_path: Path) -> None:
    now = [0.0]
    log = SpendingLog(f"sqlite:///{tmp_path}/desk.db", clock=lambda: now[0])
    await log.add("ada", Spending(requests=2, tokens=100, tool_calls=1, cost=0.5))
    await log.add("ada", Spending(requests=1, tokens=50))
    now[0] = 23 * 3600.0
    await log.add("ada", Spending(requests=4))
    assert await log.of("ada") == Spending(requests=7, tokens=150, tool_calls=1, cost=0.5)
    now[0] = 24 * 3600.0
    assert await log.of("ada") == Spending(requests=4)
    assert await log.of("bob") == Spending()
    await log.close()


async def test_tool_calls_of_a_conversation_count_after_they_left_its_memory() -> None:
    look_up = [call("get_order", order_id="A1"), "It was delivered."]
    made = parts(scripted(*look_up, *look_up, "Hm."), budgets=Budgets(thread=Budget(tool_calls=2)))
    agent = agent_of(made)
    owners = [(await agent.send("t", f"where is A1? {n}", customer_id="ada")).owner for n in range(3)]
    assert owners == ["bot", "pending", "pending"]
    assert (await agent.state("t")).thread_usage["tool_calls"] == 2


def test_a_turn_may_ask_eight_times_by_default() -> None:
    assert Budget.parse(Settings.from_env({}, env_file=None).turn_budget).requests == 8
