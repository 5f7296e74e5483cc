"""What weak models write instead of calling a tool is run, and customers read nothing of how the agent works."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.verification.inner_works import speaks_of_inner_works
from graph.verification.non_answers import announces
from tests.graph_fakes import parts, scripted

FORMS = [
    '{{"name": "get_order", "arguments": {"order_id": "#AF1"}}}',
    'I will look that up. get_order(order_id="#AF1")',
    "[get_order(order_id='#AF1')]",
    "get_order('#AF1')",
    '```tool_code\nprint(get_order(order_id="#AF1"))\n```',
    "<function=get_order><parameter=order_id>#AF1</parameter></function>",
    "<get_order><order_id>#AF1</order_id></get_order>",
    '<invoke name="get_order"><parameter name="order_id">#AF1</parameter></invoke>',
    "<tool_call>\n<function=get_order>\n<parameter=order_id>\n#AF1\n</parameter>\n</function>\n</tool_call>",
    'Action: get_order\nAction Input: {"order_id": "#AF1"}',
    '[TOOL_CALLS][{"name": "get_order", "arguments": {"order_id": "#AF1"}}]',
    '{"get_order": {"order_id": "#AF1"}}',
]
GOOD = "You have 30 days. [1]"


async def said(
    *answers: str, asked: str = "how do returns work, and where is my order #AF1?"
) -> tuple[str, list[str], int]:
    """Return the reply, the tools that were called, and how often the model was asked."""
    model = scripted(*answers)
    agent = SupportAgent(build_graph(parts(model), checkpointer=InMemorySaver()), max_message_chars=1000)
    reply = await agent.send("t", asked, customer_id="ada")
    messages = (await agent.state("t")).messages
    called = [call["name"] for m in messages for call in getattr(m, "tool_calls", ())]
    return reply.text, called, len(model.requests)


@pytest.mark.parametrize("written", FORMS)
async def test_a_call_that_is_written_is_run(written: str) -> None:
    reply, called, _ = await said(written, GOOD)
    assert called == ["get_order"]
    assert reply.endswith(GOOD)


@pytest.mark.parametrize(
    "answer",
    [
        "I will call the `get_order` function to find out.",
        "Let me use the get_order tool for #AF1.",
        "I need to look it up in our records.",
        "Ich werde in unserem System nachsehen.",
        "According to passage [1], you have 30 days.",
        "Based on the provided help articles, you have 30 days. [1]",
        "Your tracking number is [insert tracking number].",
        "It is [tracking number: correct] on its way.",
        "Hello {customer_name}, it is on its way.",
        "The tool result says that it is on its way.",
        "get_order(number=7)",
    ],
)
async def test_talk_of_inner_works_is_asked_for_again_and_never_shown(answer: str) -> None:
    assert await said(answer, GOOD) == (GOOD, [], 2)


@pytest.mark.parametrize(
    "sentence",
    [
        "You have 30 days to return it. [1]",
        "See [our page](https://h/returns) for more.",
        "Use the tool box in the garage.",
        "The context of your order is clear.",
        "Your order is on its way and arrives on Monday.",
        "You can use several functions of the lamp.",
    ],
)
def test_what_customers_may_read_is_left(sentence: str) -> None:
    assert not speaks_of_inner_works(sentence)
    assert not announces(sentence)
