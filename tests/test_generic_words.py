"""What every business says names no trade: orders, parcels and shops belong to the folders and modules that
have them.
"""

import ast
import re
from pathlib import Path

import pytest

from core.language.fixed_sentences import PHRASES
from graph.context_window.prompts import system_prompt
from tests.graph_fakes import KeywordRetriever
from tests.processes import ROOT
from tools.registry import general_tools

TRADE = re.compile(
    r"\b(?:orders?|parcels?|shops?|returns?|Bestellung\w*|Paket\w*|commandes?|colis|boutique|pedidos?|"
    r"paquetes?|tienda)\b",
    re.IGNORECASE,
)
ROOMS: tuple[str, ...] = (
    "core/models",
    "core/offline",
    "core/offline/answering",
    "core/offline/reading",
    "core/speech",
    "graph/context_window",
    "graph/handoff",
    "graph/intake",
    "graph/nodes",
    "graph/procedures",
    "graph/runtime",
    "server/inbox",
    "server/routes",
    "server/schemas",
    "server/views",
    "tools/actions",
    "tools/desk",
    "tools/identity",
)
FILES: tuple[str, ...] = (
    "tools/connectors/declared_tools.py",
    "tools/connectors/declared_calls.py",
    "graph/verification/judge.py",
)
FILES += ("evals/conversations/model_customer.py", "evals/evaluators/model_judge.py", "graph/verification/reply.py")
FILES += ("graph/tool_calls/executors.py", "graph/replies.py", "tools/registry.py", "tools/search.py")
SAYING = sorted({*FILES, *(str(file.relative_to(ROOT)) for room in ROOMS for file in (ROOT / room).glob("*.py"))})
"""Files whose sentences customers, staff or models of any business may read."""
NO_TRADE = re.compile(r"\b(?:out of order|order of|in (?:\w+ )?order|only returns|returns (?:what|a text))\b")
"""Words that only look like a trade's."""


def sentences(file: Path) -> list[str]:
    """Return the texts of a file that are sentences, without docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in described]
    return [node.value for node in texts if isinstance(node.value, str) and node.value.count(" ") > 2]


@pytest.mark.parametrize("language", PHRASES)
def test_no_fixed_sentence_names_a_trade(language: str) -> None:
    said = {name: re.sub(r"\{\w+\}", "", text) for name, text in PHRASES[language].items()}
    assert {name: text for name, text in said.items() if TRADE.search(text)} == {}


def test_neither_the_instructions_nor_the_tools_of_every_business_name_a_trade() -> None:
    assert TRADE.findall(system_prompt("NovaNet", "- Be brief.")) == []
    described = [
        f"{tool.name} {tool.bound.description} {tool.bound.args}" for tool in general_tools(KeywordRetriever())
    ]
    assert [text for text in described if TRADE.search(text)] == []


@pytest.mark.parametrize("file", SAYING)
def test_no_sentence_of_the_engine_names_a_trade(file: str) -> None:
    assert [text for text in sentences(ROOT / file) if TRADE.search(NO_TRADE.sub("", text))] == []
