"""Make small suites and finished conversations for the tests of the evaluation."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from langchain_core.language_models import BaseChatModel
from langgraph.checkpoint.memory import InMemorySaver

from core.settings import SAMPLE_BUSINESS
from evals.conversations.scenarios import Scenario
from evals.conversations.suites import Suite, read_suite
from evals.conversations.world import MakeAgent
from graph.agent import SupportAgent
from graph.builder import Parts, build_graph

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = """---
id: returns
title: Returning items
---

# Returning items

You can return items within 30 days of delivery.
"""


def turn(customer: str = "Hello", reply: str = "Good day, what can I do for you?", **others: Any) -> dict[str, Any]:
    """Return one finished turn."""
    values: dict[str, Any] = {
        "customer": customer,
        "reply": reply,
        "confirmation": False,
        "error": None,
        "path": ["receive", "retrieve", "reason"],
        "tools": [],
        "sources": [],
        "passages": [],
        "called": [],
        "changed": [],
        "handoff": None,
        "ticket_id": None,
        "requests": 1,
        "input_tokens": 10,
        "output_tokens": 5,
    }
    return values | others


def outputs(*turns: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    """Return what a finished conversation brought about."""
    values: dict[str, Any] = {
        "turns": [dict(t) for t in turns] or [turn()],
        "changes": {},
        "states": {"#AF1": "pending"},
        "procedures": [],
        "owner": "bot",
        "ticket": None,
        "requests": 1,
        "input_tokens": 10,
        "output_tokens": 5,
        "cost": 0.0,
        "seconds": 0.5,
    }
    return values | others


def wanted(changes: list[dict[str, Any]] | None = None, **expect: Any) -> dict[str, Any]:
    """Return what must be true, from the `expect` part of a conversation file."""
    parsed = scenario(expect=expect).expect.model_dump(mode="json", exclude={"actions", "also_right"})
    return parsed | {"changes": [{}] if changes is None else changes}


def scenario(**values: Any) -> Scenario:
    """Return a conversation, small unless values say otherwise."""
    content: dict[str, Any] = {
        "id": "greeting",
        "kind": "happy_path",
        "customer": "ada_brook_1001",
        "wants": "To say hello.",
        "lines": ["Hello"],
        "expect": {},
    }
    return Scenario.model_validate(content | values)


def write_suite(folder: Path, *conversations: Mapping[str, Any]) -> Suite:
    """Write a suite on the sample shop with one article, and read it."""
    (folder / "conversations").mkdir(parents=True, exist_ok=True)
    (folder / "articles").mkdir(exist_ok=True)
    (folder / "articles" / "returns.md").write_text(ARTICLE)
    shop = SAMPLE_BUSINESS / "shop.json"
    settings = {"shop": str(shop), "knowledge": ["articles"]}
    (folder / "suite.yaml").write_text(yaml.safe_dump(settings) + "today: 2026-11-22\n")
    for content in conversations:
        (folder / "conversations" / f"{content['id']}.yaml").write_text(yaml.safe_dump(dict(content)))
    return read_suite(folder)


def with_model(model: BaseChatModel) -> MakeAgent:
    """Return what makes our own agent, with another model in it."""

    def make(parts: Parts, today: date) -> SupportAgent:
        graph = build_graph(replace(parts, model=model), checkpointer=InMemorySaver())
        return SupportAgent(graph, max_message_chars=parts.max_message_chars)

    return make


def trial(
    name: str, number: int = 1, *, passed: bool = True, kind: str = "happy_path", **others: Any
) -> dict[str, Any]:
    """Return one trial as results hold it."""
    score = {"key": "end_state", "score": passed, "comment": "" if passed else "orders/#AF1 did not change"}
    return {
        "scenario": name,
        "kind": kind,
        "trial": number,
        "seed": 1,
        "passed": passed,
        "verdicts": [score],
        "inputs": {"wants": "Something", "customer": None, "channel": "chat"},
        "outputs": outputs(**others),
        "reference_outputs": wanted(),
    }


def manifest(*names: str, trials: int = 1, **others: Any) -> dict[str, Any]:
    """Return the manifest of a run over these conversations."""
    values: dict[str, Any] = {
        "suite": "small",
        "conversations": list(names),
        "suite_digest": "s",
        "code_digest": "c",
        "agent": "graph",
        "model": "offline",
        "base_url": None,
        "temperature": 0.0,
        "trials": trials,
        "seed": 0,
        "customer": "scripted",
        "customer_prompt": None,
        "judge": None,
    }
    return values | others
