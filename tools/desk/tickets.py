"""Describe the ticket desk: what a ticket is, and the Protocols every desk fulfils."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from core.pictures import Picture
from tools.desk.ownership import WITH_PEOPLE, Ownership, Stage

Category = Literal["question", "request", "problem", "complaint", "feedback"]
Priority = Literal["low", "normal", "high", "urgent"]
Sentiment = Literal["positive", "neutral", "negative", "angry"]

MOST_LISTED = 20
"""Facts, and steps, that a ticket lists at most."""
TEXT_LIMITS = {"title": 120, "summary": 1500, "next_step": 500, "wish": 500}
"""The free texts of a ticket, which may name a person, and how many characters each may have."""


class Classification(BaseModel, frozen=True, extra="forbid"):
    """Where a message belongs and how soon somebody should see it."""

    category: Category = Field(description="What kind of message it is.")
    queue: str = Field(max_length=64, description="Which team handles it: the name of one of the listed queues.")
    priority: Priority = Field(
        description="urgent: fraud, danger or legal threats; high: money or an event is at stake, or the customer is "
        "angry; low: a general question; otherwise normal."
    )
    sentiment: Sentiment = Field(description="How the customer feels.")
    language: str = Field(pattern=r"^[a-z]{2,3}$", description="Language of the customer as a two-letter code, or und.")


class TicketDraft(Classification, frozen=True, extra="forbid"):
    """What a colleague has to know to go on without asking again."""

    title: str = Field(
        default="", max_length=TEXT_LIMITS["title"], description="What it is about, in at most eight words."
    )
    summary: str = Field(
        min_length=1, max_length=TEXT_LIMITS["summary"], description="What happened, in two or three sentences."
    )
    facts: tuple[str, ...] = Field(
        (),
        max_length=MOST_LISTED,
        description="Facts found in the conversation or by tools, for example a booking's status.",
    )
    steps_tried: tuple[str, ...] = Field((), max_length=MOST_LISTED, description="What the assistant already did.")
    next_step: str = Field(max_length=TEXT_LIMITS["next_step"], description="What the colleague should do next.")
    wish: str = Field(max_length=TEXT_LIMITS["wish"], description="What the customer wants, in one sentence.")


Reason = Literal[
    "asked",
    "angry",
    "fraud",
    "billing_dispute",
    "rule",
    "repeated_failure",
    "budget",
    "no_source",
    "unavailable",
    "other",
]
"""Why a conversation goes to a person: the customer asked, is angry, reports fraud or disputes a charge; a rule of the
shop requires it; attempts failed again and again; the turn's budget is spent; no source answers; the model is down; or
what the model itself gave as its reason."""
NoteKind = Literal["customer", "reply", "internal", "notice"]
"""Who a note is from: the customer, a person to the customer, a colleague, or the desk itself to the customer."""


@dataclass(frozen=True, kw_only=True)
class TicketRequest:
    """What is known when a conversation goes to a person."""

    thread_id: str
    customer_id: str | None
    reason: Reason
    detail: str
    """The reason in words, for the colleague."""
    draft: TicketDraft
    transcript: str = ""
    """The newest part of the conversation, one line a message."""
    channel: str = "chat"
    locale: str = "en"
    callback: bool = False
    """Nobody is at the desk: the customer was told that somebody gets back later."""


@dataclass(frozen=True, kw_only=True)
class TicketNote:
    """One message that was added to a ticket."""

    author: str
    """customer, agent, or the name of an operator."""
    kind: NoteKind
    text: str
    created_at: datetime
    key: str = ""
    """What a repetition is known by."""


@dataclass(frozen=True, kw_only=True)
class Rating:
    """What the customer thought of the outcome."""

    stars: int
    """1 (bad) to 5 (good)."""
    comment: str
    rated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket as the desk knows it now; instants are in UTC."""

    id: str
    thread_id: str
    customer_id: str | None
    reason: Reason
    detail: str
    draft: TicketDraft
    ownership: Ownership
    created_at: datetime
    transcript: str = ""
    channel: str = "chat"
    locale: str = "en"
    callback: bool = False
    rating: Rating | None = None
    tags: tuple[str, ...] = ()
    snoozed_until: datetime | None = None
    """Until when it stays out of the queue, unless the customer writes."""
    merged_into: str | None = None
    """The ticket that goes on with it."""
    notes: tuple[TicketNote, ...] = field(default=())

    @property
    def status(self) -> Stage:
        """Return who owns the conversation: pending, human, resolved, or bot once it was handed back."""
        return self.ownership.stage

    @property
    def with_people(self) -> bool:
        """Say whether a person is awaited or at work."""
        return self.status in WITH_PEOPLE


@dataclass(frozen=True, kw_only=True)
class TicketChange:
    """What an operator changes of a ticket; None leaves a field as it is."""

    queue: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] | None = None
    snoozed_until: datetime | None = None
    """An instant that has passed brings it back into the queue."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message of the desk that has to reach the customer's conversation."""

    key: str
    ticket_id: str
    thread_id: str
    author: str
    """An operator's name, or `desk` for a notice of the desk itself."""
    text: str
    pictures: tuple[Picture, ...] = ()
