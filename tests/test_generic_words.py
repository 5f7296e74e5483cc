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
PACKAGES = ("core", "ingest", "tools", "graph", "server", "evals", "cli")
OF_A_SHOP = ("tools/retail/", "cli/retail/")
"""Rooms of the one trade that the program brings with it, as the connector `shop`."""
NAMING_THE_CONNECTOR = {
    "cli/customer_check.py",
    "cli/main.py",
    "cli/renamed.py",
    "core/setting_sources.py",
    "core/settings.py",
    "evals/conversations/suites.py",
    "graph/business_check.py",
    "tools/connectors/declarations.py",
}
"""Files that name the connector `shop`, its files, settings and commands."""
READING_PEOPLE = {
    "core/language/confirmations.py",
    "core/language/reference_numbers.py",
    "core/language/words.py",
    "core/privacy/known_people.py",
}
"""Files with lists of words that people use, whatever they write about."""
ENGINE = sorted(
    path
    for package in PACKAGES
    for file in (ROOT / package).rglob("*.py")
    if not (path := str(file.relative_to(ROOT))).startswith(OF_A_SHOP)
)
NO_TRADE = re.compile(
    r"\b(?:out of order|order of|gives orders|in (?:\w+ )?order|only returns|(?:it )?returns (?:what|a text|\()|"
    r"ORDER BY|RETURNS? (?:NEW|NULL|trigger))"
)
"""Words that only look like a trade's."""
PATTERN = re.compile(r"\(\?[:=!<P]|\\[bw]|\w\|\w")
"""What makes a text a pattern: it reads what others write."""
CODE = re.compile(r"^\s+return ", re.MULTILINE)


def sentences(file: Path) -> list[str]:
    """Return the texts of a file that are sentences, without docstrings, patterns and code that is written out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in described]
    said = [node.value for node in texts if isinstance(node.value, str) and node.value.count(" ") > 2]
    return [text for text in said if not PATTERN.search(text) and not CODE.search(text)]


def named(text: str) -> list[str]:
    """Return the words of a trade in a text."""
    return TRADE.findall(NO_TRADE.sub("", text))


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


@pytest.mark.parametrize("package", PACKAGES)
def test_no_sentence_of_the_engine_names_a_trade(package: str) -> None:
    files = [path for path in ENGINE if path.startswith(f"{package}/")]
    said = {path: [text for text in sentences(ROOT / path) if named(text)] for path in files}
    assert {path for path, texts in said.items() if texts} <= NAMING_THE_CONNECTOR | READING_PEOPLE


def test_a_planted_sentence_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text('TOLD = "Where is my order now?"\nREAD = r"\\b(?:where is|show) my order\\b"\n')
    assert [text for text in sentences(planted) if named(text)] == ["Where is my order now?"]


def test_a_shop_is_known_only_where_it_is_connected() -> None:
    importers = {
        path
        for path in ENGINE
        if re.search(r"^\s*from tools\.retail", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert importers == {
        "cli/doctor_settings.py",
        "evals/conversations/capture.py",
        "evals/conversations/open_records.py",
        "evals/conversations/start_state.py",
        "graph/assembly.py",
        "graph/business_check.py",
        "graph/opened_stores.py",
        "server/personal_stores.py",
        "server/stores.py",
    }
