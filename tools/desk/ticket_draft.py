"""Describe what a ticket says: the JSON that a model writes, or the rules do."""

from typing import Literal

from pydantic import BaseModel, Field

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
