"""Hand conversations over for every reason there is, and get them back."""

import json
from dataclasses import replace as changed
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.memory import InMemorySaver

from core.errors import ModelUnavailable
from core.language.fixed_sentences import PHRASES
from core.offline.answering.articles import DONT_KNOW
from core.offline.model import OfflineChatModel
from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.handoff.handoff_reasons import reason_code
from graph.handoff.ticket_writer import supported
from graph.replies import Reply, Token
from graph.state import State
from tests.desk_fakes import draft
from tests.graph_fakes import MemoryDesk, availability, call, parts, scripted, searches_for_ever, writer
from tools.desk.ownership import move
from tools.desk.tickets import Reason
from tools.registry import request_human

DRAFT = {
    "category": "problem",
    "queue": "returns",
    "priority": "high",
    "sentiment": "negative",
    "language": "en",
    "summary": "The teapot of order A1 arrived broken.",
    "facts": ["Order A1 was delivered."],
    "steps_tried": ["Looked up order A1."],
    "next_step": "Send a new teapot.",
    "wish": "A new teapot.",
}


def agent_of(made: Parts) -> SupportAgent:
    return SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=made.max_message_chars)


def desk_of(made: Parts) -> MemoryDesk:
    assert isinstance(made.desk, MemoryDesk)
    return made.desk


async def talk(made: Parts, *messages: str, locale: str = "en") -> Reply:
    agent = agent_of(made)
    replies = [await agent.send("t", text, customer_id="ada", locale=locale) for text in messages]
    return replies[-1]


@pytest.mark.parametrize(
    ("messages", "answers", "reason"),
    [
        (["I want to talk to a human"], ["unreachable"], "asked"),
        (["how do returns work?", "a real person please"], ["30 days [1]"], "asked"),
        (["You people are useless liars!"], ["unreachable"], "angry"),
        (["Somebody used my credit card in your shop"], ["unreachable"], "fraud"),
        (["I want to dispute this charge"], ["unreachable"], "billing_dispute"),
        (["how do returns work?", "that didn't help", "you don't understand me"], ["30 days [1]"], "repeated_failure"),
        (["how do returns work?"] * 3, ["30 days [1]"], "repeated_failure"),
        (["how do returns work?"], [""], "repeated_failure"),
        (["The kettle caught fire, what now?"], ["unreachable"], "rule"),
        (["the gift is broken"], [call("request_human", reason="the rule for gifts requires approval")], "rule"),
        (["how do returns work?"], [searches_for_ever], "budget"),
        (
            ["what about moon dust?"] * 2 + ["and star dust?"],
            [DONT_KNOW, DONT_KNOW, call("request_human", reason="no source answers this")],
            "no_source",
        ),
        (["my kettle stopped working"], [call("request_human", reason="it is Tuesday")], "other"),
    ],
)
async def test_every_reason_opens_a_valid_ticket_and_is_told_in_kind_words(
    messages: list[str], answers: list[Any], reason: Reason
) -> None:
    made = parts(scripted(*answers), max_tool_rounds=2)
    reply = await talk(made, *messages)
    ticket = desk_of(made).tickets["T1001"]
    assert (reply.owner, reply.ticket_id, ticket.reason) == ("pending", "T1001", reason)
    assert reply.text.startswith(PHRASES["en"][f"why_{reason}"])
    assert "T1001" in reply.text
    assert "within 60 minutes" in reply.text
    assert ticket.draft.wish
    assert messages[-1] in ticket.transcript


async def test_the_offline_model_brings_in_a_person_where_the_articles_answer_nothing_again_and_again() -> None:
    made = parts(OfflineChatModel().bind_tools([request_human]))  # type: ignore[arg-type]
    questions = ["Who founded the shop?", "How many elephants live in Africa?", "How tall is the Eiffel Tower?"]
    reply = await talk(made, *questions)
    assert (reply.owner, desk_of(made).tickets["T1001"].reason) == ("pending", "no_source")
    assert reply.text.startswith(PHRASES["en"]["why_no_source"])


@pytest.mark.parametrize("offer", [DONT_KNOW, PHRASES["en"]["no_safe_answer"], PHRASES["de"]["no_safe_answer"]])
@pytest.mark.parametrize("acceptance", ["yes please", "Yes please, a person", "ja bitte", "sure, bring in a colleague"])
async def test_who_takes_up_the_offer_of_a_person_has_asked_for_one(offer: str, acceptance: str) -> None:
    made = parts(scripted(offer, ModelUnavailable("down")))
    reply = await talk(made, "how many elephants work in returns?", acceptance)
    assert (reply.owner, reply.ticket_id, reply.requests) == ("pending", "T1001", 0)
    assert desk_of(made).tickets["T1001"].reason == "asked"
    assert reply.text.startswith(PHRASES["en" if acceptance != "ja bitte" else "de"]["why_asked"])


@pytest.mark.parametrize("answer", ["no thanks", "yes, but first tell me how returns work"])
async def test_another_answer_to_the_offer_of_a_person_brings_in_nobody(answer: str) -> None:
    assert (await talk(parts(scripted(DONT_KNOW, "All right.")), "what about moon dust?", answer)).owner == "bot"


@pytest.mark.parametrize(
    "text",
    [
        "this heat is killing me, is the fan in stock?",
        "please kill my order",
        "I'd die for that lamp",
        "What is a chargeback?",
    ],
)
async def test_hot_words_about_something_else_hand_nothing_over(text: str) -> None:
    assert (await talk(parts(scripted("Let me see. [1]")), text)).owner == "bot"


async def test_a_person_is_reached_while_the_model_is_down() -> None:
    made = parts(scripted(ModelUnavailable("down")))
    assert (await talk(made, "can I speak to someone?")).owner == "pending"


@pytest.mark.parametrize(
    ("text", "locale", "words"),
    [
        ("Ich möchte mit einem Menschen sprechen", "en", "Ihre Ticketnummer ist T1001"),
        ("Je voudrais parler à un conseiller", "en", "Votre numéro de ticket est T1001"),
        ("Quiero hablar con una persona", "en", "Su número de ticket es T1001"),
        ("Operator!", "de", "Ihre Ticketnummer ist T1001"),
        ("Chcę rozmawiać z konsultantem", "en", "Numer zgłoszenia to T1001"),
    ],
)
async def test_the_notice_is_in_the_customers_language(text: str, locale: str, words: str) -> None:
    assert words in (await talk(parts(scripted("unreachable")), text, locale=locale)).text


async def test_out_of_hours_it_becomes_a_call_back_with_a_time() -> None:
    made = parts(scripted("x"), availability=availability("Mon-Fri 10:00-17:00", minutes=90))
    reply = await talk(made, "a human please")
    assert "by 2 November 2026, 11:30 UTC" in reply.text
    assert desk_of(made).tickets["T1001"].callback


async def test_when_nobody_can_say_when_no_time_is_promised() -> None:
    made = parts(scripted("x"), availability=availability(staffed=False))
    reply = await talk(made, "a human please")
    assert "as soon as possible" in reply.text
    assert desk_of(made).tickets["T1001"].callback


async def test_asking_again_opens_no_second_ticket_and_the_agent_stays_silent() -> None:
    made = parts(scripted("unreachable"))
    reply = await talk(made, "a human please", "hello? a human!", "I want a human NOW")
    assert (reply.text, reply.owner, len(desk_of(made).tickets)) == ("", "pending", 1)
    assert [n.text for n in desk_of(made).tickets["T1001"].notes] == ["hello? a human!", "I want a human NOW"]


@pytest.mark.parametrize("text", ["never mind", "please go back to the bot", "I don't need a person any more, thanks"])
async def test_who_no_longer_wants_to_wait_has_the_agent_back(text: str) -> None:
    made = parts(scripted("30 days. [1]"))
    agent = agent_of(made)
    await agent.send("t", "I want to talk to a human", customer_id="ada")
    back = await agent.send("t", text, customer_id="ada")
    assert (back.owner, back.text) == ("bot", PHRASES["en"]["cancel_handoff"].format(ticket="T1001"))
    assert [note.text for note in desk_of(made).tickets["T1001"].notes] == [text]
    assert (await agent.send("t", "how do returns work?", customer_id="ada")).text == "30 days. [1]"


@pytest.mark.parametrize(
    "text",
    [
        "never mind, I don't need a person any more. How do returns work?",
        "That's solved now. Can you tell me how returns work?",
    ],
)
async def test_who_calls_a_person_off_and_asks_on_is_answered(text: str) -> None:
    made = parts(scripted("30 days. [1]", "30 days. [1]"))
    agent = agent_of(made)
    await agent.send("t", "I want to talk to a human", customer_id="ada")
    back = await agent.send("t", text, customer_id="ada")
    assert back.owner == "bot"
    assert "30 days. [1]" in back.text


@pytest.mark.parametrize("text", ["is it resolved?", "it is not solved", "please hurry", "yes"])
async def test_other_words_keep_the_place_in_the_queue(text: str) -> None:
    assert (await talk(parts(scripted("unreachable")), "I want to talk to a human", text)).owner == "pending"


async def test_what_a_person_has_taken_is_not_taken_away_from_her() -> None:
    made = parts(scripted("unreachable"))
    agent = agent_of(made)
    await agent.send("t", "I want to talk to a human", customer_id="ada")
    desk = desk_of(made)
    taken = move(desk.tickets["T1001"].ownership, "take", now=desk.now(), operator="mia")
    desk.tickets["T1001"] = changed(desk.tickets["T1001"], ownership=taken)
    assert (await agent.send("t", "never mind", customer_id="ada")).owner == "human"


async def test_a_reopened_conversation_does_not_hand_over_by_itself() -> None:
    made = parts(scripted("30 days [1]", "You are welcome."))
    agent = agent_of(made)
    await agent.send("t", "that didn't help, a human please", customer_id="ada")
    await desk_of(made).resolve("T1001")
    assert (await agent.send("t", "how do returns work?", customer_id="ada")).owner == "bot"
    assert (await agent.send("t", "that didn't help", customer_id="ada")).owner == "bot"
    again = await agent.send("t", "then a human please", customer_id="ada")
    assert (again.owner, again.ticket_id) == ("pending", "T1001")
    assert desk_of(made).tickets["T1001"].ownership.stretches == 2


async def test_what_people_wrote_reaches_the_conversation_once_and_names_them() -> None:
    made = parts(scripted("unreachable"))
    agent = agent_of(made)
    await agent.send("t", "a human please", customer_id="ada")
    desk_of(made).send("T1001", "Hello, I am Mia.")
    first = await agent.send("t", "are you there?", customer_id="ada")
    assert first.text == "Hello, I am Mia."
    second = await agent.send("t", "thanks", customer_id="ada")
    assert (second.text, desk_of(made).sent) == ("", [])
    written = [m for m in (await agent.state("t")).messages if m.additional_kwargs.get("author") == "mia"]
    assert len(written) == 1


async def test_a_message_that_the_desk_missed_is_added_with_the_next_one() -> None:
    made = parts(scripted("unreachable"))
    agent = agent_of(made)
    await agent.send("t", "a human please", customer_id="ada")
    desk_of(made).down = True
    with pytest.raises(Exception, match="desk is down"):
        await agent.send("t", "the parcel is W1", customer_id="ada")
    desk_of(made).down = False
    await agent.send("t", "hello?", customer_id="ada")
    assert [n.text for n in desk_of(made).tickets["T1001"].notes] == ["the parcel is W1", "hello?"]


async def test_a_desk_that_is_down_promises_nobody() -> None:
    made = parts(scripted(call("get_order", order_id="A1")))
    desk_of(made).down = True
    reply = await talk(made, "a human please")
    assert (reply.owner, reply.ticket_id) == ("bot", None)
    assert "nobody has been told yet" in reply.text


async def test_open_calls_are_answered_before_the_notice() -> None:
    made = parts(scripted(call("request_human", reason="fraud")))
    agent = agent_of(made)
    await agent.send("t", "it is broken, please look into this", customer_id="ada")
    last = (await agent.state("t")).messages[-3:]
    assert isinstance(last[0], AIMessage)
    assert isinstance(last[1], ToolMessage)
    assert isinstance(last[2], AIMessage)


async def test_the_model_writes_the_ticket_in_one_request_that_nobody_sees() -> None:
    model = scripted(json.dumps(DRAFT))
    made = parts(
        scripted(call("get_order", order_id="A1"), call("request_human", "c2", reason="broken")), writer=writer(model)
    )
    events = [e async for e in agent_of(made).stream("t", "my teapot from A1 is broken", customer_id="ada")]
    reply = events[-1]
    assert isinstance(reply, Reply)
    assert desk_of(made).tickets["T1001"].draft.summary == DRAFT["summary"]
    assert (len(model.requests), reply.requests) == (1, 3)
    assert "teapot of order" not in "".join(e.text for e in events if isinstance(e, Token))
    assert "teapot of order" not in reply.text


@pytest.mark.parametrize("answer", ["no JSON at all", '{"queue": "moon"}', ModelUnavailable("down")])
async def test_a_ticket_is_written_by_rules_when_the_model_cannot(answer: Any) -> None:
    model = scripted(answer)
    made = parts(
        scripted(call("get_order", order_id="A1"), call("request_human", "c2", reason="broken")), writer=writer(model)
    )
    await talk(made, "my teapot from A1 is broken")
    written = desk_of(made).tickets["T1001"].draft
    assert written.wish == "my teapot from A1 is broken"
    assert written.steps_tried == ("called get_order (A1)", "called request_human (broken)")
    assert "status delivered" in written.facts[0]
    assert "{" not in written.facts[0]
    assert len(model.requests) <= 2


def test_what_the_model_made_up_does_not_get_into_a_ticket() -> None:
    said = [HumanMessage("my order 4471 has not come")]
    invented = draft(
        summary="Order 9999 is lost.", facts=("Order 4471 is late.", "It cost $120.50."), wish="Order 4471."
    )
    kept = supported(invented, said, draft(summary="by rules"))
    assert (kept.summary, kept.facts, kept.wish) == ("by rules", ("Order 4471 is late.",), "Order 4471.")


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ("fraud", "fraud"),
        ("no answer after 5 rounds of tools", "budget"),
        ("the model gave an empty reply", "repeated_failure"),
        ("the customer wants to talk to a human", "asked"),
        ("refund above the limit needs approval by policy", "rule"),
        (
            "the reply was not supported: the promise 'no limit' stands in no article, tool result or message",
            "no_source",
        ),
        ("the help articles do not answer the customer's questions", "no_source"),
        ("the customer accepted the offer of a person", "asked"),
        ("", "other"),
    ],
)
def test_recorded_reasons_become_kinds(recorded: str, reason: Reason) -> None:
    assert reason_code(recorded) == reason


def test_a_thread_of_an_earlier_version_still_reads() -> None:
    old: dict[str, Any] = {"messages": [], "owner": "human", "ticket_id": "T1001"}
    assert State(**old).owner == "human"


@pytest.mark.parametrize("yes", ["yes", "Ja!", "sí"])
async def test_a_yes_to_something_that_was_not_asked_is_a_message_like_any_other(yes: str) -> None:
    said = await talk(parts(scripted("You can return items within 30 days. [1]")), "how do returns work?", yes)
    assert (said.owner, bool(said.text)) == ("bot", True)
