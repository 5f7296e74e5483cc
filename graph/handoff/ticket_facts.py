"""Say in a line for colleagues what a tool found, in place of its JSON."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from core.json_records import parsed_json

LONGEST = 400
_LEFT_OUT = frozenset(
    {
        "address",
        "default_address",
        "email",
        "first_name",
        "last_name",
        "payments",
        "payment_methods",
        "item_id",
        "item_ids",
    }
)
"""Personal data, which the business has, and ids that tell a colleague nothing."""
_PLURAL = ("orders", "products")


def facts_in(tool: str, result: str) -> list[str]:
    """Return what a tool's result says, a line for each order or product; what is no JSON is a line as it is."""
    try:
        found = parsed_json(result)
    except ValueError:
        return [f"{tool}: {shortened(result)}"]
    each = next((found[name] for name in _PLURAL if isinstance(found, dict) and name in found), [found])
    return [f"{tool}: {line}" for one in (each if isinstance(each, list) else [found]) if (line := _line(one))]


def shortened(text: str, longest: int = 300) -> str:
    """Return a text on one line, cut between two words where it is too long."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return shorten(line, longest, placeholder=" …") if " " in line[: longest - 2] else f"{line[: longest - 1]}…"


def _line(value: Any) -> str:
    """Return a record as its fields in words, whole ones only."""
    if not isinstance(value, Mapping):
        return shortened(_words(value))
    parts: list[str] = []
    for key, of in value.items():
        if key in _LEFT_OUT or not (words := _words(of)):
            continue
        part = f"{key.replace('_', ' ')} {words}"
        if len(", ".join([*parts, part])) > LONGEST:
            return ", ".join([*parts, "…"]) if parts else shortened(part, LONGEST)
        parts.append(part)
    return ", ".join(parts)


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        name, rest = (
            value.get("name"),
            [_words(v) for k, v in value.items() if k not in {*_LEFT_OUT, "name", "product_id"}],
        )
        told = ", ".join(word for word in rest if word)
        return f"{name} ({told})" if name and told else str(name or told)
    if isinstance(value, list):
        return ", ".join(word for each in value if (word := _words(each)))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
