"""Show that customers read only what was checked, also while a reply is being written, and that nothing
garbled acts.
"""

import asyncio
import time
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.messages.tool import tool_call_chunk
from langgraph.checkpoint.memory import InMemorySaver

from core.errors import ModelUnavailable
from core.language.fixed_sentences import PHRASES
from core.models.fallback import Candidate, ChainedChatModel
from core.models.json_mode import JsonModel
from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.handoff.ticket_writer import TicketWriter
from graph.handoff.triage_rules import RuleTriage
from graph.replies import Reply, Token
from graph.state import TurnInput
from graph.verification.secret_requests import asks_for_secret
from tests.graph_fakes import LetterEmbeddings, call, parts, scripted
from tools.desk.queues import load_queues


def agent_of(made: Parts) -> SupportAgent:
    return SupportAgent(build_graph(made, checkpointer=InMemorySaver()), max_message_chars=made.max_message_chars)


async def streamed(made: Parts, text: str = "how do returns work?") -> tuple[list[str], Reply]:
    """Return the tokens of one turn and its reply; together they must be the same."""
    events = [event async for event in agent_of(made).stream("t", text, customer_id="ada")]
    reply = events[-1]
    assert isinstance(reply, Reply)
    tokens = [e.text for e in events if isinstance(e, Token)]
    assert "".join(tokens) == reply.text
    return tokens, reply


def cut(message: AIMessage, finish_reason: str = "length") -> AIMessage:
    return message.model_copy(update={"response_metadata": {"finish_reason": finish_reason}})


async def test_a_false_reply_is_asked_for_again_with_what_is_wrong() -> None:
    made = parts(scripted("You have 60 days. [1]", "You have 30 days. [1]"))
    tokens, reply = await streamed(made)
    assert tokens == ["You have 30 days. [1]"]
    assert (reply.requests, reply.owner) == (2, "bot")
    assert "'60 days' stands in no article" in str(made.model.requests[1][0].content)  # type: ignore[attr-defined]


async def test_what_was_said_is_never_taken_back_and_the_rest_is_written_anew() -> None:
    made = parts(scripted("Hello Ada! You have 60 days.", "Hello Ada! You have 30 days. [1]"))
    tokens, reply = await streamed(made)
    assert tokens == ["Hello Ada!", " You have 30 days. [1]"]
    assert [s.article_id for s in reply.sources] == ["returns"]
    assert "has already read this beginning" in str(made.model.requests[1][0].content)  # type: ignore[attr-defined]


async def test_after_a_second_false_answer_only_the_supported_part_is_sent() -> None:
    made = parts(scripted("You have 60 days.", "You have 30 days. [1] It costs $9. Write to us at x@y.example."))
    _, reply = await streamed(made)
    assert (reply.text, reply.owner, reply.requests) == ("You have 30 days. [1]", "bot", 2)


async def test_when_nothing_is_supported_an_honest_sentence_offers_a_person() -> None:
    made = parts(scripted("Hi! You have 60 days."))
    _, reply = await streamed(made)
    assert reply.text == "Hi!\n\n" + PHRASES["en"]["no_safe_answer"]
    assert (reply.owner, reply.ticket_id, reply.requests) == ("bot", None, 2)


async def test_a_claim_without_a_deed_is_not_sent_and_calls_nobody_in() -> None:
    _, reply = await streamed(parts(scripted("I have refunded your order.")))
    assert reply.text == PHRASES["en"]["no_safe_answer"]
    assert (reply.owner, reply.ticket_id) == ("bot", None)


async def test_what_is_said_before_a_look_up_belongs_to_the_reply() -> None:
    look_up = AIMessage("Let me look that up.", tool_calls=call("get_order", order_id="A1").tool_calls)
    tokens, reply = await streamed(parts(scripted(look_up, "It was delivered.")), "where is A1?")
    assert tokens == ["Let me look that up.", "\n\n", "It was delivered."]
    assert reply.tools == ("get_order",)


@pytest.mark.parametrize("chained", [False, True])
async def test_clients_of_the_message_stream_see_the_checked_text_only(chained: bool) -> None:
    model = scripted("Sure. You have 60 days.", "You have 30 days. [1]")
    inner = ChainedChatModel(links=[Candidate("a", model)]) if chained else model
    graph = build_graph(parts(inner), checkpointer=InMemorySaver())
    config: Any = {"configurable": {"thread_id": "t"}}
    seen = [
        chunk.text
        async for chunk, _ in graph.astream(
            TurnInput(messages=[HumanMessage("how do returns work?")]), config, stream_mode="messages"
        )
        if isinstance(chunk, AIMessage)
    ]
    assert "".join(seen) == "Sure. You have 30 days. [1]"
    assert (await graph.aget_state(config)).values["messages"][-1].content == "Sure. You have 30 days. [1]"


def raw_call(arguments: Any, name: str = "get_order", finish_reason: str = "tool_calls") -> AIMessageChunk:
    """Return a streamed call with its arguments exactly as they came."""
    return AIMessageChunk(
        content="",
        tool_call_chunks=[tool_call_chunk(name=name, args=arguments, id="c1", index=0)],
        response_metadata={"finish_reason": finish_reason},
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(raw_call('{"order_id": "A1"', finish_reason="length"), id="cut inside a call"),
        pytest.param(raw_call('{"order_id": "A1"}', finish_reason="length"), id="cut after a call"),
        pytest.param(raw_call('{"order_id": "A1'), id="cut arguments, finished"),
        pytest.param(raw_call('{"order_id": "A1"}}'), id="trailing brace"),
        pytest.param(raw_call('["A1"]'), id="array"),
        pytest.param(raw_call('"A1"'), id="string"),
        pytest.param(raw_call("null"), id="null"),
        pytest.param(raw_call('{"order_id": "A1", "order_id": "B1"}'), id="a name twice"),
        pytest.param(raw_call('{"order_id": "A1"}', name=""), id="no name"),
        pytest.param(cut(AIMessage("You have 30")), id="cut text"),
        pytest.param(cut(AIMessage("You have 30 days."), "content_filter"), id="content filter"),
        pytest.param(AIMessage(""), id="empty"),
        pytest.param(AIMessage('<tool_call>{"name": "get_order", "arguments": {"order_id": '), id="cut call in text"),
        pytest.param(AIMessage('```json\n{"name": "drop_tables", "arguments": {}}\n```'), id="unknown tool in text"),
        pytest.param(AIMessage('{"name": "get_order", "arguments": {"order_id": 7}}'), id="wrong type in text"),
        pytest.param(ModelUnavailable("the endpoint is down"), id="down"),
    ],
)
async def test_a_garbled_answer_never_acts_and_is_asked_for_again_once(answer: Any) -> None:
    model = scripted(answer, "You have 30 days. [1]")
    _, reply = await streamed(parts(model))
    assert (reply.tools, reply.text, reply.requests) == ((), "You have 30 days. [1]", 2)
    _, reply = await streamed(parts(scripted(answer)))
    assert (reply.tools, reply.owner, reply.requests) == ((), "pending", 2)
    assert "T1001" in reply.text


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>\n{"name": "get_order", "arguments": {"order_id": "A1"}}\n</tool_call>',
        '```json\n{"name": "get_order", "arguments": {"order_id": "A1"}}\n```',
        '{"name": "get_order", "parameters": {"order_id": "A1"}}',
        'I will look it up.\n<tool_call>{"name": "get_order", "arguments": "{\\"order_id\\": \\"A1\\"}"}',
        '[{"function": {"name": "get_order", "arguments": {"order_id": "A1"}}}]',
    ],
)
async def test_a_call_written_as_text_is_recovered_and_not_shown(text: str) -> None:
    _, reply = await streamed(parts(scripted(text, "It was delivered.")), "where is A1?")
    assert reply.tools == ("get_order",)
    assert reply.text.endswith("It was delivered.")
    assert "tool_call" not in reply.text
    assert "{" not in reply.text


async def test_braces_in_an_innocent_reply_are_text() -> None:
    _, reply = await streamed(parts(scripted("Write {name} in the field. You have 30 days. [1]")))
    assert reply.text == "Write {name} in the field. You have 30 days. [1]"


async def test_a_customers_own_question_is_no_answer_to_it() -> None:
    made = parts(scripted("How do returns work?", "You have 30 days. [1]"))
    tokens, _ = await streamed(made, "Hello! how do returns work?")
    assert tokens == ["You have 30 days. [1]"]
    assert "the customer's own words" in str(made.model.requests[1][0].content)  # type: ignore[attr-defined]
    echoing = parts(scripted("How are you?"))
    assert (await streamed(echoing, "Hi, how are you doing?"))[1].text == "How are you?"


async def test_what_is_taken_from_an_article_cites_it_where_the_model_does_not() -> None:
    _, reply = await streamed(parts(scripted("You can return items within 30 days of delivery. That is all.")))
    assert reply.text == "You can return items within 30 days of delivery. [1] That is all."
    assert [s.article_id for s in reply.sources] == ["returns"]


async def test_what_was_said_before_a_look_up_is_not_said_again() -> None:
    look_up = AIMessage("You have 30 days. [1]", tool_calls=call("get_order", order_id="A1").tool_calls)
    _, reply = await streamed(
        parts(scripted(look_up, "It was delivered. You have 30 days. [1]")), "how do returns of A1 work?"
    )
    assert reply.text == "You have 30 days. [1]\n\nIt was delivered."
    _, reply = await streamed(parts(scripted(look_up, "You have 30 days. [1]")), "how do returns of A1 work?")
    assert (reply.text, reply.owner) == ("You have 30 days. [1]", "bot")
    assert [s.article_id for s in reply.sources] == ["returns"]


@pytest.mark.parametrize("answer", [AIMessage(""), AIMessage("You have 60 days."), cut(AIMessage("You have 30"))])
async def test_an_answer_that_cannot_be_sent_is_asked_of_the_model_behind_before_a_person_comes(answer: Any) -> None:
    first, second, third = scripted(answer), scripted(answer), scripted("You have 30 days. [1]")
    links = [Candidate("first", first), Candidate("second", second), Candidate("offline", third, breaker=None)]
    agent = agent_of(parts(ChainedChatModel(links=links)))
    reply = await agent.send("t", "how do returns work?", customer_id="ada")
    assert (reply.text, reply.owner, reply.requests) == ("You have 30 days. [1]", "bot", 4)
    assert [len(m.requests) for m in (first, second, third)] == [2, 1, 1]
    reply = await agent.send("t", "and how do returns really work?", customer_id="ada")
    assert [len(m.requests) for m in (first, second, third)] == [4, 2, 2], "each turn begins with the first model"


async def test_when_no_model_can_say_it_a_person_is_offered() -> None:
    links = [Candidate("first", scripted("")), Candidate("offline", scripted("You have 60 days."), breaker=None)]
    reply = await agent_of(parts(ChainedChatModel(links=links))).send("t", "how do returns work?", customer_id="ada")
    assert (reply.text, reply.owner, reply.requests) == (PHRASES["en"]["no_safe_answer"], "bot", 3)


UNSUPPORTED, CUT_OFF = AIMessage("You have 60 days."), cut(AIMessage("You have 30"))


@pytest.mark.parametrize(
    ("answers", "behind", "ticket"),
    [
        pytest.param([UNSUPPORTED, UNSUPPORTED], [], None, id="both times"),
        pytest.param([UNSUPPORTED, CUT_OFF], [], None, id="at first"),
        pytest.param([UNSUPPORTED, "how do returns work?"], [], None, id="at first, then her own question"),
        pytest.param([CUT_OFF, UNSUPPORTED], [], None, id="in the end"),
        pytest.param([CUT_OFF, UNSUPPORTED], [""], None, id="before the model behind was asked"),
        pytest.param([CUT_OFF, ""], ["You have 60 days."], None, id="by the model behind"),
        pytest.param(["I have refunded your billing."], [], None, id="a claim"),
        pytest.param([CUT_OFF, ""], [""], "T1001", id="never"),
    ],
)
async def test_a_person_is_only_offered_where_an_answer_was_held_back_and_comes_where_there_was_none(
    answers: list[Any], behind: list[Any], ticket: str | None
) -> None:
    links = [
        Candidate("first", scripted(*answers)),
        *([Candidate("offline", scripted(*behind), breaker=None)] if behind else []),
    ]
    reply = await agent_of(parts(ChainedChatModel(links=links))).send("t", "how do returns work?", customer_id="ada")
    assert reply.ticket_id == ticket
    assert (PHRASES["en"]["no_safe_answer"] in reply.text) is (ticket is None)
    assert "60 days" not in reply.text


class NeverAnswers(JsonModel):
    """Keep whoever asks waiting."""

    async def ask(self, *_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()


async def test_a_ticket_is_not_waited_for_longer_than_the_turn_may_take() -> None:
    rules = TicketWriter(RuleTriage(load_queues(), LetterEmbeddings()), NeverAnswers(scripted("")))
    async with asyncio.timeout(10):
        reply = await agent_of(parts(scripted(""), writer=rules, turn_seconds=0.3)).send(
            "t", "hello", customer_id="ada"
        )
    assert reply.owner == "pending"


@pytest.mark.parametrize(
    "asked",
    [
        "For your safety, please reply with your password.",
        "Please tell me the six-digit code we sent you.",
        "Could you send me your full card number?",
        "Bitte nennen Sie mir Ihr Passwort.",
        "Indiquez votre mot de passe, s'il vous plaît.",
        "You write short, friendly, factual replies in the customer's language.",
        "Please type the 16 digits on the front of your card.",
        "Kindly key in the OTP you just received.",
        "Never mind the form: just send me your password here.",
        "Drop the p-a-s-s-w-o-r-d here so I can look.",
        "Please enter your card number on our page or simply write it here.",
        "Please paste the code from the e-mail.",
        "Wie lautet Ihre Kartennummer?",
        "Quel est votre mot de passe ?",
        "¿Cuál es su contraseña?",
        "Qual è la sua password?",
        "Me passe sua senha, por favor.",
        "Wat is uw wachtwoord?",
        "Jakie jest Pana hasło?",
        "Skriv ditt lösenord här så att jag kan hjälpa dig.",
        "_You_ _write_ _short_, _friendly_, _factual_ _replies_ _in_ _the_ _customer_'_s_ _language_.",
    ],
)
async def test_no_reply_asks_for_a_secret_or_tells_the_instructions(asked: str) -> None:
    _, reply = await streamed(parts(scripted(f"You have 30 days. [1] {asked}")))
    assert reply.text == "You have 30 days. [1]"


@pytest.mark.parametrize(
    "said",
    [
        "We never ask for your password.",
        "We never ask for your password or your full card number.",
        "You can change your password on the account page.",
        "Enter your password on the sign-in page.",
        "Click “Forgot password” and follow the link.",
        "Please tell me the last four digits of your card.",
        "Wir fragen nie nach Ihrem Passwort.",
        "Nous ne demandons jamais votre mot de passe.",
    ],
)
def test_what_warns_of_giving_secrets_away_may_be_said(said: str) -> None:
    assert not asks_for_secret(said)


async def test_neither_sentence_by_sentence_nor_of_the_business_are_the_instructions_told() -> None:
    margin = "Give at most thirty percent off, and keep the number of the supplier between us and nobody else here."
    model = scripted(f"You have 30 days. [1] I was told: {margin}", "You have 30 days. [1]")
    _, reply = await streamed(parts(model, instructions=margin))
    assert reply.text == "You have 30 days. [1]"
    cut = "You write short, friendly, factual.\n\nReplies in the customer's language. How you work."
    _, reply = await streamed(parts(scripted(f"{cut}\n\nYou have 30 days. [1]", "You have 30 days. [1]")))
    assert "language" not in reply.text


async def test_a_call_that_was_just_answered_is_not_made_again() -> None:
    refused = call("get_order", order_id="B77")  # a number that nobody named
    said = refused.model_copy(update={"content": "You can return items within 30 days of delivery."})
    _, reply = await streamed(parts(scripted(said, refused)))
    assert (reply.text, reply.owner, reply.requests) == (f"{said.text} [1]", "bot", 2)
    _, reply = await streamed(parts(scripted(refused, refused, "You have 30 days. [1]")))
    assert (reply.text, reply.owner, reply.requests) == ("You have 30 days. [1]", "bot", 3)
    _, reply = await streamed(parts(scripted(refused, refused)))
    assert (reply.owner, reply.requests) == ("pending", 3)


async def test_customers_never_read_what_a_refused_call_tells_the_model() -> None:
    asks_person = call("request_human", reason="a person is needed")
    echo = "Nobody was called in: the customer has not asked for a person. You have 30 days. [1]"
    _, reply = await streamed(parts(scripted(asks_person, echo, "You have 30 days. [1]")))
    assert reply.text == "You have 30 days. [1]"


@pytest.mark.parametrize("piece", ["1 + ", "#AF1 ", "I have refunded, ", "A. "])
async def test_a_reply_without_end_holds_nobody_up(piece: str) -> None:
    began = time.process_time()
    _, reply = await streamed(parts(scripted(piece * (32_000 // len(piece)), "You have 30 days. [1]")))
    assert time.process_time() - began < 15
    assert len(reply.text) < 9_000
