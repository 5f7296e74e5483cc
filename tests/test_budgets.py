"""Cap what turns, conversations and customers cost, and end in a handoff when it is spent."""

import pytest

from core.errors import SettingsError
from graph.agent import SupportAgent
from graph.budgets import Budget, Budgets, Prices
from tests.graph_fakes import call, parts, scripted
from tests.test_verified_replies import agent_of


def test_a_budget_is_read_from_one_line() -> None:
    assert Budget.parse("requests=8 cost=0.5") == Budget(requests=8, cost=0.5)
    assert Budget.parse("") == Budget()


@pytest.mark.parametrize("written", ["requests", "requests=many", "wishes=3", "tokens=-1"])
def test_a_budget_that_cannot_be_read_is_an_error_that_shows_how(written: str) -> None:
    with pytest.raises(SettingsError, match="write for example"):
        Budget.parse(written)


async def test_a_turn_that_spends_its_budget_goes_to_a_person() -> None:
    made = parts(scripted(lambda _: call("get_order", order_id="A1")), budgets=Budgets(turn=Budget(requests=3)))
    reply = await agent_of(made).send("t", "where is A1?", customer_id="ada")
    assert (reply.owner, reply.requests) == ("pending", 3)
    assert reply.handoff == "the budget of this turn is spent: requests 3 of 3"


async def test_a_conversation_has_a_budget_of_its_own() -> None:
    agent = agent_of(parts(scripted("Hello there."), budgets=Budgets(thread=Budget(requests=2))))
    owners = [(await agent.send("t", text, customer_id="ada")).owner for text in ("one", "two", "three")]
    assert owners == ["bot", "bot", "pending"]


async def spend(agent: SupportAgent, thread: str) -> str:
    return (await agent.send(thread, "how do returns work?", customer_id="ada")).owner


async def test_a_customer_has_a_budget_over_all_conversations_of_a_day() -> None:
    now = [0.0]
    budgets = Budgets(customer=Budget(cost=0.1), prices=Prices(per_request=0.06), clock=lambda: now[0])
    agent = agent_of(parts(scripted("Hello there."), budgets=budgets))
    assert [await spend(agent, thread) for thread in ("a", "b", "c")] == ["bot", "bot", "pending"]
    assert (await agent.send("d", "how do returns work?", customer_id="bob")).owner == "bot"
    now[0] = 90_000.0
    assert await spend(agent, "e") == "bot"
