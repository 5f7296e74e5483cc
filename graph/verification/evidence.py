"""Collect what a reply may rely on: passages, tool results, policy and what was said before."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from core.language.text import plain
from graph.verification.values.arithmetic import follows
from graph.verification.values.known_values import KnownValues
from graph.verification.values.operands import Operands
from graph.verification.values.value_reading import Value

Origin = Literal["prose", "data", "plan", "customer"]
"""Where a text comes from: articles, policy and earlier replies; tool results; what a tool would do; the customer."""

PASSAGES = re.compile(r"\s{0,20}\{\s{0,20}\"passages\"")
"""Begins the result of a search: articles tell what happens to orders, not what happened to one."""
TEXTS_REMEMBERED = 2_000


class Text(NamedTuple):
    """One text a reply may rely on."""

    text: str
    origin: Origin = "prose"


@dataclass(frozen=True)
class ToolOutcome:
    """How a call of a tool ended; a call that failed or only asked is none."""

    tool: str
    """Its name, and what else it is called."""
    result: str
    wrote: bool | None = None
    """Whether it changed records, or None where only its name tells."""


@dataclass
class ReadValues:
    """What texts hold that can be checked and calculated with."""

    list_lengths: set[int] = field(default_factory=set)
    """How many records the lists in tool results have."""
    known: KnownValues = field(default_factory=KnownValues)
    operands: Operands = field(default_factory=Operands)


@dataclass
class Evidence:
    """Everything a reply may rely on; what a sentence asks for is read once, and what none asks for never."""

    passages: int = 0
    """How many passages there are to cite, numbered from 1."""
    outcomes: tuple[ToolOutcome, ...] = ()
    texts: tuple[Text, ...] = ()
    """Each text once."""
    read_addresses: Callable[[], Collection[str]] = frozenset
    """Returns the e-mail addresses, in lower case, that the customer or the business's records name."""
    read_values: Callable[[], ReadValues] = ReadValues
    """Returns the values of the texts."""

    @cached_property
    def addresses(self) -> Collection[str]:
        """Return the e-mail addresses, in lower case, that the customer or the business's records name."""
        return self.read_addresses()

    @cached_property
    def words(self) -> str:
        """Return everything as one lower-case text."""
        return "".join(f" {_lowered(text)}" for text in self.texts)

    @cached_property
    def data(self) -> str:
        """Return all tool results but articles as one lower-case text."""
        return "".join(f" {_lowered(t)}" for t in self.texts if t.origin == "data" and not PASSAGES.match(t.text))

    @cached_property
    def prose(self) -> str:
        """Return articles, policy and earlier replies as one lower-case text with single spaces."""
        return "".join(f" {' '.join(_lowered(text).split())}" for text in self.texts if text.origin == "prose")

    @cached_property
    def customer_words(self) -> str:
        """Return what the customer wrote as one lower-case text."""
        return "".join(f" {_lowered(text)}" for text in self.texts if text.origin == "customer")

    @cached_property
    def _values(self) -> ReadValues:
        return self.read_values()

    @property
    def list_lengths(self) -> set[int]:
        """Return how many records the lists in tool results have."""
        return self._values.list_lengths

    def stands(self, value: Value) -> bool:
        """Say whether a value stands in what may be relied on, in any spelling."""
        return self._values.known.has(value)

    def is_priced(self, amount: Decimal) -> bool:
        """Say whether something costs that much."""
        operands = self._values.operands
        return amount in operands.amounts | operands.told_amounts

    def derives(self, value: Value, shown: Sequence[Value]) -> bool:
        """Say whether a value follows by arithmetic from tool results and from what the reply has shown so far."""
        return follows(value, self._values.operands.with_shown(shown))


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _lowered(text: Text) -> str:
    return plain(text.text).lower()
