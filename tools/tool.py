"""Describe a tool of the agent, whatever its source: what the model sees, what it does, how a write is led."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from langchain_core.tools import BaseTool

from core.safety.untrusted_text import visible
from tools.actions.changes import Change, Outcome
from tools.context import Context
from tools.record_cards import Cards

Effect = Literal["read", "write", "control"]
"""`read` changes nothing, `write` changes records of the business, `control` steers the conversation."""


class Write(Protocol):
    """The steps of a write; only `apply` has an effect."""

    async def plan(self, context: Context, args: Mapping[str, Any], *, waited_days: int = 0) -> Change:
        """Return what would be done, without doing it; rules count days up to `waited_days` ago, the customer's yes.

        Raises:
            Refused: nobody is signed in, the arguments do not fit, or a rule says no; in words fit for the customer.
            BackendUnavailable: the records cannot be read.
        """
        ...

    async def apply(self, change: Change, *, key: str) -> Outcome:
        """Do a planned change under an idempotency key.

        Raises:
            Refused: the records are no longer as planned, or the business says no.
            BackendUnavailable: nobody answered (OutcomeUnknown: it may have been done); ask `find_outcome` first of
                all.
        """
        ...

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        """Return what came of a change that was perhaps applied under this key, or None when it was not.

        Raises:
            OutcomeUnknown: nobody can tell.
            BackendUnavailable: nobody was reached.
        """
        ...


@dataclass(frozen=True)
class Velocity:
    """How often one customer may have the same thing done, over all conversations, before staff decides."""

    most: int
    days: int


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool: a read runs as it is bound, a write only through the ledger."""

    bound: BaseTool
    """Name, description and arguments as the model sees them; run, it reads, or previews a write."""
    effect: Effect = "read"
    result: Mapping[str, Any] | None = None
    """What a read returns, as a JSON schema, where that is known."""
    write: Write | None = None
    """The steps of a write; every tool of that effect has them, unless the host of the graph runs it."""
    rank: int = 0
    """Writes of one message are done from the lowest rank up."""
    velocity: Velocity | None = None
    also_called: Sequence[str] = ()
    """Verbs customers use for what it does, in any language: `cancel`, `call off`, `annuler`."""

    ahead: Callable[[str], Sequence[Mapping[str, Any]]] | None = None
    """The arguments with which the newest message asks for this read by itself, before the model is asked."""
    reads_whole: bool = False
    """Whether it may be read ahead without arguments: the customer's own few records."""
    explains_codes: bool = False
    """Whether anybody may read it without arguments, as a list of what the codes in records stand for."""
    led_to: Callable[[str, Any, Mapping[str, set[str]]], Sequence[Mapping[str, Any]]] | None = None
    """The arguments that a record read ahead holds for this read, where the message speaks of what it tells; given
    besides are further words for the codes in the record.
    """
    cards: Cards | None = None
    """Describes the records of a read's result as a page draws them."""
    personal: Sequence[str] = ()
    """Fields of its result whose values stay out of logs, traces and tickets."""

    @property
    def name(self) -> str:
        """Return the name by which it is called."""
        return self.bound.name

    @property
    def words(self) -> str:
        """Return what it is called, in words."""
        return " ".join((self.name.replace("_", " "), *self.also_called))


def result_text(result: Any) -> str:
    """Return a result as the model reads it: one line of JSON without characters that nobody sees."""
    return visible(json.dumps(result, ensure_ascii=False, separators=(",", ":"), default=str))
