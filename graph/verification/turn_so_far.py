"""Read what was written, called and read in a turn before an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage

from core.message_marks import marks
from core.model_notes import NOTES
from graph.state import State, newest_turn, text_of


@dataclass(frozen=True)
class TurnSoFar:
    """A conversation up to the answer that is to come."""

    begun: AIMessage | None
    """The reply whose rest was held back: the answer goes on from it."""
    earlier: Sequence[AnyMessage]
    """All messages before it."""
    turn: Sequence[AnyMessage]
    """Those of the newest turn."""

    @classmethod
    def of(cls, state: State) -> "TurnSoFar":
        """Read a conversation."""
        last = state.messages[-1] if state.faults and state.messages else None
        begun = last if isinstance(last, AIMessage) else None
        earlier = state.messages[:-1] if begun else state.messages
        return cls(begun, earlier, newest_turn(earlier))

    @property
    def already_said(self) -> str:
        """Return what the customer has read of the answer."""
        return text_of(self.begun) if self.begun else ""

    @property
    def said_earlier(self) -> str:
        """Return what the customer has read in this turn before it."""
        return "\n".join(text_of(m) for m in self._replies)

    @property
    def asked(self) -> str:
        """Return what the customer has written."""
        return "\n".join(text_of(m) for m in self.turn if isinstance(m, HumanMessage))

    @property
    def read_last(self) -> str:
        """Return what the customer had read last when they wrote."""
        before = self.earlier[: len(self.earlier) - len(self.turn)]
        return next((text_of(m) for m in reversed(before) if isinstance(m, AIMessage) and text_of(m).strip()), "")

    @property
    def notes(self) -> str:
        """Return what results of calls tell the model alone, such as why a call was refused."""
        return "\n".join(m.text for m in self.turn if isinstance(m, ToolMessage) and m.text.startswith(NOTES))

    @property
    def newest_calls(self) -> tuple[ToolCall, ...]:
        """Return the newest calls, which have their results."""
        return next((tuple(m.tool_calls) for m in reversed(self._replies) if m.tool_calls), ())

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Return the sources that the customer has read in this turn."""
        read = [*self._replies, self.begun] if self.begun else self._replies
        return [source for m in read for source in marks(m).get("sources", ())]

    @property
    def was_heard(self) -> bool:
        """Say whether the customer spoke in a recording, in which others may speak as well, and longer."""
        return any("voice" in marks(m) for m in self.turn if isinstance(m, HumanMessage))

    @property
    def _replies(self) -> list[AIMessage]:
        return [m for m in self.turn if isinstance(m, AIMessage)]
