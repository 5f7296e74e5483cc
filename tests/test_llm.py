"""Hold the same conversations with a small real model behind an OpenAI-compatible endpoint on loopback.

Reading is what takes such a model long. Its server keeps the beginnings of two requests, so tests whose requests begin
alike stand together.
"""

import asyncio
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.factory import endpoint_model
from core.language.fixed_sentences import PHRASES
from core.models.adapted_model import remember
from core.models.capabilities import Endpoint, probe
from core.models.fallback import Candidate, ChainedChatModel
from core.settings import Limits, Settings
from graph.agent import SupportAgent, open_agent
from graph.assembly import assemble
from graph.builder import build_graph
from graph.memory.checkpointers import open_checkpointer
from graph.opened_stores import open_desk, open_ledger
from graph.replies import Reply, Token
from graph.state import text_of
from tests.graph_fakes import parts as scripted_parts
from tests.graph_fakes import scripted
from tests.processes import ROOT, environment, free_port, support_agent
from tests.terminal import fill_sample_shop
from tools.desk.queues import load_queues

SERVE = ROOT.parent / "shared" / "llm" / "serve"
HELD_BY_NO_ARTICLE = [
    "How many employees does your company have?",
    "How old is the owner of the shop?",
    "What is the interest rate if I pay in instalments?",
    "What percentage of your lamps is made in Portugal?",
]
pytestmark = [
    pytest.mark.llm,
    pytest.mark.skipif(not SERVE.exists(), reason=f"{SERVE} is not there: no small model to talk to"),
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Start the model, build the sample shop, and return settings that use both."""
    folder = tmp_path_factory.mktemp("shop")
    env = environment(folder)
    fill_sample_shop(folder)
    port = str(free_port())
    started = subprocess.run([str(SERVE), "--port", port], capture_output=True, text=True, check=True, timeout=600)
    ours = {k: v for k, v in env.items() if k.startswith("SUPPORT_")}
    model = {
        "SUPPORT_BASE_URL": started.stdout.strip().splitlines()[-1],
        "SUPPORT_MODEL": "qwen2.5-coder-0.5b",
        # 20 to 40 of the tokens it writes take a second, and so do 200 that it reads
        "SUPPORT_LIMITS": "context_tokens=6000 timeout_seconds=120 turn_seconds=300 max_output_tokens=120 "
        "passages_per_turn=2",
    }
    settings = Settings.from_env(ours | model, env_file=None)
    # Otherwise the first turns share the model with its measuring.
    known = asyncio.run(probe(Endpoint(str(settings.base_url), settings.model, "none"), sizes=False))
    remember(settings.endpoint_file, known)
    yield settings
    subprocess.run([str(SERVE), "--port", port, "--stop"], check=False, timeout=30)  # 1 where it has died meanwhile


async def test_a_policy_question_streams_a_reply_and_reports_its_tokens(settings: Settings) -> None:
    async with open_agent(settings) as agent:
        events = [
            event
            async for event in agent.stream(
                "policy", "How many days do I have to return a lamp?", customer_id="ada_brook_1001"
            )
        ]
    reply = events[-1]
    assert isinstance(reply, Reply)
    assert reply.text
    assert 1 <= reply.requests <= 6
    assert reply.input_tokens > 100
    assert "".join(e.text for e in events if isinstance(e, Token)).strip()


async def test_the_second_turn_is_accepted_with_the_first_in_its_history(settings: Settings) -> None:
    async with open_agent(settings) as agent:
        await agent.send("two", "Where is my order AF10283?", customer_id="ada_brook_1001")
        reply = await agent.send("two", "Thank you!", customer_id="ada_brook_1001")
    assert reply.text or reply.owner != "bot"  # a person who owns the thread is not interrupted


async def test_a_cancellation_is_listed_confirmed_and_done_once_or_goes_to_a_person(settings: Settings) -> None:
    async with open_agent(settings) as agent:
        asked = await agent.send(
            "cancel", "Please cancel order #AF10326 because I ordered it by mistake.", customer_id="ada_brook_1001"
        )
        done = await agent.send("cancel", "yes", customer_id="ada_brook_1001")
    ledger = open_ledger(settings)
    states = [action.state for action in await ledger.find(thread_id="cancel")]
    await ledger.close()
    # How well so small a model calls tools is not ours to promise; that nothing happens unlisted and unconfirmed is.
    if "Cancel order #AF10326" in asked.text:
        assert "Order #AF10326 is cancelled." in done.text
        assert states == ["done"]
    else:
        assert asked.text
        assert states == []


async def test_rules_failures_and_budgets_go_to_people_whatever_the_model_says(settings: Settings) -> None:
    conversations: dict[str, tuple[dict[str, Any], list[str]]] = {
        "rule": ({}, ["The lamp caught fire on my desk!"]),
        "repeated_failure": ({}, ["How do returns work?", "That did not help.", "You don't understand me."]),
        "budget": ({"daily_budget": "requests=1"}, ["How do returns work?", "And how long does it take?"]),
    }
    desk = open_desk(settings)
    for reason, (changed, texts) in conversations.items():
        async with open_agent(settings.model_copy(update=changed)) as agent:
            replies = [await agent.send(f"people-{reason}", text, customer_id="ada_brook_1001") for text in texts]
        assert replies[-1].owner == "pending"
        ticket = await desk.get_ticket(str(replies[-1].ticket_id))
        # A model that answers nothing brings a person in as well, and sooner.
        assert ticket.reason == reason or (reason != "rule" and ticket.reason in ("repeated_failure", "budget"))
        # How soon a budget ends is the model's affair; from then on nobody is told twice.
        assert sum(ticket.id in reply.text for reply in replies) == 1
    await desk.close()


async def test_what_no_article_holds_is_not_made_up_and_the_offered_person_comes(settings: Settings) -> None:
    short = settings.limits.model_copy(update={"max_output_tokens": 80, "passages_per_turn": 5})
    ours = settings.model_copy(update={"limits": short})
    alone = ChainedChatModel(links=[Candidate(ours.model, endpoint_model(ours))])
    # Offered tools, so small a model writes calls whatever it is asked; without them it answers, and makes figures up.
    parts = replace(assemble(ours), model=alone, tools=())
    async with open_agent(ours, parts=parts) as agent:
        for question in HELD_BY_NO_ARTICLE:  # to which of them it makes an answer up is its mood
            reply = await agent.send(question, question, customer_id="ada_brook_1001")
            assert reply.owner == "pending" or not re.search(r"\d", reply.text)
            if PHRASES["en"]["no_safe_answer"] in reply.text:
                assert (reply.owner, reply.ticket_id) == ("bot", None)
                taken_up = await agent.send(question, "yes please", customer_id="ada_brook_1001")
                assert taken_up.owner == "pending"
                assert taken_up.requests <= 1  # for the ticket's words
                break


async def test_people_are_reached_by_rule_and_the_model_writes_valid_tickets(settings: Settings) -> None:
    wishes = {
        "asked": "I want to talk to a human",
        "angry": "This is ridiculous, you people are useless!",
        "fraud": "Somebody used my credit card in your shop",
        "billing_dispute": "I want to dispute this charge of $113.45",
    }
    desk, summaries = open_desk(settings), []
    async with open_agent(
        settings.model_copy(update={"limits": Limits(max_output_tokens=160, passages_per_turn=2)})
    ) as agent:
        for reason, text in wishes.items():
            reply = await agent.send(f"person-{reason}", text, customer_id="ada_brook_1001")
            assert reply.owner == "pending"
            assert reply.requests <= 2
            assert str(reply.ticket_id) in reply.text
            ticket = await desk.get_ticket(str(reply.ticket_id))
            assert (ticket.reason, ticket.draft.language) == (reason, "en")
            assert ticket.draft.queue in {queue.name for queue in load_queues()}
            summaries.append(ticket.draft.summary)
            assert reply.requests
    await desk.close()
    # Its lists never end; what it has written before them counts, and the rest is filled in by rule.
    assert any(summary and not summary.startswith("The customer wrote") for summary in summaries), summaries


async def test_facts_of_the_first_turn_are_told_at_turn_300(settings: Settings) -> None:
    small = settings.model_copy(update={"context_tokens": 2_000})
    made = scripted_parts(
        scripted("Thank you, Ada.", "You can return items within 30 days. [1] " * 6), context_tokens=2_000
    )
    async with open_checkpointer(settings.memory_url) as saver:
        talk = SupportAgent(build_graph(made, checkpointer=saver), max_message_chars=1_000)
        await talk.send("long", "My name is Ada Brook. My order number is #AF10283.", customer_id="ada_brook_1001")
        for number in range(298):
            await talk.send("long", f"how do returns work for number {number}?", customer_id="ada_brook_1001")
    async with open_agent(small) as agent:
        state = await agent.state("long")
        assert "AF10283" not in "".join(text_of(m) for m in state.messages)  # it left the state long ago
        reply = await agent.send(
            "long", "Which order number did I tell you in the beginning?", customer_id="ada_brook_1001"
        )
    assert "AF10283" in reply.text
    assert reply.requests >= 1


def test_the_doctor_finds_the_model(settings: Settings, tmp_path: Path) -> None:
    env = environment(tmp_path, SUPPORT_BASE_URL=str(settings.base_url), SUPPORT_MODEL=settings.model)
    done = support_agent("doctor", env=env)
    assert f"qwen2.5-coder-0.5b at {settings.base_url}" in " ".join(done.stdout.split())
