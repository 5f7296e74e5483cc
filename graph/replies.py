"""Hold what comes out of a turn: its reply, and the events on the way to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, ToolMessage

from core.json_records import parsed_json
from core.message_marks import marks
from graph.state import Owner, State, newest_turn, text_of
from tools.desk.ownership import WITH_PEOPLE
from tools.record_cards import Card, Cards


@dataclass(frozen=True)
class Source:
    """One article passage that a reply cites."""

    number: int
    passage_id: str
    article_id: str
    title: str
    headings: tuple[str, ...]
    url: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What one turn brought about."""

    text: str
    """What the customer reads; empty while a person owns the thread."""
    sources: tuple[Source, ...]
    tools: tuple[str, ...]
    """Names of the tools that were called, in order."""
    owner: Owner
    ticket_id: str | None
    handoff: str | None
    """Why the turn went to a person, or None."""
    requests: int
    """Model requests of this turn."""
    input_tokens: int
    output_tokens: int
    thread_id: str
    stops: tuple[str, ...] = ()
    """Procedures that are stopped, each with the rule that did it: `cancel-booking: active`."""
    records: tuple[str, ...] = ()
    """Ids of the records that were looked up and have cards."""

    def to_dict(self) -> dict[str, Any]:
        """Return the reply as plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Progress:
    """A sentence about what the agent is doing."""

    text: str


@dataclass(frozen=True)
class Token:
    """A piece of the reply as it is being written."""

    text: str


BETWEEN_MESSAGES = "\n\n"
"""Stands between the messages of one reply, such as what was said before and after a look-up."""

Event = Progress | Token | Reply

REPLYING = ("receive", "reason", "verify", "confirm", "escalate")
"""The nodes whose messages the customer reads."""


def reply_text(event: Any) -> str:
    """Return the text of a streamed piece that the customer may read."""
    message, metadata = event
    if metadata.get("langgraph_node") not in REPLYING or not isinstance(message, AIMessage):
        return ""
    return text_of(message)


def read_reply(
    state: State, thread_id: str, *, already_read: int = 0, drawn: Mapping[str, Cards] | None = None
) -> Reply:
    """Read a finished turn out of the state, or what came after the messages that were already read.

    `drawn` describes the results of tools as cards, by the tools' names.
    """
    new = state.messages[already_read:] if already_read else newest_turn(state.messages)
    turn = [m for m in new if isinstance(m, AIMessage)]
    said = [m for m in turn if text_of(m).strip()]
    sources = {
        source["number"]: Source(**{**source, "headings": tuple(source["headings"])})
        for message in said
        for source in marks(message).get("sources", ())
    }
    return Reply(
        text=BETWEEN_MESSAGES.join(text_of(m) for m in said),
        sources=tuple(sources[number] for number in sorted(sources)),
        tools=tuple(call["name"] for m in turn for call in m.tool_calls),
        owner=state.owner,
        ticket_id=state.ticket_id if state.owner in WITH_PEOPLE else None,
        handoff=state.handoff,
        requests=state.usage["requests"],
        input_tokens=state.usage["input_tokens"],
        output_tokens=state.usage["output_tokens"],
        thread_id=thread_id,
        stops=tuple(
            f"{case['procedure']}: {case['stopped']['rule']}"
            for case in state.cases
            if case.get("stopped") and case["stopped"].get("rule")
        ),
        records=_records(new, drawn or {}),
    )


def _records(messages: Iterable[AnyMessage], drawn: Mapping[str, Cards]) -> tuple[str, ...]:
    results = [m for m in messages if isinstance(m, ToolMessage) and m.status == "success" and m.name in drawn]
    found = (card.id for m in results for card in cards_in(text_of(m), drawn[str(m.name)], "en"))
    return tuple(dict.fromkeys(found))


def cards_in(result: str, draw: Cards, locale: str) -> Sequence[Card]:
    """Return the cards of what a tool returned; none where that is no JSON any more, or a host's own words."""
    try:
        return draw(parsed_json(result), locale)
    except ValueError:
        return ()
