"""Lead changes of an order through whole conversations: proposal, yes, staff, execution, and everything that comes
between.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.utils.uuid import uuid7
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from benchmarks.support.models.strict_endpoint import broken_rules
from cli.desk.approval_commands import check_waits
from core.errors import InputError, Refused
from core.offline.model import OFFLINE
from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.context_window.prompts import prompt_messages
from graph.nodes.escalate import with_agreed
from graph.state import TurnInput
from tests.fakes import FakeOrders
from tests.graph_fakes import RETURNS, TODAY, KeywordRetriever, call, confirmed_actions, parts, scripted
from tools.context import Context
from tools.desk.tickets import TicketDraft
from tools.retail.policy import load_policy
from tools.retail.shop_tools import make_tools

CANCEL = call("cancel_order", order_id="#AF1", reason="ordered by mistake")
ELSEWHERE = {
    "address1": "1 Elm Street",
    "address2": "",
    "city": "Salem",
    "state": "OR",
    "zip": "97301",
    "country": "USA",
}


class Shop:
    """An agent, its shop and its ledger."""

    def __init__(self, *answers: Any, orders: FakeOrders | None = None, approval_over: float | None = None) -> None:
        self.orders = orders or FakeOrders()
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        policy = load_policy()
        if approval_over is not None:
            policy = policy.model_copy(
                update={"cancel": policy.cancel.model_copy(update={"approval_over": approval_over})}
            )
        self.actions = confirmed_actions(self.orders, policy=policy, clock=lambda: self.now)
        retriever = KeywordRetriever(RETURNS)
        self.model = scripted(*answers)
        tools = make_tools(self.orders, retriever, policy, lambda: TODAY)
        self.parts: Parts = parts(self.model, retriever=retriever, tools=tools, actions=self.actions)
        self.agent = SupportAgent(build_graph(self.parts, checkpointer=InMemorySaver()), max_message_chars=1000)

    async def say(self, text: str, customer: str = "ada") -> str:
        """Return the reply to a message; every history on the way has to be valid for an endpoint."""
        reply = await self.agent.send("t", text, customer_id=customer)
        history = (await self.agent.state("t")).messages
        assert broken_rules(prompt_messages(history, [], system="s", context_tokens=8000)) == []
        return reply.text

    @property
    def effects(self) -> int:
        return len(self.orders.outcomes)


async def test_a_write_is_listed_first_and_done_on_yes_without_asking_the_model_again() -> None:
    shop = Shop(CANCEL)
    asked = await shop.say("cancel #AF1, I ordered it by mistake")
    assert "Cancel order #AF1" in asked
    assert "yes or no" in asked
    assert shop.effects == 0
    done = await shop.say("yes please")
    assert "Order #AF1 is cancelled." in done
    assert "$104.00" in done
    assert shop.effects == 1
    assert len(shop.model.requests) == 1
    [action] = await shop.actions.ledger.find(thread_id="t")
    assert (action.state, action.yes_text) == ("done", "yes please")
    history = [event.state for event in await shop.actions.ledger.history(action.id)]
    assert history == ["proposed", "confirmed", "running", "done"]


@pytest.mark.parametrize(("model_name", "said"), [(OFFLINE, True), ("some-model", False)])
async def test_only_the_offline_rules_are_heard_beside_a_proposal(model_name: str, *, said: bool) -> None:
    answer = "You have 30 days. [1]"
    shop = Shop(CANCEL.model_copy(update={"content": answer, "response_metadata": {"model_name": model_name}}))
    asked = await shop.say("how long can I return things? and cancel #AF1, I ordered it by mistake")
    assert asked.startswith(answer) is said
    assert "Cancel order #AF1" in asked


async def test_what_was_done_is_told_once_also_when_a_person_is_asked_for_right_after() -> None:
    shop = Shop(CANCEL, "You have 30 days. [1]")
    await shop.say("cancel #AF1, I ordered it by mistake")
    assert "is cancelled" in await shop.say("yes")
    await shop.say("I want to talk to a human")
    await shop.say("never mind")
    assert await shop.say("how do returns work?") == "You have 30 days. [1]"


async def test_no_withdraws_and_a_later_yes_does_nothing() -> None:
    shop = Shop(CANCEL, "There is nothing to confirm.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    assert "not changed anything" in await shop.say("no")
    await shop.say("yes")
    assert shop.effects == 0


@pytest.mark.parametrize("text", ["thanks", "ok", "/help", "👍", "is it cancelled now?"])
async def test_a_model_cannot_bring_back_what_was_declined(text: str) -> None:
    again = call("cancel_order", "c2", order_id="#AF1", reason="ordered by mistake")
    shop = Shop(CANCEL, again, "You are welcome.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    await shop.say("no")
    assert "Cancel order" not in await shop.say(text)
    await shop.say("yes")
    assert shop.effects == 0


async def test_what_was_declined_can_be_wished_for_again() -> None:
    shop = Shop(CANCEL, call("cancel_order", "c2", order_id="#AF1", reason="ordered by mistake"))
    await shop.say("cancel #AF1, I ordered it by mistake")
    await shop.say("no")
    assert "Cancel order #AF1" in await shop.say("on second thought, do cancel #AF1")
    assert "is cancelled" in await shop.say("yes")


@pytest.mark.parametrize("text", ["thanks, I'll talk to my wife first", "let me think about it"])
async def test_a_question_rests_where_the_customer_wants_to_think_about_it(text: str) -> None:
    shop = Shop(CANCEL, "All right.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    assert await shop.say(text) == "All right."
    assert (await shop.say("yes, do it")).startswith("Cancel order #AF1")
    assert "is cancelled" in await shop.say("yes")


async def test_a_yes_to_something_that_was_asked_since_is_for_the_model() -> None:
    shop = Shop(CANCEL, "All right. Would you like to hear about gift cards?", "Gift cards do not expire.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    await shop.say("let me think about it")
    assert (await shop.say("yes")).startswith("Gift cards")
    assert shop.effects == 0


@pytest.mark.parametrize("text", ["yes but only the mug", "yes, and send me a gift", "maybe", "is the refund quick?"])
async def test_anything_but_a_clear_yes_does_nothing_and_the_question_stands_once_more(text: str) -> None:
    shop = Shop(CANCEL, "Within days.", "Of course.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    again = await shop.say(text)
    assert again.startswith("Within days.")
    assert "Cancel order #AF1" in again
    assert shop.effects == 0
    assert "Cancel order" not in await shop.say("what are your opening hours?")
    late = await shop.say("yes")
    assert shop.effects == 0
    assert late.startswith("Cancel order #AF1")  # no model is asked what else they might mean
    assert "is cancelled" in await shop.say("yes")
    assert shop.effects == 1


@pytest.mark.parametrize("text", ["Hm, make that PayPal instead", "actually I need the lamp", "no, I meant #AF2"])
async def test_what_she_no_longer_wants_is_not_found_by_a_later_yes(text: str) -> None:
    shop = Shop(CANCEL, "Let me see.", "Nothing is open.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    assert "Cancel order" not in await shop.say(text)
    await shop.say("yes")
    assert shop.effects == 0


async def test_a_yes_after_a_digression_counts_when_the_question_was_put_again() -> None:
    shop = Shop(CANCEL, "Within days.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    await shop.say("is the refund quick?")
    assert "is cancelled" in await shop.say("yes")


async def test_a_yes_two_days_later_does_nothing() -> None:
    shop = Shop(CANCEL, "What would you like to do?")
    await shop.say("cancel #AF1, I ordered it by mistake")
    shop.now += timedelta(days=2)
    assert "is cancelled" not in await shop.say("yes")
    assert shop.effects == 0


async def test_changed_arguments_need_a_yes_of_their_own() -> None:
    other = call("cancel_order", order_id="#AF1", reason="no longer needed")
    shop = Shop(CANCEL, other)
    await shop.say("cancel #AF1, I ordered it by mistake")
    again = await shop.say("actually, the reason is that I no longer need it")
    assert "no longer needed" in again
    assert "by mistake" not in again
    await shop.say("yes")
    ended = {a.args["reason"]: a.state for a in await shop.actions.ledger.find(thread_id="t")}
    assert ended == {"ordered by mistake": "withdrawn", "no longer needed": "done"}
    assert shop.effects == 1


async def test_several_requests_are_listed_together_and_done_in_an_order_that_works() -> None:
    both = AIMessage(
        "",
        tool_calls=[
            *call("cancel_order", "c1", order_id="#AF1", reason="no longer needed").tool_calls,
            *call("change_default_address", "c2", **ELSEWHERE).tool_calls,
        ],
    )
    shop = Shop(both)
    asked = await shop.say("cancel #AF1, no longer needed, and my address is now 1 Elm Street, Salem, OR 97301, USA")
    assert "1. " in asked
    assert "2. " in asked
    done = await shop.say("yes")
    assert done.index("Elm Street") < done.index("is cancelled")
    assert shop.effects == 2


async def test_a_question_and_a_write_in_one_message_are_both_answered() -> None:
    both = AIMessage(
        "", tool_calls=[*call("get_order", "c1", order_id="#AF2").tool_calls, *_call_with_id(CANCEL, "c2")]
    )
    shop = Shop(both, "#AF2 is on its way.")
    reply = await shop.say("where is #AF2? and cancel #AF1, I ordered it by mistake")
    assert reply.startswith("#AF2 is on its way.")
    assert "Cancel order #AF1" in reply
    assert "is cancelled" in await shop.say("yes")


def _call_with_id(message: AIMessage, call_id: str) -> list[Any]:
    return [{**message.tool_calls[0], "id": call_id}]


async def test_a_rule_that_says_no_is_told_to_the_model_and_nothing_is_proposed() -> None:
    shop = Shop(call("cancel_order", order_id="#AF2", reason="ordered by mistake"), "It has left already.")
    assert await shop.say("cancel #AF2, a mistake") == "It has left already."
    assert await shop.actions.ledger.find(thread_id="t") == []


async def test_a_foreign_order_is_like_an_unknown_one() -> None:
    texts = []
    for order in ("#AF9", "#AF777"):
        shop = Shop(call("cancel_order", order_id=order, reason="ordered by mistake"), "No such order.")
        await shop.say(f"cancel {order}, a mistake")
        texts.append(next(m.text for m in shop.model.requests[1] if isinstance(m, ToolMessage)))
    assert texts[0] == texts[1]


async def test_a_model_that_calls_the_write_again_after_it_was_done_changes_nothing() -> None:
    shop = Shop(CANCEL, CANCEL, "It is cancelled already.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    await shop.say("yes")
    await shop.say("cancel it!")
    assert shop.effects == 1


class Dying(FakeOrders):
    """A shop whose connection dies before or after the effect, as often as told."""

    def __init__(self, when: str, times: int = 1) -> None:
        super().__init__()
        self.when, self.times = when, times

    async def apply(self, change: Any, *, key: str) -> Any:
        if self.times and self.when == "before":
            self.times -= 1
            raise Killed
        outcome = await super().apply(change, key=key)
        if self.times:
            self.times -= 1
            raise Killed
        return outcome


class Killed(BaseException):
    """Stand for the end of the process: nothing in the agent may catch it."""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_around_the_effect_neither_doubles_nor_loses_it(when: str) -> None:
    shop = Shop(CANCEL, "Here is how it went.", orders=Dying(when))
    await shop.say("cancel #AF1, I ordered it by mistake")
    with pytest.raises(Killed):
        await shop.say("yes")
    shop.now += timedelta(minutes=5)
    told = await shop.say("hello? did it work?")
    assert "Order #AF1 is cancelled." in told
    assert shop.effects == 1
    assert "is cancelled" not in (await shop.say("thank you"))


async def test_a_proposal_a_crash_kept_from_being_asked_about_is_asked_about_with_the_next_message() -> None:
    shop = Shop("What can I do for you?")
    args = CANCEL.tool_calls[0]["args"]
    await shop.actions.propose("t", Context(customer_id="ada"), "cancel_order", args, asked_message_id=None)
    assert "Cancel order #AF1" in await shop.say("hello?")
    assert "is cancelled" in await shop.say("yes")


async def test_a_conversation_that_goes_to_a_person_takes_its_proposals_back() -> None:
    shop = Shop(CANCEL)
    await shop.say("cancel #AF1, I ordered it by mistake")
    await shop.say("I want to talk to a human")
    [action] = await shop.actions.ledger.find(thread_id="t")
    assert action.state == "withdrawn"


async def waiting_for_staff() -> Shop:
    """Return a shop in which a confirmed cancellation waits for staff."""
    shop = Shop(CANCEL, "Sure.", "Sure.", approval_over=50)
    await shop.say("cancel #AF1, I ordered it by mistake")
    told = await shop.say("yes")
    assert "colleague has to agree" in told
    assert shop.effects == 0
    return shop


async def test_staff_is_asked_with_the_ledgers_words_and_approves_once() -> None:
    shop = await waiting_for_staff()
    config: Any = {"configurable": {"thread_id": "t"}}
    [request] = [task.interrupts[0].value for task in (await shop.agent.graph.aget_state(config)).tasks]
    assert request["action_requests"][0]["name"] == "cancel_order"
    assert request["review_configs"] == [
        {"action_name": "cancel_order", "allowed_decisions": ["approve", "edit", "reject"]}
    ]
    reply = await shop.agent.decide("t", {"decisions": [{"type": "approve"}]}, operator="kim")
    assert "is cancelled" in reply.text
    assert shop.effects == 1
    again = await shop.agent.decide("t", {"decisions": [{"type": "approve"}]}, operator="kim")
    assert shop.effects == 1
    assert again.text == ""


async def test_a_resume_that_is_not_on_behalf_of_staff_changes_nothing() -> None:
    shop = await waiting_for_staff()
    config: Any = {"configurable": {"thread_id": "t"}}
    approve: Command[Any] = Command(resume={"decisions": [{"type": "approve"}]})
    await shop.agent.graph.ainvoke(approve, config, context=Context(customer_id="ada"))
    assert shop.effects == 0
    assert (await shop.agent.graph.aget_state(config)).next == ("approve",)
    await shop.agent.decide("t", {"decisions": [{"type": "approve"}]}, operator="kim")
    assert shop.effects == 1


async def test_a_rejected_action_never_runs() -> None:
    shop = await waiting_for_staff()
    reply = await shop.agent.decide("t", {"decisions": [{"type": "reject", "message": "Too late."}]}, operator="kim")
    assert "decided against it" in reply.text
    assert "Too late." in reply.text
    [action] = await shop.actions.ledger.find(thread_id="t")
    assert not await shop.actions.ledger.approve(action.id, by="kim")
    await shop.actions.carry_out("t", action.id)
    assert shop.effects == 0


async def test_a_customer_who_writes_meanwhile_is_answered_and_the_request_stands() -> None:
    shop = await waiting_for_staff()
    assert await shop.say("how long will it take?") == "Sure."
    reply = await shop.agent.decide("t", {"decisions": [{"type": "approve"}]}, operator="kim")
    assert "is cancelled" in reply.text
    assert shop.effects == 1


@pytest.mark.parametrize("text", ["no, forget it", "I found it, please don't cancel anything"])
async def test_what_waits_for_staff_can_be_taken_back_and_is_then_never_done(text: str) -> None:
    shop = await waiting_for_staff()
    assert "not changed anything" in await shop.say(text)
    [action] = await shop.actions.ledger.find(thread_id="t")
    assert action.state == "withdrawn"
    assert not await shop.actions.ledger.approve(action.id, by="kim")
    await shop.agent.decide("t", {"decisions": [{"type": "approve"}]}, operator="kim")
    assert shop.effects == 0


async def test_a_yes_that_was_sent_before_the_question_was_there_agrees_to_nothing() -> None:
    shop = Shop(CANCEL, "You are welcome.")
    # Both are sent before anything is answered, as by a customer who writes on while the agent is busy.
    asked, early = await asyncio.gather(shop.say("cancel #AF1, I ordered it by mistake"), shop.say("yes"))
    assert "Cancel order #AF1" in asked
    assert "Cancel order #AF1" in early  # asked again
    assert shop.effects == 0
    assert "is cancelled" in await shop.say("yes")
    assert shop.effects == 1


async def test_a_run_that_was_asked_for_before_the_question_was_there_agrees_to_nothing() -> None:
    shop = Shop(CANCEL, "You are welcome.")

    async def yes(run_id: UUID) -> None:
        config: RunnableConfig = {"configurable": {"thread_id": "t", "run_id": str(run_id)}}
        await shop.agent.graph.ainvoke(
            TurnInput(messages=[HumanMessage("yes")]), config, context=Context(customer_id="ada")
        )

    early = uuid7()  # as LangGraph's servers name a run that waits for the one before it
    await shop.say("cancel #AF1, I ordered it by mistake")
    await yes(early)
    assert shop.effects == 0
    await yes(uuid7())
    assert shop.effects == 1


async def test_a_yes_to_another_deed_does_nothing() -> None:
    shop = Shop(call("change_order_address", order_id="#AF1", **ELSEWHERE), "One moment.")
    await shop.say("please send #AF1 to 1 Elm Street, Salem, OR 97301, USA")
    await shop.say("yes, cancel the order")
    assert shop.effects == 0


async def test_a_decision_made_in_the_ledger_is_carried_out_with_the_next_message() -> None:
    shop = await waiting_for_staff()
    [action] = await shop.actions.ledger.find(thread_id="t")
    await shop.actions.decide(action.id, {"type": "approve"}, by="kim")
    assert "is cancelled" in await shop.say("any news?")
    assert shop.effects == 1


@pytest.mark.parametrize("meanwhile", [[], ["how long will it take?"]])
async def test_a_refusal_by_staff_in_the_ledger_is_told_with_the_next_message(meanwhile: list[str]) -> None:
    shop = await waiting_for_staff()
    for text in meanwhile:
        await shop.say(text)
    [action] = await shop.actions.ledger.find(thread_id="t")
    await shop.actions.decide(action.id, {"type": "reject", "message": "Too late."}, by="kim")
    assert "Too late." in await shop.say("any news?")
    assert "Too late." not in await shop.say("thank you")


@pytest.mark.parametrize("meanwhile", [[], ["how long will it take?"]])
async def test_what_expired_while_other_conversations_went_on_is_told(meanwhile: list[str]) -> None:
    shop = await waiting_for_staff()
    for text in meanwhile:
        await shop.say(text)
    shop.now += timedelta(days=3)
    await shop.actions.ledger.expire_due()  # any other conversation does so
    assert "Cancel order #AF1" in await shop.say("any news?")


async def test_a_decision_made_in_the_ledger_wakes_the_thread() -> None:
    shop = await waiting_for_staff()
    [action] = await shop.actions.ledger.find(thread_id="t")
    await shop.actions.decide(action.id, {"type": "approve"}, by="kim")
    reply = await shop.agent.decide("t", {"decisions": []}, operator="kim")
    assert "is cancelled" in reply.text
    assert shop.effects == 1


async def test_an_edit_by_staff_is_a_new_question_to_the_customer_and_needs_no_second_approval() -> None:
    shop = await waiting_for_staff()
    edit = {"name": "cancel_order", "args": {"order_id": "#AF1", "reason": "no longer needed"}}
    reply = await shop.agent.decide("t", {"decisions": [{"type": "edit", "edited_action": edit}]}, operator="kim")
    assert "no longer needed" in reply.text
    assert "yes or no" in reply.text
    assert shop.effects == 0
    assert "is cancelled" in await shop.say("yes")
    assert shop.effects == 1
    assert await shop.say("thanks") == "Sure."


async def test_a_request_nobody_decides_expires_and_the_customer_hears_it() -> None:
    shop = await waiting_for_staff()
    shop.now += timedelta(days=3)
    assert "not decided in time" in await shop.say("any news?")
    await shop.agent.decide("t", {"decisions": [{"type": "approve"}]}, operator="kim")
    assert shop.effects == 0


@pytest.mark.parametrize("answer", ["yes", {"decisions": []}, [{"type": "accept"}, {"type": "accept"}], None, 3])
async def test_an_answer_that_cannot_be_read_is_asked_again(answer: Any) -> None:
    shop = await waiting_for_staff()
    config: Any = {"configurable": {"thread_id": "t"}}
    if answer is not None:
        await shop.agent.graph.ainvoke(Command(resume=answer), config, context=Context(operator="kim"))
    assert (await shop.agent.graph.aget_state(config)).next == ("approve",)
    assert shop.effects == 0


async def test_the_older_inbox_answer_is_understood() -> None:
    shop = await waiting_for_staff()
    assert "is cancelled" in (await shop.agent.decide("t", [{"type": "accept", "args": None}], operator="kim")).text


async def test_forged_calls_in_a_message_reach_nobody_elses_action() -> None:
    shop = Shop(CANCEL, "Hello.")
    await shop.say("cancel #AF1, I ordered it by mistake")
    [action] = await shop.actions.ledger.find(thread_id="t")
    with pytest.raises(Exception, match="another thread"):
        await shop.actions.carry_out("other", action.id)
    graph = build_graph(shop.parts)
    result = await graph.ainvoke(TurnInput(messages=[HumanMessage("hello")]), context=Context(customer_id="ada"))
    assert result["messages"][-1].text == "Hello."


async def test_planning_refuses_what_nobody_signed_in_asks_for() -> None:
    shop = Shop(CANCEL)
    with pytest.raises(Refused):
        await shop.actions.propose("t", Context(), "cancel_order", CANCEL.tool_calls[0]["args"], asked_message_id=None)


APPROVE = {"decisions": [{"type": "approve"}]}
REJECT = {"decisions": [{"type": "reject", "message": "Too late."}]}


async def resume(shop: Shop, answer: Any, operator: str | None) -> Any:
    """Answer the pause as a program with the graph in its hands does."""
    context = Context(operator=operator) if operator else Context(customer_id="ada")
    return await shop.agent.graph.ainvoke(Command(resume=answer), {"configurable": {"thread_id": "t"}}, context=context)


@pytest.mark.parametrize(("first", "then", "effects"), [(APPROVE, REJECT, 0), (REJECT, APPROVE, 1)])
async def test_an_answer_of_nobody_is_not_taken_for_that_of_staff_afterwards(
    first: Any, then: Any, effects: int
) -> None:
    shop = await waiting_for_staff()
    paused = await resume(shop, first, None)
    assert "only staff decide" in paused["__interrupt__"][0].value["problem"]
    assert shop.effects == 0
    await resume(shop, then, "kim")
    assert shop.effects == effects


@pytest.mark.parametrize(
    "bad",
    [
        "banana",
        {"decisions": [{"type": "frobnicate"}]},
        {"decisions": [{"type": "edit"}]},
        {"decisions": [{"type": "edit", "edited_action": {"args": {"reason": "just because"}}}]},
    ],
)
async def test_an_answer_that_decides_nothing_spoils_no_later_one(bad: Any) -> None:
    shop = await waiting_for_staff()
    with pytest.raises(InputError):
        await shop.agent.decide("t", bad, operator="kim")
    assert shop.effects == 0
    await shop.agent.decide("t", REJECT, operator="kim")
    [action] = await shop.actions.ledger.find(thread_id="t")
    assert (action.state, shop.effects) == ("rejected", 0)


async def test_asking_for_a_person_tells_what_was_agreed_to_and_is_not_done() -> None:
    shop = await waiting_for_staff()
    reply = await shop.agent.send("t", "I want to talk to a person", customer_id="ada")
    assert "is not done" in reply.text
    assert "Cancel order #AF1" in reply.text
    ticket = await shop.parts.desk.get_ticket(str(reply.ticket_id))
    assert "Cancel order #AF1" in ticket.draft.facts[0]
    assert shop.effects == 0


async def test_a_ticket_that_is_full_of_facts_takes_in_what_was_agreed_to_and_can_be_read() -> None:
    shop = await waiting_for_staff()
    agreed = await shop.actions.ledger.find(thread_id="t")
    full = TicketDraft(
        category="request", queue="general", priority="normal", sentiment="neutral", language="en",
        summary="Many things.", steps_tried=(), facts=tuple(f"Fact {n}." for n in range(20)),
        next_step="Answer.", wish="Help.",
    )  # fmt: skip
    read = TicketDraft.model_validate(with_agreed(full, agreed).model_dump(mode="json"))
    assert "Cancel order #AF1" in read.facts[0]
    assert read.facts[1:] == full.facts[:19]


async def test_an_earlier_message_sent_again_is_answered_as_it_was() -> None:
    shop = Shop("First.", "Second.")
    for number, text in ((1, "one thing"), (2, "another thing")):
        await shop.agent.send("t", HumanMessage(f"tell me {text}", id=f"m{number}"), customer_id="ada")
    again = await shop.agent.send("t", "tell me one thing", customer_id="ada", message_id="m1")
    assert again.text == "First."
    assert (
        await shop.agent.send("t", HumanMessage("tell me another thing", id="m2"), customer_id="ada")
    ).text == "Second."
    assert len((await shop.agent.state("t")).messages) == 4


async def test_the_command_line_decides_nothing_twice() -> None:
    shop = await waiting_for_staff()
    [action] = await shop.actions.ledger.find(thread_id="t")
    check_waits(action, {"type": "reject"})
    await shop.agent.decide("t", REJECT, operator="kim")
    [action] = await shop.actions.ledger.find(thread_id="t")
    with pytest.raises(InputError, match="is rejected, so nothing was decided"):
        check_waits(action, {"type": "approve"})
