"""Sources are numbered for the customer from 1, in order of use and once a paragraph, while the reply is written."""

from langchain_core.messages import AIMessage

from core.passages import Passage
from tests.graph_fakes import CARE, RETURNS, SHIPPING, call, parts, scripted
from tests.test_verified_replies import agent_of, streamed

OFFERS = Passage(id="offers#0", article_id="offers", title="Offers", text="Returns of offers take 9 days.")
PASSAGES = (RETURNS, SHIPPING, OFFERS)
ASKED = "how do returns of offers work, and shipping?"


async def test_sources_are_numbered_in_order_of_use() -> None:
    model = scripted("Shipping takes 3 days. [2] You have 30 days. [1]")
    tokens, reply = await streamed(parts(model, passages=PASSAGES), ASKED)
    assert reply.text == "Shipping takes 3 days. [1] You have 30 days. [2]"
    assert tokens[0] == "Shipping takes 3 days. [1]"
    assert [(s.number, s.article_id) for s in reply.sources] == [(1, "shipping"), (2, "returns")]


async def test_a_source_stands_once_in_a_paragraph() -> None:
    answer = "You have 30 days [3][1]. The 30 days begin at once. [1]\n\nIt is 30 days [1, 3], then."
    _, reply = await streamed(parts(scripted(answer), passages=PASSAGES), ASKED)
    assert reply.text == "You have 30 days [1][2]. The 30 days begin at once.\n\nIt is 30 days [2][1], then."
    assert [s.article_id for s in reply.sources] == ["offers", "returns"]


async def test_what_is_held_back_takes_no_number() -> None:
    model = scripted("It takes 70 days. [2] You have 30 days. [1]")
    _, reply = await streamed(parts(model, passages=PASSAGES), ASKED)
    assert (reply.text, [s.article_id for s in reply.sources]) == ("You have 30 days. [1]", ["returns"])


async def test_the_rest_of_a_reply_goes_on_counting() -> None:
    model = scripted("Shipping takes 3 days. [2] It costs $9.", "You have 30 days. [1] Shipping takes 3 days, yes. [2]")
    _, reply = await streamed(parts(model, passages=PASSAGES), ASKED)
    assert reply.text == "Shipping takes 3 days. [1] You have 30 days. [2] Shipping takes 3 days, yes."
    assert [s.article_id for s in reply.sources] == ["shipping", "returns"]


async def test_messages_of_one_reply_share_their_numbers_and_each_keeps_its_own_sources() -> None:
    look_up = AIMessage("Shipping takes 3 days. [2]", tool_calls=call("get_order", order_id="A1").tool_calls)
    agent = agent_of(
        parts(
            scripted(look_up, "It was delivered. You have 30 days [1], and shipping takes 3 days [2]."),
            passages=PASSAGES,
        )
    )
    reply = await agent.send("t", "where is A1, and how do returns and shipping work?", customer_id="ada")
    assert (
        reply.text
        == "Shipping takes 3 days. [1]\n\nIt was delivered. You have 30 days [2], and shipping takes 3 days [1]."
    )
    assert [(s.number, s.article_id) for s in reply.sources] == [(1, "shipping"), (2, "returns")]
    kept = [m.additional_kwargs.get("sources") for m in (await agent.state("t")).messages if isinstance(m, AIMessage)]
    assert [[s["number"] for s in sources] for sources in kept if sources] == [[1], [1, 2]]


async def test_the_next_turn_begins_at_one_again() -> None:
    agent = agent_of(parts(scripted("You have 30 days. [1]", "Oil it twice a year. [2]"), passages=(RETURNS, CARE)))
    await agent.send("t", "how do returns work?", customer_id="ada")
    reply = await agent.send("t", "returns of a board, or care?", customer_id="ada")
    assert (reply.text, [s.article_id for s in reply.sources]) == ("Oil it twice a year. [1]", ["care"])


async def test_a_sentence_that_tells_a_passage_in_other_words_has_its_source() -> None:
    once = "The items of an order can be changed only once, so please name every item that you want to swap."
    rule = Passage(id="changing#0", article_id="changing", title="Changing items", text=once)
    answer = "To change the items of an order, you can do it once. A changed order leaves our stores quickly."
    _, reply = await streamed(parts(scripted(answer), passages=(RETURNS, rule)), "how often can I change items?")
    assert reply.text == answer.replace("once.", "once. [1]")
    assert [s.article_id for s in reply.sources] == ["changing"]
