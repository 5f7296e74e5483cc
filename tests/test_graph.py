"""Hold short conversations with the graph."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from benchmarks.support.models.scripted import ScriptedChatModel
from core.errors import MessageRejected, ThreadForbidden
from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.replies import Progress, Reply, Token
from graph.state import TurnInput, newest_turn
from tests.graph_fakes import CARE, RETURNS, SHIPPING, MemoryDesk, call, parts, scripted, searches_for_ever
from tools.context import Context


def agent_of(made: Parts) -> SupportAgent:
    return SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=made.max_message_chars)


def desk_of(made: Parts) -> MemoryDesk:
    assert isinstance(made.desk, MemoryDesk)
    return made.desk


def model_of(made: Parts) -> ScriptedChatModel:
    assert isinstance(made.model, ScriptedChatModel)
    return made.model


async def test_a_policy_question_is_answered_from_the_articles_with_its_source() -> None:
    made = parts(scripted("You have 30 days. [1]"))
    reply = await agent_of(made).send("t", "how do returns work?", customer_id="ada")
    assert reply.text == "You have 30 days. [1]"
    assert [(s.article_id, s.url) for s in reply.sources] == [("returns", "https://h/r")]
    assert reply.requests == 1
    assert "You can return items within 30 days." in str(model_of(made).requests[0][-1].content)


async def test_an_order_question_is_answered_from_the_shop_in_two_requests() -> None:
    made = parts(scripted(call("get_order", order_id="A1"), "It was delivered."))
    reply = await agent_of(made).send("t", "where is A1?", customer_id="ada")
    assert reply.tools == ("get_order",)
    assert reply.requests == 2
    assert '"status": "delivered"' in str(model_of(made).requests[1][-1].content)


async def test_a_refusal_is_told_to_the_model_in_its_own_words() -> None:
    made = parts(scripted(call("get_order", order_id="B1"), "I cannot find it."))
    await agent_of(made).send("t", "where is B1?", customer_id="ada")
    assert model_of(made).requests[1][-1].content == "You have no order B1."


async def test_a_fault_inside_a_tool_stops_the_turn_and_is_not_shown_to_the_model() -> None:
    made = parts(scripted(call("get_order", order_id="broken"), "unreachable"))
    with pytest.raises(RuntimeError):
        await agent_of(made).send("t", "where is it?", customer_id="ada")
    assert len(model_of(made).requests) == 1


async def test_arguments_that_do_not_fit_are_told_to_the_model() -> None:
    made = parts(scripted(call("get_order", wrong="A1"), "Sorry."))
    reply = await agent_of(made).send("t", "where is it?", customer_id="ada")
    assert reply.text == "Sorry."
    assert "do not fit" in str(model_of(made).requests[1][-1].content)


async def test_an_unknown_tool_is_told_to_the_model() -> None:
    made = parts(scripted(call("drop_tables"), "Sorry."))
    assert (await agent_of(made).send("t", "hello there", customer_id="ada")).text == "Sorry."


async def test_parallel_calls_are_each_answered() -> None:
    both = AIMessage(
        "",
        tool_calls=[
            *call("get_order", "c1", order_id="A1").tool_calls,
            *call("get_order", "c2", order_id="B1").tool_calls,
        ],
    )
    made = parts(scripted(both, "One is yours."))
    await agent_of(made).send("t", "where are A1 and B1?", customer_id="ada")
    results = [m for m in model_of(made).requests[1] if isinstance(m, ToolMessage)]
    assert [m.tool_call_id for m in results] == ["c1", "c2"]


async def test_what_a_search_finds_is_numbered_after_the_first_passages_and_can_be_cited() -> None:
    made = parts(
        scripted(call("search_articles", query="wooden board"), "Twice a year. [2]"), passages=(RETURNS, SHIPPING, CARE)
    )
    reply = await agent_of(made).send("t", "how do returns work?", customer_id="ada")
    assert 'number="2" title="Care"' in str(model_of(made).requests[1][-1].content)
    assert [s.article_id for s in reply.sources] == ["care"]


async def test_a_search_that_finds_the_same_again_says_so() -> None:
    made = parts(scripted(call("search_articles", query="returns"), "30 days [1]"))
    await agent_of(made).send("t", "how do returns work?", customer_id="ada")
    assert model_of(made).requests[1][-1].content == "Nothing further was found."


async def test_a_citation_of_what_was_never_found_is_dropped() -> None:
    made = parts(scripted("You have 30 days [1][7]."))
    reply = await agent_of(made).send("t", "how do returns work?", customer_id="ada")
    assert reply.text == "You have 30 days [1]."
    assert len(reply.sources) == 1


async def test_a_wish_for_a_person_needs_no_model_and_opens_one_ticket() -> None:
    made = parts(scripted("unreachable"))
    agent = agent_of(made)
    reply = await agent.send("t", "I want to talk to a human", customer_id="ada")
    assert (reply.owner, reply.ticket_id, reply.requests) == ("pending", "T1001", 0)
    assert "T1001" in reply.text
    again = await agent.send("t", "hello? a human please", customer_id="ada")
    assert (again.text, again.owner) == ("", "pending")
    ticket = desk_of(made).tickets["T1001"]
    assert len(desk_of(made).tickets) == 1
    assert [n.text for n in ticket.notes] == ["hello? a human please"]


async def test_the_model_can_bring_in_a_person_and_every_open_call_is_answered() -> None:
    both = AIMessage(
        "",
        tool_calls=[
            *call("get_order", "c1", order_id="A1").tool_calls,
            *call("request_human", "c2", reason="fraud").tool_calls,
        ],
    )
    made = parts(scripted(both))
    agent = agent_of(made)
    reply = await agent.send("t", "my teapot arrived broken", customer_id="ada")
    assert (reply.owner, reply.handoff) == ("pending", "fraud")
    turn = newest_turn((await agent.state("t")).messages)
    assert {m.tool_call_id for m in turn if isinstance(m, ToolMessage)} == {"c1", "c2"}


async def test_a_resolved_ticket_gives_the_conversation_back() -> None:
    made = parts(scripted("You have 30 days. [1]"))
    agent = agent_of(made)
    await agent.send("t", "I want to talk to a human", customer_id="ada")
    await desk_of(made).resolve("T1001")
    reply = await agent.send("t", "how do returns work?", customer_id="ada")
    assert (reply.owner, reply.text) == ("bot", "You have 30 days. [1]")


async def test_a_model_that_calls_tools_for_ever_is_stopped_by_a_person() -> None:
    made = parts(scripted(searches_for_ever), max_tool_rounds=3)
    reply = await agent_of(made).send("t", "where is A1?", customer_id="ada")
    assert reply.owner == "pending"
    assert reply.requests == 4


async def test_an_empty_reply_becomes_a_handoff() -> None:
    reply = await agent_of(parts(scripted(""))).send("t", "how do returns work?", customer_id="ada")
    assert reply.owner == "pending"
    assert reply.text


async def test_the_second_turn_knows_the_first() -> None:
    made = parts(scripted("You have 30 days. [1]", "From delivery."))
    agent = agent_of(made)
    await agent.send("t", "how do returns work?", customer_id="ada")
    await agent.send("t", "from when?", customer_id="ada")
    second = [m.content for m in model_of(made).requests[1]]
    assert second[1:3] == ["how do returns work?", "You have 30 days. [1]"]


async def test_a_foreign_thread_is_refused_and_nothing_is_added_to_it() -> None:
    agent = agent_of(parts(scripted("Hello.")))
    await agent.send("t", "hello", customer_id="ada")
    before = (await agent.state("t")).messages
    with pytest.raises(ThreadForbidden, match="another customer"):
        await agent.send("t", "hello", customer_id="bob")
    assert (await agent.state("t")).messages == before


@pytest.mark.parametrize(("text", "words"), [("  ", "empty"), ("x" * 500_000, "at most 8,000")])
async def test_a_message_that_cannot_be_used_is_refused_and_not_stored(text: str, words: str) -> None:
    agent = agent_of(parts(scripted("Hello.")))
    with pytest.raises(MessageRejected, match=words):
        await agent.send("t", text, customer_id="ada")
    assert (await agent.state("t")).messages == []


async def test_tokens_and_progress_come_before_the_reply_and_add_up_to_it() -> None:
    made = parts(scripted(call("get_order", order_id="A1"), "It was delivered. Is there anything else? I am here."))
    events = [event async for event in agent_of(made).stream("t", "where is A1?", customer_id="ada")]
    tokens = [e.text for e in events if isinstance(e, Token)]
    assert isinstance(events[-1], Reply)
    assert tokens == ["It was delivered.", " Is there anything else?", " I am here."]
    assert "".join(tokens) == events[-1].text
    assert [e.text for e in events if isinstance(e, Progress)] == ["Searching help articles…", "Looking that up…"]


def test_plain_invoke_works_from_synchronous_code() -> None:
    graph = build_graph(parts(scripted(call("get_order", order_id="A1"), "Delivered.")), checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}
    context = Context(customer_id="ada")
    result = graph.invoke(TurnInput(messages=[HumanMessage("where is A1?")]), config, context=context)
    assert result["messages"][-1].content == "Delivered."
    streamed = list(
        graph.stream(TurnInput(messages=[HumanMessage("and now?")]), config, context=context, stream_mode="updates")
    )
    assert [next(iter(update)) for update in streamed] == ["receive", "retrieve", "reason"]


def test_a_graph_without_memory_answers_as_well() -> None:
    result = build_graph(parts(scripted("30 days [1]"))).invoke(
        TurnInput(messages=[HumanMessage("how do returns work?")])
    )
    assert result["messages"][-1].content == "30 days [1]"


async def test_a_crashed_turn_does_not_break_the_thread() -> None:
    made = parts(scripted(call("get_order", order_id="broken"), "Here you are."))
    agent = agent_of(made)
    with pytest.raises(RuntimeError):
        await agent.send("t", "where is it?", customer_id="ada")
    assert (await agent.send("t", "hello again", customer_id="ada")).text == "Here you are."
    unanswered = [m for m in model_of(made).requests[1] if isinstance(m, ToolMessage)]
    assert [m.content for m in unanswered] == ["This call was interrupted and not carried out."]


async def test_the_graph_has_the_nodes_people_look_for() -> None:
    nodes = build_graph(parts(scripted("x"))).get_graph().nodes
    assert {"retrieve", "reason", "execute_tools", "escalate"} <= set(nodes)
