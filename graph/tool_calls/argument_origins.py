"""Hold the arguments of a write against what the customer asked for and what records say: who chose each value."""

import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from core.json_records import json_or_text
from core.language.postal_addresses import read_address
from core.language.reference_numbers import join_spelled
from core.language.text import normal, without_accents
from graph.tool_calls.named_records import described_in
from graph.tool_calls.provenance import FREE_TEXT, MessageOrigins, texts_of_fields
from graph.verification.call_arguments import checked_values
from graph.verification.evidence import Text
from graph.verification.evidence_reading import read_evidence
from graph.verification.values.value_reading import Value, find_values

_LISTED = frozenset({"reason", "state", "country"})
"""Arguments that the business's policy lists, or that are spelled in too many ways to compare."""
_SHORT_FORMS = {
    short: word
    for word, shorts in {
        "street": "st str strasse",
        "road": "rd",
        "avenue": "ave av",
        "lane": "ln",
        "drive": "dr",
        "boulevard": "blvd bd",
        "court": "ct",
        "place": "pl",
        "square": "sq",
        "highway": "hwy",
        "apartment": "apt",
        "suite": "ste",
        "north": "n",
        "south": "s",
        "east": "e",
        "west": "w",
    }.items()
    for short in shorts.split()
}
"""What postal addresses shorten; `1 Elm St.` is `1 Elm Street`."""
_NUMBERS = frozenset({"amount", "number"})
"""Kinds of values that are the same however they are written: `$2` is `2.00`."""
_FEWEST_DIGITS = 3
"""Shorter bare numbers count things."""


def ungrounded_in_records(args: Mapping[str, Any], origins: MessageOrigins) -> list[str]:
    """Return the numbers, addresses and amounts of a write that neither the customer nor a record gives."""
    records = origins.of_records()
    whole = {normal(text) for text in records}
    said = origins.of_customer()
    evidence = read_evidence(
        [Text(t, "customer") for t in (*said, *map(join_spelled, said), *origins.of_ledger(), *records)]
    )
    values = [v for text, v in checked_values(args) if normal(text) not in whole and not evidence.stands(v)]
    return list(dict.fromkeys(value.text for value in values))


def not_asked_for(
    tool: str,
    args: Mapping[str, Any],
    origins: MessageOrigins,
    *,
    also_called: Collection[str] = (),
    listed: Collection[str] = (),
) -> str | None:
    """Return what the customer's own words lack of a write; None where they lack nothing.

    Args:
        tool: The tool's name.
        args: Its arguments.
        origins: The conversation.
        also_called: How customers call what the tool does, where its name does not tell.
        listed: Arguments whose values the tool itself lists.
    """
    wishes = origins.wishes(tool, also_called)
    if not wishes:
        return "that they want this"
    said = origins.of_customer()
    records = {normal(text) for text in origins.of_records()}
    own = [_tokens(join_spelled(text)) for text in said]
    numbers = {key for text in said for v in find_values(text) if v.kind in _NUMBERS for key in v.keys}
    numbers |= {key for text in records for key in _as_number(text)}
    leaves = [*texts_of_fields(args, keep=lambda name: name not in FREE_TEXT | _LISTED and name not in listed)]
    for name, value in leaves:
        identifiers = [v for v in find_values(value) if v.kind == "identifier" and len(value.split()) == 1]
        others = {other for _, other in leaves if other != value}
        by_name = identifiers and described_in(
            _newest_without_number(wishes), value, map(json_or_text, origins.shown())
        )
        if identifiers and not (by_name or _chosen(identifiers[0], wishes, said, besides=others)):
            return f"the {name.replace('_', ' ')} {value}"
        if identifiers or normal(value) in records or _stands_whole(value, own):
            continue
        if not _as_number(value) & numbers:
            return f"the {name.replace('_', ' ')} {value!r}"
    return None


def _chosen(value: Value, wishes: Sequence[str], said: Sequence[str], *, besides: Collection[str]) -> bool:
    """Say whether an identifier is the one the customer named; where they named none of its sort, a record gives it."""
    for texts in (wishes, said):
        named = [v for text in texts for v in _named(text) if _same_sort(v, value) and v.text not in besides]
        if named:
            return any(v.keys & value.keys or _digits(v) == _digits(value) for v in named)
    return True


def _newest_without_number(wishes: Sequence[str]) -> str:
    """Return the newest wishes that give no number, oldest first."""
    return " ".join(reversed([*takewhile(lambda wish: not _named(wish), reversed(wishes))]))


def _named(text: str) -> list[Value]:
    """Return the numbers of a text that may name something; the postcode of an address names nothing else."""
    postcode = read_address(text).get("zip")
    numbers = [v for v in find_values(join_spelled(text)) if v.kind in ("identifier", "phone", "number")]
    return [v for v in numbers if v.text != postcode]


def _as_number(text: str) -> frozenset[Hashable]:
    """Return what a text that is one number or amount as a whole stands for; other texts stand for none."""
    return frozenset(key for v in find_values(text) if v.text == text and v.kind in _NUMBERS for key in v.keys)


def _same_sort(named: Value, value: Value) -> bool:
    """Say whether two numbers name the same sort of thing: `AF1` and `AF22`; a bare one counts where it is as long."""
    letters = _letters(named)
    return letters == _letters(value) if letters else len(_digits(named)) == len(_digits(value)) > _FEWEST_DIGITS


def _letters(value: Value) -> str:
    return re.sub(r"[\W\d_]", "", value.text).casefold()


def _digits(value: Value) -> str:
    return re.sub(r"\D", "", value.text)


def _stands_whole(value: str, own: Sequence[Sequence[str]]) -> bool:
    """Say whether a customer wrote a value word for word, but for case, accents and short forms of street words."""
    wanted = _tokens(value)
    return not wanted or any(
        [*text[start : start + len(wanted)]] == wanted for text in own for start in range(len(text) - len(wanted) + 1)
    )


def _tokens(text: str) -> list[str]:
    return [_SHORT_FORMS.get(word, word) for word in re.findall(r"\w+", without_accents(text))]
