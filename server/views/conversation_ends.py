"""Say how conversations ended, from the rows of their turns: pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

QUIET_SECONDS = 3600
"""A conversation counts as over once nobody has written for so long."""
Ending = Literal["going_on", "resolved", "handed_over", "abandoned", "unanswered"]


class TurnRow(Protocol):
    """Hold what is counted of a turn."""

    thread_id: str
    at: float
    waited: float
    requests: int
    input_tokens: int
    output_tokens: int
    silent: bool
    handoff: str | None
    asks: bool
    question: str | None
    answered: bool | None


@dataclass
class Conversation:
    """Hold what the turns of one conversation come to."""

    thread_id: str
    last_at: float = 0.0
    handed_over: bool = False
    asks: bool = False
    """The last reply was a question to the customer."""
    unanswered: bool = False
    """The newest message that asked for anything got no answer."""
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    waits: list[float] = field(default_factory=list)
    """Seconds to each reply of the agent."""

    def ending(self, now: float) -> Ending:
        """Say how it ended: with a person, with a question of the agent left alone, without an answer, or with the agent's answer."""
        if self.handed_over:
            return "handed_over"
        if now - self.last_at < QUIET_SECONDS:
            return "going_on"
        if self.asks:
            return "abandoned"
        return "unanswered" if self.unanswered else "resolved"


def conversations_of(turns: Iterable[TurnRow]) -> dict[str, Conversation]:
    """Add turns up by conversation, in the order of their last turns; turns come oldest first."""
    found: dict[str, Conversation] = {}
    for turn in turns:
        one = found.pop(turn.thread_id, None) or Conversation(turn.thread_id)
        found[turn.thread_id] = one  # put at the end: it wrote last
        one.last_at = turn.at
        one.handed_over = one.handed_over or turn.handoff is not None
        one.asks = turn.asks
        if turn.answered is not None:
            one.unanswered = not turn.answered
        one.requests += turn.requests
        one.input_tokens += turn.input_tokens
        one.output_tokens += turn.output_tokens
        if not turn.silent:
            one.waits.append(turn.waited)
    return found
