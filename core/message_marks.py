"""What the graph notes on messages beside their text: written and read through here, and stored under these names."""

from typing import Any, NotRequired, TypedDict, Unpack, cast

from langchain_core.messages import AnyMessage, BaseMessage

from core.pictures import Picture


class VoiceMark(TypedDict):
    """What is kept of a recording once its words were heard."""

    channel: str
    heard: str
    """The transcript word by word, empty where nothing was understood."""
    seconds: NotRequired[float | None]


class Marks(TypedDict, total=False):
    """Every note a message may carry; a name once stored stays readable."""

    sent_at: float
    """On a customer's message: when it was sent, in seconds since the epoch."""
    pictures: list[Picture]
    """On a customer's or an operator's message: the pictures that came with it."""
    voice: VoiceMark
    """On a customer's message that was spoken."""
    actions: dict[str, str]
    """On a message that calls writes for the ledger: call id to action id. Only the graph writes it."""
    procedure: str
    """On a call of a write: the procedure whose step it is, as the customer's words opened it; the graph writes it."""
    action: str
    """On a tool result: the action it reports on."""
    state: str
    """On such a result: where the action stood."""
    says: str
    """On a tool result: what the graph itself tells the customer of it."""
    asks: list[str]
    """On a reply: the proposed actions it asks a yes for."""
    asked_at: float
    """On such a reply: when it could be read, in seconds since the epoch."""
    tells: list[str]
    """On a reply: the actions whose end it reports."""
    sources: list[dict[str, Any]]
    """On a reply: the passages it cites, in order: number, passage_id, article_id, title, headings, url."""
    held_back: list[str]
    """On a reply: what was wrong with parts that were not shown; for colleagues only."""
    ticket_id: str
    """On a notice or a person's message: the ticket it belongs to."""
    handed_over: str
    """On a notice: the ticket that it opened or reopened."""
    author: str
    """On a person's message: who wrote it."""
    then: str
    """Where the turn goes next, as versions before 0.2 stored it; now `State.next_step`."""


def marks(message: BaseMessage | AnyMessage) -> Marks:
    """Return what is noted on a message."""
    return cast(Marks, message.additional_kwargs)


def mark(**noted: Unpack[Marks]) -> dict[str, Any]:
    """Return notes in the form a new message takes them, as `additional_kwargs`."""
    return dict(noted)


def marked(message: BaseMessage, **noted: Unpack[Marks]) -> dict[str, Any]:
    """Return a message's own notes with others over them, in the form a copy of it takes."""
    return {**message.additional_kwargs, **noted}
