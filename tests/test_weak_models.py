"""A model that does nothing with a request it has a tool for is asked once more with the tool forced, then replaced."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from core.model_notes import NOT_RUN
from core.models.fallback import Candidate, ChainedChatModel
from core.models.request_limits import Breaker, current_allowance
from core.offline.model import FOR_CHANGE, OFFLINE
from core.offline.reading.chat_request import read_conversation
from graph.agent import SupportAgent
from graph.builder import build_graph
from graph.tool_calls.expected_calls import expected_tools
from graph.tool_calls.provenance import MessageOrigins
from graph.verification.inner_works import speaks_of_inner_works
from graph.verification.non_answers import asks_back, denies_access
from tests.fakes import FakeOrders
from tests.graph_fakes import TODAY, KeywordRetriever, call, scripted
from tests.test_action_flow import Shop
from tools.retail.shop_tools import make_tools

CANCEL = call("cancel_order", order_id="#AF1", reason="ordered by mistake")
RULE = "Pending orders are easy to cancel. Is there anything else I can help you with?"
WISH = "please cancel order #AF1, I ordered it by mistake"
LONG_RULE = "Pending orders are easy to cancel as long as nobody has begun to pack the goods of them."
Asked = tuple[frozenset[str], bool]


def noting(asked: list[Asked], answer: AIMessage) -> Callable[[list[BaseMessage]], AIMessage]:
    """Return an answer that notes which tools the request forces, and whether it asks for JSON."""

    def give(_: list[BaseMessage]) -> AIMessage:
        asked.append((current_allowance().forced_tools, current_allowance().in_json))
        return answer

    return give


async def test_an_order_that_nothing_is_done_with_is_asked_for_again_with_the_tool_forced() -> None:
    asked: list[Asked] = []
    shop = Shop(noting(asked, AIMessage(RULE)), noting(asked, CANCEL))
    reply = await shop.say(WISH)
    assert "Cancel order #AF1" in reply
    assert "easy to cancel" not in reply
    assert asked == [(frozenset(), False), (frozenset({"cancel_order"}), False)]


def remade(shop: Shop, **changed: Any) -> Shop:
    """Return the shop with an agent of other parts."""
    graph = build_graph(replace(shop.parts, **changed), checkpointer=InMemorySaver())
    shop.agent = SupportAgent(graph, max_message_chars=1000)
    return shop


async def test_who_does_nothing_twice_is_followed_by_the_next_model() -> None:
    first, second = scripted(RULE), scripted(CANCEL)
    chain = ChainedChatModel(links=[Candidate("weak", first), Candidate("behind", second)])
    assert "Cancel order #AF1" in await remade(Shop(), model=chain).say(WISH)
    assert (len(first.requests), len(second.requests)) == (2, 1)


async def test_who_does_nothing_twice_is_followed_by_the_next_model_though_some_of_it_was_left_out() -> None:
    first, second = scripted(f"{LONG_RULE} It takes 417 days."), scripted(CANCEL)
    chain = ChainedChatModel(links=[Candidate("weak", first), Candidate("behind", second)])
    assert "Cancel order #AF1" in await remade(Shop(), model=chain).say(WISH)
    assert (len(first.requests), len(second.requests)) == (2, 1)


@pytest.mark.parametrize("answer", [LONG_RULE, "To cancel it, please tell me the order number and the reason."])
async def test_an_order_that_the_rules_carry_on_is_theirs_at_once(answer: str) -> None:
    weak, rules = scripted(answer), scripted(CANCEL)
    assert "Cancel order #AF1" in await remade(Shop(), model=chained(weak, rules)).say(WISH)
    assert len(weak.requests) == 1


async def test_what_goes_on_from_a_proposal_is_theirs_where_they_look_up_what_it_needs() -> None:
    weak = scripted(CANCEL, "I see. The lamp is not the mug.")
    look = call("get_order", order_id="#AF1").model_copy(update={"response_metadata": {FOR_CHANGE: True}})
    rules = scripted("Which one?", look, look, CANCEL)
    shop = remade(Shop(), model=chained(weak, rules))
    await shop.say(WISH)
    assert "Cancel order #AF1" in await shop.say("Actually no, the mug, not the lamp.")


@pytest.mark.parametrize(
    "said",
    ["where is #AF1, please? I am curious.", "I have a question about cancelling an order."],
)
async def test_who_only_asks_has_the_rules_asked_nothing(said: str) -> None:
    rules = scripted(CANCEL)
    await remade(Shop(), model=chained(scripted("That is easy to find out."), rules)).say(said)
    assert rules.requests == []


async def test_a_question_back_stands_where_the_rules_would_not_go_on_either() -> None:
    asks = "Please tell me the reason first."
    assert await remade(Shop(), model=chained(scripted(asks), scripted("Which one?"))).say(WISH) == asks


async def test_a_sentence_that_a_model_writes_over_and_over_is_said_once() -> None:
    shop = Shop("Pending orders are easy to cancel. I will do my best to help you. I will do my best to help you.")
    assert await shop.say("how do I cancel an order?") == (
        "Pending orders are easy to cancel. I will do my best to help you."
    )


async def test_without_another_model_the_second_answer_is_told() -> None:
    shop = Shop(RULE)
    assert await shop.say(WISH) == RULE
    assert len(shop.model.requests) == 2


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("please cancel my order", "Which order do you mean?"),
        ("please cancel order #AF1", "Please tell me the reason first."),
        ("how do I cancel order #AF1?", RULE),
        ("I want to cancel my newsletter", RULE),
        ("the lamp is broken", "I am sorry. Broken goods are easy to return."),
    ],
)
async def test_a_question_back_or_a_question_of_the_customer_forces_nothing(text: str, answer: str) -> None:
    shop = Shop(answer)
    assert await shop.say(text) == answer
    assert len(shop.model.requests) == 1


async def test_who_says_that_records_are_out_of_reach_has_to_look() -> None:
    asked: list[Asked] = []
    denied = "I do not have access to your orders, but they usually arrive soon."
    shop = Shop(noting(asked, AIMessage(denied)), noting(asked, call("list_orders")), "Order #AF1 is pending.")
    blind = [replace(tool, ahead=None) for tool in shop.parts.tools]
    assert await remade(shop, tools=blind).say("has my latest parcel left?") == "Order #AF1 is pending."
    assert {"get_order", "list_orders"} <= asked[1][0]
    assert "cancel_order" not in asked[1][0]


async def test_a_call_that_cannot_be_read_is_asked_for_in_json() -> None:
    asked: list[Asked] = []
    garbled = AIMessage('<tool_call>{"name": "get_order", "arguments": {"order_id": ')
    shop = Shop(noting(asked, garbled), noting(asked, AIMessage("Order #AF1 is pending.")))
    assert await shop.say("where is #AF1?") == "Order #AF1 is pending."
    assert asked == [(frozenset(), False), (frozenset(), True)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["cancel order #AF1"], {"cancel_order"}),
        (["I'd like to cancel it please"], {"cancel_order"}),
        (["stornieren Sie bitte die Bestellung #AF1"], {"cancel_order"}),
        (["I want to cancel my order", "#AF1"], {"cancel_order"}),
        (["can I cancel order #AF1?"], set()),
        (["what happens if I cancel #AF1"], set()),
        (["where is order #AF1?"], set()),
        (["do not cancel #AF1"], set()),
    ],
)
def test_only_orders_of_the_customer_are_expected_to_be_called(said: list[str], expected: set[str]) -> None:
    tools = {tool.name: tool for tool in make_tools(FakeOrders(), KeywordRetriever(), None, lambda: TODAY)}
    messages: list[Any] = []
    for text in said:
        messages += [AIMessage("Which one?")] * bool(messages) + [HumanMessage(text)]
    assert expected_tools(MessageOrigins(messages), tools) & {"cancel_order", "return_items"} == expected
    assert expected_tools(MessageOrigins([*messages, CANCEL]), tools) & {"cancel_order"} == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "I would use get_order for that.",
        "Laut Passage 2 haben Sie 30 Tage.",
        "Selon le passage [1], vous avez 30 jours.",
        "Según el contexto, tiene 30 días.",
        "Ich rufe das Werkzeug dafür auf.",
        "It arrives on (insert date here).",
        "Hello ${customer}, it is on its way.",
        "Your number is ______.",
        "The function will return the updated record.",
        "Here's the relevant passage:",
        "Voici ce que je trouve à partir des passages de l'article :",
        "The customer has a pending order with the following details.",
    ],
)
def test_talk_of_inner_works_is_found_in_every_language(sentence: str) -> None:
    assert speaks_of_inner_works(sentence, {"get_order"})


@pytest.mark.parametrize(
    ("sentence", "denied"),
    [
        ("I don't have access to your account.", True),
        ("Unfortunately, I cannot view your orders.", True),
        ("Ich habe leider keinen Zugriff auf Ihre Bestellungen.", True),
        ("I cannot find that order in your account.", False),
        ("You need no access code for it.", False),
    ],
)
def test_who_denies_to_see_records(sentence: str, denied: bool) -> None:
    assert denies_access(sentence) is denied


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Which one do you mean?", True),
        ("Please send me the order number.", True),
        ("Bitte nennen Sie mir die Nummer.", True),
        ("It can be cancelled. Is there anything else?", False),
        ("It can be cancelled. Can I help you with something else?", False),
    ],
)
def test_whether_anything_else_is_wanted_is_no_question_back(text: str, asks: bool) -> None:
    assert asks_back(text) is asks


def chained(*models: Any) -> ChainedChatModel:
    """Return models of which each stands behind the one before; the last needs no endpoint."""
    return ChainedChatModel(
        links=[
            Candidate(f"model {n}", model, breaker=None if model is models[-1] else Breaker())
            for n, model in enumerate(models)
        ]
    )


async def test_a_question_that_was_just_replied_to_is_asked_of_the_next_model() -> None:
    weak = scripted("What is the order number?", "So what is the order number?")
    behind = scripted("Which one?", CANCEL)
    shop = remade(Shop(), model=chained(weak, behind))
    assert await shop.say("please cancel my order, I ordered it by mistake") == "What is the order number?"
    assert "Cancel order #AF1" in await shop.say("#AF1")


async def test_a_question_is_asked_again_where_the_customer_asked_something_themselves() -> None:
    shop = Shop("Which order do you mean?", "It is free. Which order do you mean?")
    await shop.say("please cancel my order")
    assert await shop.say("does it cost anything?") == "It is free. Which order do you mean?"


async def test_the_customers_own_sentence_is_no_answer_to_it() -> None:
    weak, behind = scripted(*["No, the lamp is too small."] * 2), scripted("Please send it back.")
    shop = remade(Shop(), model=chained(weak, behind))
    assert await shop.say("No, the lamp is too small!") == "Please send it back."


async def test_who_only_greets_again_is_followed_by_the_next_model() -> None:
    hello = "Hello! I can look up orders, and I answer questions about our policies."
    weak, behind = scripted(*[hello] * 3), scripted("It costs $5.95.", "It costs $5.95.")
    shop = remade(Shop(), model=chained(weak, behind))
    assert await shop.say("what can you do?") == hello
    weak.requests.clear()
    assert await shop.say("what does shipping cost?") != hello
    assert len(weak.requests) == 2


@pytest.mark.parametrize("said", ["hi", "thanks a lot!", "vielen Dank", "bye"])
async def test_courtesies_are_answered_without_a_request(said: str) -> None:
    weak = scripted("I do not have enough information to help you with that.")
    rules = scripted(AIMessage("With pleasure!", response_metadata={"model_name": OFFLINE}))
    assert await remade(Shop(), model=chained(weak, rules)).say(said) == "With pleasure!"
    assert weak.requests == []


@pytest.mark.parametrize("again", ["Hello! Just ask me.", "Hello! Just ask me. Shipping is free."])
async def test_a_greeting_may_be_given_back_and_may_begin_an_answer(again: str) -> None:
    shop = Shop("Hello! Just ask me.", again)
    await shop.say("hi")
    assert await shop.say("hello?" if "free" not in again else "what does shipping cost?") == again
    assert len(shop.model.requests) == 2


async def test_who_does_not_tell_when_though_asked_for_nothing_else_is_asked_once_more() -> None:
    shop = Shop("The order #AF1 is pending.", "No day is known for it.")
    assert "No day is known for it." in await shop.say("and when will #AF1 arrive?")
    assert len(shop.model.requests) == 2


@pytest.mark.parametrize("answer", ["Nobody has packed it.", "That is not known.", "As soon as it is packed."])
async def test_that_a_time_is_not_known_is_an_answer(answer: str) -> None:
    shop = Shop(answer)
    assert await shop.say("and when will #AF1 arrive?") == answer
    assert len(shop.model.requests) == 1


async def test_an_answer_may_be_the_one_before() -> None:
    shop = Shop("Shipping is free of charge for everybody.", "Shipping is free of charge for everybody.")
    assert await shop.say("what does shipping cost?") == await shop.say("and the shipping fee?")
    assert len(shop.model.requests) == 2


async def test_who_makes_calls_up_twice_is_followed_by_the_next_model() -> None:
    made_up = call("cancel_order", order_id="#AF77", reason="ordered by mistake")
    also = call("cancel_order", order_id="#AF78", reason="ordered by mistake")
    weak, behind = scripted(made_up, also), scripted(CANCEL)
    assert "Cancel order #AF1" in await remade(Shop(), model=chained(weak, behind)).say(WISH)
    assert len(weak.requests) == 2


async def test_who_uses_up_their_rounds_is_followed_by_the_next_model() -> None:
    weak = scripted(*(call("search_articles", query=query) for query in ("lamps", "cancelling", "orders", "mistakes")))
    behind = scripted(CANCEL)
    assert "Cancel order #AF1" in await remade(Shop(), model=chained(weak, behind), max_tool_rounds=3).say(WISH)
    assert len(weak.requests) == 4


@pytest.mark.parametrize(("caller", "heard"), [("some-model", 0), (OFFLINE, 1)])
def test_the_offline_model_hears_why_its_own_calls_were_refused_and_no_others(caller: str, heard: int) -> None:
    called = CANCEL.model_copy(update={"response_metadata": {"model_name": caller}})
    told = ToolMessage(f"{NOT_RUN} #AF1 was made up.", tool_call_id=str(CANCEL.tool_calls[0]["id"]), status="error")
    conversation = read_conversation([HumanMessage("how do I cancel?"), called, told], {}, model_name=OFFLINE)
    assert len(conversation.results) == heard
