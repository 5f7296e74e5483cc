"""Say how conversations ended, from the rows of their turns: pure functions."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

QUIET_SECONDS = 3600
"""A conversation counts as over once nobody has written for so long."""
RETURN_SECONDS = 72 * 3600
"""Who comes back within so long was not helped: the resolution is taken back."""
HAPPY_STARS = 4
"""From so many stars on, a rating confirms."""
Ending = Literal["going_on", "resolved", "handed_over", "abandoned", "unanswered"]
Outcome = Literal["going_on", "verified", "assumed", "returned", "unanswered", "handed_over", "abandoned"]
OUTCOMES: tuple[Outcome, ...] = ("verified", "assumed", "returned", "unanswered", "handed_over", "abandoned")
"""Of the conversations that are over, each has exactly one of these."""


@dataclass
class Conversation:
    """What the turns of one conversation come to."""

    thread_id: str
    began_at: float = 0.0
    last_at: float = 0.0
    handed_over: bool = False
    reason: str | None = None
    """Why it went to a person last."""
    asks: bool = False
    """The last reply was a question to the customer."""
    unanswered: bool = False
    """The newest message that asked for anything got no answer."""
    confirmed: bool = False
    """In the newest message that said anything of the matter, the customer said that it is settled."""
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    turns: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds to each reply of the agent."""
    articles: list[str] = field(default_factory=list)
    """Titles that were cited, the newest turn's last."""
    tools: list[str] = field(default_factory=list)

    def ending(self, now: float) -> Ending:
        """Say how it ended: with a person, with a question left alone, unanswered, or with the agent's answer."""
        if self.handed_over:
            return "handed_over"
        if now - self.last_at < QUIET_SECONDS:
            return "going_on"
        if self.confirmed and not self.unanswered:
            return "resolved"
        if self.asks:
            return "abandoned"
        return "unanswered" if self.unanswered else "resolved"

    def outcome(self, now: float, *, goal: bool, stars: int | None, returned: bool) -> Outcome:
        """Say what came of it; `goal`: a change was carried out, `returned`: the customer was back within 72 hours."""
        ending = self.ending(now)
        if ending != "resolved":
            return ending
        if returned or (stars is not None and stars < HAPPY_STARS - 1):
            return "returned"
        return "verified" if goal or self.confirmed or (stars or 0) >= HAPPY_STARS else "assumed"

    @property
    def topic(self) -> str:
        """What it was about: the article it cited last, or else the tool it used last; nothing where what was asked
        last got no answer, which no earlier article is about.
        """
        if self.unanswered:
            return ""
        return self.articles[-1] if self.articles else self.tools[-1].replace("_", " ") if self.tools else ""


def conversations_of(turns: Iterable[Any]) -> dict[str, Conversation]:
    """Add turns (rows of FIGURES), oldest first, up by conversation, in the order of their last turns."""
    found: dict[str, Conversation] = {}
    for turn in turns:
        one = found.pop(turn.thread_id, None) or Conversation(turn.thread_id, began_at=turn.at)
        found[turn.thread_id] = one  # put at the end: it wrote last
        one.last_at = turn.at
        one.handed_over = one.handed_over or turn.handoff is not None
        one.reason = turn.handoff or one.reason
        one.asks = turn.asks
        if turn.answered is not None:
            one.unanswered = not turn.answered
        # Thanks and a farewell behind it take nothing back; a further question does.
        one.confirmed = bool(turn.confirmed) or (one.confirmed and turn.answered is None)
        one.requests += turn.requests
        one.input_tokens += turn.input_tokens
        one.output_tokens += turn.output_tokens
        one.turns += 1
        one.articles += _listed(turn.articles)
        one.tools += _listed(turn.tools)
        if not turn.silent:
            one.waits.append(turn.waited)
    return found


def came_back(conversations: Iterable[Conversation], owners: Mapping[str, str]) -> set[str]:
    """Return the conversations whose customer began another one within 72 hours of their end, if they have an owner."""
    of_owner: dict[str, list[Conversation]] = {}
    for one in conversations:
        if owner := owners.get(one.thread_id):
            of_owner.setdefault(owner, []).append(one)
    return {
        one.thread_id
        for theirs in of_owner.values()
        for one in theirs
        if any(0 < later.began_at - one.last_at <= RETURN_SECONDS for later in theirs)
    }


def backlog(spans: Sequence[tuple[datetime, datetime | None]], hours: Sequence[datetime]) -> list[int]:
    """Return how many tickets were open at each of these instants; a span is from the opening to the closing."""
    return [sum(opened <= at and (closed is None or closed > at) for opened, closed in spans) for at in hours]


def _listed(kept: str | None) -> list[str]:
    return [str(name) for name in json.loads(kept)] if kept else []
