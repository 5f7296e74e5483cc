"""Decide who owns a conversation, and keep the clock of how long people have had it: pure functions.

    bot ──escalate──▶ pending ──take──▶ human ──resolve──▶ resolved ──return──▶ bot
                        ▲  │                │                  │
                        │  └───hand_back────┴──▶ bot           │
                        └────────release / escalate────────────┘

A move that a stage does not know is refused and changes nothing. The clock runs while a person is awaited or at work.
It stops when the conversation leaves the people and goes on, never from zero, when it comes back to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from core.errors import Refused

Stage = Literal["bot", "pending", "human", "resolved"]
Move = Literal["escalate", "take", "release", "hand_back", "resolve", "return"]
Worked = Callable[[datetime, datetime], timedelta]
"""Measures the time between two instants, for example by working hours."""

NEXT: Mapping[tuple[Stage, Move], Stage] = {
    ("bot", "escalate"): "pending",
    ("pending", "escalate"): "pending",
    ("human", "escalate"): "human",
    ("resolved", "escalate"): "pending",
    ("pending", "take"): "human",
    ("human", "take"): "human",
    ("human", "release"): "pending",
    ("pending", "hand_back"): "bot",
    ("human", "hand_back"): "bot",
    ("pending", "resolve"): "resolved",
    ("human", "resolve"): "resolved",
    ("resolved", "return"): "bot",
}
WITH_PEOPLE: frozenset[Stage] = frozenset({"pending", "human"})


@dataclass(frozen=True, kw_only=True)
class Ownership:
    """Who owns a conversation and the clock of the people's part in it."""

    stage: Stage = "bot"
    operator: str | None = None
    """Who took it, while the stage is human."""
    spent: timedelta = timedelta()
    """What the clock read when it last stopped."""
    running_since: datetime | None = None
    """When the clock last started, or None while it stands."""
    first_reply: timedelta | None = None
    """What the clock read at a person's first reply; kept for ever."""
    stretches: int = 0
    """How often it came to the people: the first time and every reopening."""


def calendar_time(start: datetime, end: datetime) -> timedelta:
    """Return the plain time between two instants, never less than nothing."""
    return max(end - start, timedelta())


def move(
    owned: Ownership, how: Move, *, now: datetime, operator: str | None = None, worked: Worked = calendar_time
) -> Ownership:
    """Return the ownership after a move.

    Raises:
        Refused: the stage does not know this move, or it is taken by nobody.
    """
    stage = NEXT.get((owned.stage, how))
    if stage is None:
        raise Refused(f"This ticket is {_SAID[owned.stage]}, so it cannot {_VERB[how]}; {_INSTEAD[owned.stage]}.")
    if how == "take" and not operator:
        raise Refused("Somebody has to take the ticket; name the operator.")
    runs = stage in WITH_PEOPLE
    comes_in = runs and owned.running_since is None
    return replace(
        owned,
        stage=stage,
        operator=(operator if how == "take" else owned.operator) if stage == "human" else None,
        spent=owned.spent if runs else elapsed(owned, now=now, worked=worked),
        running_since=(owned.running_since or now) if runs else None,
        stretches=owned.stretches + comes_in,
    )


def replied(owned: Ownership, *, now: datetime, operator: str, worked: Worked = calendar_time) -> Ownership:
    """Return the ownership after a person's reply, which also takes the conversation; raises Refused as `move`."""
    taken = move(owned, "take", now=now, operator=operator, worked=worked)
    if taken.first_reply is not None:
        return taken
    return replace(taken, first_reply=elapsed(taken, now=now, worked=worked))


def check_free(owned: Ownership, operator: str | None, *, instead_of: str | None = None) -> None:
    """Raise Refused when a colleague has the conversation, so that two people do not overwrite each other.

    Who names the colleague takes it over from them. Nobody (None) is not held back: a command without a name.
    """
    if operator is not None and owned.operator not in (None, operator, instead_of):
        raise Refused(f"{owned.operator} has this ticket, so nothing was changed; ask them, or take it over first.")


def elapsed(owned: Ownership, *, now: datetime, worked: Worked = calendar_time) -> timedelta:
    """Return what the clock reads: the time that people have had the conversation, all stretches together."""
    running = worked(owned.running_since, now) if owned.running_since else timedelta()
    return owned.spent + running


_SAID: Mapping[Stage, str] = {
    "bot": "with the agent already",
    "pending": "waiting for a person",
    "human": "with a person",
    "resolved": "resolved already",
}
_VERB: Mapping[Move, str] = {
    "escalate": "be handed over",
    "take": "be taken",
    "release": "be put back",
    "hand_back": "be handed back",
    "resolve": "be resolved",
    "return": "go back to the agent",
}
_OPENS_AGAIN = "it opens again when the customer asks for a person"
_INSTEAD: Mapping[Stage, str] = {
    "bot": _OPENS_AGAIN,
    "pending": "take it, hand it back or resolve it",
    "human": "hand it back or resolve it",
    "resolved": _OPENS_AGAIN,
}
"""What can be done instead, for the person who tried."""
