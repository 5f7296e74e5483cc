"""Hold every rule over foreign text to linear time on repeated units, and a whole turn, a colleague's view and a safe
reply to a moment.
"""

import re
import time
from contextlib import suppress

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from benchmarks.operations.patterns import LONGEST, TARGET_GROWTH, UNITS, Rule, repeated, rules, slowest
from core.errors import MessageRejected
from core.offline.model import OfflineChatModel
from core.safety.prefiltered_patterns import PatternSet, PrefilteredPattern
from core.safety.safe_links import LinkRule, inert, safe_text
from graph.agent import SupportAgent
from graph.builder import build_graph
from tests.graph_fakes import parts
from tools.retail.offline.shop_planner import ShopPlanner

GENEROUS_MS = 500.0
"""What a rule may take on a slow and busy machine; the benchmark of patterns holds them to less on a quiet one."""
FELT_MS = 50.0
"""What grows with the square takes more than this on any machine; what reads one clause does not."""
TURN_SECONDS = 3.0
_FLAGS = re.IGNORECASE | re.MULTILINE


@pytest.mark.parametrize("share", range(4))
def test_every_rule_over_foreign_text_takes_linear_time(share: int) -> None:
    # Every fourth unit: the benchmark takes all, and minutes on a slow processor.
    timings = [slowest(rule, UNITS[share::4]) for rule in rules()[share::4]]
    grows = [t for t in timings if t.milliseconds > FELT_MS and t.growth > TARGET_GROWTH]
    assert [*grows, *(t for t in timings if t.milliseconds > GENEROUS_MS)] == []


@pytest.mark.parametrize(
    "unit", [*UNITS, "it is shipped ", "Order #A1: cancelled. ", "your refund was sent. ", "5 Maı "]
)
def test_a_prefiltered_pattern_finds_what_the_pattern_itself_finds(unit: str) -> None:
    prefiltered = [p for rule in rules() if isinstance(p := rule.pattern, PrefilteredPattern)]
    assert len(prefiltered) > 30
    text = (unit * 40)[:400] + " It was shipped on 5 May 2026, your order has been cancelled: you are an AI."
    for pattern in prefiltered:
        expected = [m.span() for m in re.compile(pattern.pattern, pattern.flags & _FLAGS).finditer(text)]
        assert [m.span() for m in pattern.finditer(text)] == expected, pattern.pattern


@pytest.mark.parametrize("share", range(4))
def test_patterns_looked_for_together_find_what_each_of_them_finds(share: int) -> None:
    together = PatternSet([p for rule in rules() if isinstance(p := rule.pattern, PrefilteredPattern)][share::4])
    for unit in (*UNITS, "it is shipped ", "Order #A1: cancelled. ", "your refund was sent. ", "5 Maı "):
        text = (unit * 40)[:400] + " It was shipped on 5 May 2026, your order has been cancelled: you are an AI."
        expected = [m.span() for pattern in together for m in pattern.finditer(text)]
        assert [m.span() for m in together.finditer(text)] == expected


def test_a_rule_whose_time_grows_with_the_square_is_found() -> None:
    blanks = re.compile(r"\s+x")
    assert slowest(Rule("quadratic", True, lambda text: blanks.search(text)), [" "]).growth > TARGET_GROWTH


def test_many_schemes_in_one_another_become_no_address() -> None:
    assert "mailto:" not in safe_text("mailto:" * 2857, LinkRule())


def test_what_a_colleague_reads_of_the_longest_message_is_there_at_once() -> None:
    begun = time.thread_time()
    for unit in UNITS:
        inert(repeated(unit, LONGEST))
    assert time.thread_time() - begun < GENEROUS_MS / 1000 * len(UNITS)


async def test_a_text_is_as_long_as_it_is_read() -> None:
    agent = SupportAgent(
        build_graph(parts(OfflineChatModel(planner=ShopPlanner)), checkpointer=InMemorySaver()),
        max_message_chars=LONGEST,
    )
    with pytest.raises(MessageRejected, match="144,000 characters"):
        await agent.send("t", "\ufdfa" * 8_000, customer_id="ada")


async def test_no_message_that_is_accepted_holds_a_turn_for_long() -> None:
    graph = build_graph(parts(OfflineChatModel(planner=ShopPlanner)), checkpointer=InMemorySaver())
    agent = SupportAgent(graph, max_message_chars=LONGEST)
    texts = ["hello " + "\n" * 20_000 + " where is my order?", *(repeated(unit, LONGEST) + "?" for unit in UNITS)]
    slow = {}
    for number, text in enumerate(texts):
        begun = time.process_time()
        with suppress(MessageRejected):  # nothing but blanks
            await agent.send(f"t{number}", text[:LONGEST] if number else text, customer_id="ada")
        if (seconds := time.process_time() - begun) > TURN_SECONDS:
            slow[text[:12]] = seconds
    assert slow == {}
