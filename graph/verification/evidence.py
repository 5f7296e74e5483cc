"""Collect what a reply may rely on: passages, tool results, policy and what was said before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from graph.verification.values.arithmetic import follows
from graph.verification.values.known_values import KnownValues
from graph.verification.values.operands import Operands
from graph.verification.values.value_reading import Value

Origin = Literal["prose", "data", "plan", "customer"]
"""Where a text comes from: articles, policy and earlier replies; tool results; what a tool would do; the customer."""


@dataclass(frozen=True)
class Text:
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
class Evidence:
    """Everything a reply may rely on, read once and asked for each sentence."""

    passages: int = 0
    """How many passages there are to cite, numbered from 1."""
    outcomes: tuple[ToolOutcome, ...] = ()
    addresses: frozenset[str] = frozenset()
    """E-mail addresses, in lower case, that the customer or the business's records name."""
    data: str = ""
    """All tool results but articles as one lower-case text."""
    words: str = ""
    """Everything as one lower-case text."""
    prose: str = ""
    """Articles, policy and earlier replies as one lower-case text with single spaces."""
    customer_words: str = ""
    """What the customer wrote as one lower-case text."""
    list_lengths: set[int] = field(default_factory=set)
    """How many records the lists in tool results have."""
    known: KnownValues = field(default_factory=KnownValues)
    _operands: Operands = field(default_factory=Operands)

    def stands(self, value: Value) -> bool:
        """Say whether a value stands in what may be relied on, in any spelling."""
        return self.known.has(value)

    def is_priced(self, amount: Decimal) -> bool:
        """Say whether something costs that much."""
        return amount in self._operands.amounts | self._operands.told_amounts

    def derives(self, value: Value, shown: Sequence[Value]) -> bool:
        """Say whether a value follows by arithmetic from tool results and from what the reply has shown so far."""
        return follows(value, self._operands.with_shown(shown))
