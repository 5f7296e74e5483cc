"""What a case may need next: a read, an answer, a write, or a no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ReadNext:
    """A read of the business's records that decides how it goes on."""

    tool: str
    args: Mapping[str, Any]


@dataclass(frozen=True)
class AskNext:
    """A question to the customer."""

    slot: str
    choices: Sequence[Any] = ()
    """What records offer as an answer, where they offer several."""
    note: str = ""
    """Why it is asked again: the sentence of a tool that found nothing under the last answer."""


@dataclass(frozen=True)
class DoNext:
    """A write that everything allows."""

    step: str
    tool: str
    args: Mapping[str, Any]
    approve: bool = False
    """Whether staff have to approve it."""


@dataclass(frozen=True)
class StopNext:
    """A no: the sentence of the rule that is false, or why nothing can be decided."""

    rule: str | None
    """None where what is there cannot be evaluated, or nobody answered."""
    hand_over: bool
    problem: str = ""
    """Why nothing can be decided; for staff, not for customers."""
    say: str = ""
    """What the customer is told instead of a rule's sentence: that they have to sign in."""


@dataclass(frozen=True)
class Finished:
    """The end of a case."""


Next = ReadNext | AskNext | DoNext | StopNext | Finished
