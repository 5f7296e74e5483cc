"""Lead to the writes of a connector that no procedure is for: ask for each argument; the rules are the write's own."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml
from langchain_core.utils.function_calling import convert_to_openai_tool

from core.json_records import words_of_name
from core.language.action_words import deeds_in
from core.language.fixed_sentences import PHRASES, phrase
from graph.procedures.format.catalogue import Catalogue
from graph.procedures.format.compile import compile_procedure
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import parse_procedure
from tools.connectors.declared_tools import DeclaredWrite
from tools.tool import Tool

NAMES_RECORD = re.compile(r"\b(?:id|no|nr|number|code|ref|reference)$")
RECORD = r"#?[A-Za-z]{1,8}[-_]?\d[\w-]*"
"""The form in which people name a record, whatever it is of."""
FIGURES = r"|\d{5,}"
"""The same in figures alone, where no other number may be meant."""
FREE_WORDS = re.compile(
    r"reason|problem|comment|note|message|text|description|details|name|address|mail|phone|date|time"
)
TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "yes_no"}
STEP = "change"


def plain_procedures(tools: Sequence[Tool], owned: Collection[str], catalogue: Catalogue) -> list[Procedure]:
    """Return a procedure for each declared write that none owns; a write with arguments that nobody says is left out.

    Args:
        tools: The business's tools.
        owned: The writes that have a procedure.
        catalogue: What procedures may know of the tools.
    """
    found = []
    for tool in tools:
        if tool.name in owned or not isinstance(tool.write, DeclaredWrite):
            continue
        books = "book" in deeds_in(words_of_name(tool.name))  # what is booked stands in no record of theirs yet
        whole = [one.name for one in tools if one.reads_whole or (books and one.explains_codes)]
        if (contract := _contract(tool, whole)) is None:
            continue
        text = f"---\n{yaml.safe_dump(contract, allow_unicode=True, sort_keys=False)}---\nDo {{do.{STEP}}}.\n"
        read, _ = parse_procedure(text, f"{contract['name']}.md")
        compiled = compile_procedure(read, catalogue)[0] if read else None
        found += [compiled] if compiled else []
    return found


def _contract(tool: Tool, whole: Sequence[str]) -> dict[str, Any] | None:
    """Return the front matter for a write, or None where it needs what a customer cannot say."""
    schema = convert_to_openai_tool(tool.bound)["function"].get("parameters") or {}
    needed = {name: schema["properties"][name] for name in schema.get("required") or ()}
    counts = any(one.get("type") in ("integer", "number") for one in needed.values())
    first = next(iter(needed), "")  # what a write changes comes first
    slots = {n: _slot(n, one, whole, counts=counts, is_record=n == first) for n, one in needed.items()}
    if None in slots.values():
        return None
    verb, *thing = words_of_name(tool.name).split()
    return {
        "name": tool.name.replace("_", "-").lower(),
        "description": tool.bound.description,
        "examples": [f"{said} my {' '.join(thing)}".strip() for said in (verb, *tool.also_called)],
        "tools": [*whole],
        "slots": slots,
        "do": {STEP: {"tool": tool.name, "args": {name: name for name in slots}}},
    }


def _slot(
    name: str, schema: Mapping[str, Any], whole: Sequence[str], *, counts: bool, is_record: bool
) -> dict[str, Any] | None:
    """Return the slot of an argument; one that names a record is offered from what is read whole."""
    kind = "date" if schema.get("format") == "date" else TYPES.get(str(schema.get("type")))
    if kind is None:
        return None
    words = words_of_name(name)
    slot: dict[str, Any] = {"ask": {language: phrase("ask_detail", language, name=words) for language in PHRASES}}
    if kind != "text":
        return slot | {"type": kind}
    if choices := schema.get("enum"):
        return slot | {"one_of": [str(choice) for choice in choices]}
    if whole and (NAMES_RECORD.search(words) or (is_record and not FREE_WORDS.search(words))):
        slot["pattern"] = RECORD if counts else RECORD + FIGURES
        reads = ", ".join(f"{read}()" for read in whole)
        slot["find"] = f"values_of([{reads}], '{name}').filter(v, string(v).matches('^\\\\S*[0-9]\\\\S*$'))"
    return slot
