"""Read what answers a reply offers, so that a page can show them as buttons."""

import re
from collections.abc import Sequence

from langchain_core.utils.function_calling import convert_to_json_schema

from tools.tool import Tool

MOST = 8
LONGEST = 60
_ITEM = re.compile(r"^[ \t]{0,20}(?:[-*•]|\d{1,3}[.)])[ \t]{1,9}(.+?)(?:\s{1,9}\(|: |$)", re.MULTILINE)
_ONE_OF = re.compile(r"\bone of: ([^.\n]+)")
"""How the description of an argument lists its values where a policy names them."""
_IN_BRACKETS = re.compile(r"\?\s*\(([^()?]+)\)\s*$")


def choices(text: str, values: Sequence[Sequence[str]]) -> list[str]:
    """Return the answers that a question offers: its list, what stands behind it in brackets, or values of a tool.

    Empty where the text asks nothing, or offers nothing to choose from. The `values` are those of `fixed_values`.
    """
    if "?" not in text:
        return []
    asked = text.casefold()
    named = ([value for value in one if value.casefold() in asked] for one in values)
    for offered in (_ITEM.findall(text), _bracketed(text), *named):
        found = list(dict.fromkeys(one.strip() for one in offered))
        if 2 <= len(found) <= MOST and all(len(one) <= LONGEST for one in found):
            return found
    return []


def _bracketed(text: str) -> list[str]:
    found = _IN_BRACKETS.search(text)
    return found.group(1).split(",") if found else []


def fixed_values(tools: Sequence[Tool]) -> list[list[str]]:
    """Return the values of each argument of a tool that takes no others."""
    found: list[list[str]] = []
    for tool in tools:
        for argument in convert_to_json_schema(tool.bound).get("properties", {}).values():
            options = [argument, *argument.get("anyOf", ())]
            found += [[v for v in one["enum"] if isinstance(v, str)] for one in options if "enum" in one]
            found += [listed.split(", ") for listed in _ONE_OF.findall(argument.get("description", ""))]
    return found
