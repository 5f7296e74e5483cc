"""Keep the offline model a chat model like any other: tools, streaming, usage, determinism."""

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.tools import tool

from core.offline.model import OfflineChatModel
from core.passages import Passage
from core.safety.untrusted_text import quote_turn
from tools.retail.offline.shop_planner import ShopPlanner

MODEL = OfflineChatModel(planner=ShopPlanner)


@tool
def get_order(order_id: str) -> str:
    """Look up an order."""
    return order_id


@tool
def list_orders() -> str:
    """List orders."""
    return "[]"


def asked(text: str) -> list[HumanMessage]:
    """Return a request with nothing but a message."""
    return [HumanMessage(quote_turn(text, []))]


def returns_passage() -> Passage:
    return Passage(
        id="p", article_id="a", title="Returning items", text="You can return items within 30 days of delivery."
    )


def test_it_calls_the_bound_tool_with_the_number_as_it_was_meant() -> None:
    answer = MODEL.bind_tools([get_order]).invoke(asked("where is w 2611340?"))
    assert [(c["name"], c["args"]) for c in answer.tool_calls] == [("get_order", {"order_id": "#W2611340"})]
    assert answer.response_metadata["finish_reason"] == "tool_calls"


def test_two_orders_are_looked_up_in_one_message() -> None:
    answer = MODEL.bind_tools([get_order]).invoke(asked("Where are #W2611340 and #W5490111?"))
    assert [c["args"]["order_id"] for c in answer.tool_calls] == ["#W2611340", "#W5490111"]
    assert len({c["id"] for c in answer.tool_calls}) == 2


def test_it_never_calls_a_tool_that_is_not_bound() -> None:
    for text in (
        "where is #W2611340?",
        "cancel #W2611340, ordered by mistake",
        "I was charged twice",
        "show my orders",
    ):
        answer = MODEL.invoke(asked(text))
        assert answer.tool_calls == []
        assert answer.text
        assert MODEL.bind_tools([get_order], tool_choice="none").invoke(asked(text)).tool_calls == []


def test_the_arguments_fit_the_bound_schema() -> None:
    @tool("get_order")
    def other_get_order(number: int, shop: str) -> str:
        """Look up an order in another way."""
        return f"{number}{shop}"

    answer = MODEL.bind_tools([other_get_order]).invoke(asked("where is #W2611340?"))
    assert answer.tool_calls == []


def test_streamed_words_and_calls_add_up_to_the_same_message() -> None:
    model = MODEL.bind_tools([get_order, list_orders])
    for text in ("where is #W2611340?", "hello", "what is your return policy?"):
        whole = model.invoke(asked(text))
        first, *others = model.stream(asked(text))
        assert isinstance(first, AIMessageChunk)
        total = add_ai_message_chunks(first, *[c for c in others if isinstance(c, AIMessageChunk)])
        assert total.text == whole.text
        assert [(c["name"], c["args"], c["id"]) for c in total.tool_calls] == [
            (c["name"], c["args"], c["id"]) for c in whole.tool_calls
        ]
        assert total.response_metadata["finish_reason"] == whole.response_metadata["finish_reason"]
        assert total.usage_metadata == whole.usage_metadata
    assert len(list(model.stream(asked("hello")))) > 5


async def test_it_answers_the_same_without_blocking_the_loop() -> None:
    answer = await MODEL.ainvoke(asked("hello"))
    streamed = "".join([chunk.text async for chunk in MODEL.astream(asked("hello"))])
    assert isinstance(answer, AIMessage)
    assert streamed == answer.text == MODEL.invoke(asked("hello")).text


def test_it_counts_tokens() -> None:
    usage = MODEL.invoke(asked("hello")).usage_metadata
    assert usage is not None
    assert usage["input_tokens"] > 0
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]


def test_an_answer_from_the_articles_is_a_quotation_with_its_number() -> None:
    request = [HumanMessage(quote_turn("How many days do I have to return something?", [returns_passage()]))]
    assert MODEL.invoke(request).text == "You can return items within 30 days of delivery [1]."


def test_it_says_that_it_does_not_know() -> None:
    request = [HumanMessage(quote_turn("Do you gift wrap teapots in gold foil?", [returns_passage()]))]
    answer = MODEL.invoke(request).text
    assert "do not know" in answer
    assert "[1]" not in answer
