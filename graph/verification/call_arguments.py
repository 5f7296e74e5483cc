"""Find what has to be checked in the arguments of a tool call."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from graph.verification.values.arithmetic import MONEY_KEY
from graph.verification.values.value_reading import Kind, Value, find_values

CHECKED: frozenset[Kind] = frozenset({"identifier", "email", "phone", "amount"})
_MONEY_NAME = re.compile(MONEY_KEY, re.IGNORECASE)


def checked_values(args: Any, name: str = "") -> Iterator[tuple[str, Value]]:
    """Yield order numbers, e-mail addresses, phone numbers and amounts with their argument, however deep."""
    if isinstance(args, Mapping):
        for key, inner in args.items():
            yield from checked_values(inner, str(key))
    elif isinstance(args, list | tuple):
        for inner in args:
            yield from checked_values(inner, name)
    elif isinstance(args, str):
        yield from ((args, value) for value in find_values(args) if value.kind in CHECKED)
    elif isinstance(args, int | float) and not isinstance(args, bool) and _MONEY_NAME.search(name):
        yield str(args), Value("amount", str(args), frozenset({Decimal(str(args))}))
