"""Define the figures of the insight page; each names the conversations it counts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field


class Figure(BaseModel):
    """Hold a count and the newest of what it counts."""

    count: int
    threads: list[str] = Field(description="Ids of conversations, the newest first, at most 100.")


class Day(BaseModel):
    """Hold what happened on one day."""

    day: date
    resolved: Figure
    handed_over: Figure
    abandoned: Figure
    ended_unanswered: Figure = Field(description="The last thing that was asked got no answer.")
    requests: int
    tokens: int
    by_request: Decimal | None = Field(description="What the requests cost, or null where no price is known.")
    by_token: Decimal | None


class Reason(BaseModel):
    """Hold how often conversations went to a person for one reason."""

    reason: str
    figure: Figure


class Spread(BaseModel):
    """Hold how long something took, in seconds."""

    count: int
    median: float | None
    p90: float | None
    slowest: list[str] = Field(description="Conversations in which it took longest.")


class Stars(BaseModel):
    """Hold how many conversations were rated with so many stars."""

    stars: int
    figure: Figure


class Unanswered(BaseModel):
    """Hold a question that no article answered."""

    question: str = Field(description="As it was asked last, private data hidden.")
    last_at: datetime
    figure: Figure


class Evaluation(BaseModel):
    """Hold what one evaluation run came to."""

    name: str
    finished_at: datetime
    suite: str
    model: str
    agent: str
    conversations: int
    passed: float
    low: float
    high: float
    failures: list[dict[str, Any]]


class InsightOut(BaseModel):
    """Hold how it is going."""

    since: datetime
    until: datetime
    timezone: str
    conversations: Figure
    going_on: Figure
    resolved: Figure
    handed_over: Figure
    abandoned: Figure
    ended_unanswered: Figure = Field(description="The last thing that was asked got no answer.")
    days: list[Day]
    reasons: list[Reason]
    agent_reply: Spread = Field(description="From a message to the agent's reply.")
    first_reply: Spread = Field(description="From the handover to a person's first reply, in opening hours.")
    resolution: Spread = Field(description="From the handover to the closing of the ticket, in opening hours.")
    requests: int
    tokens: int
    requests_a_resolution: float | None = Field(description="Model requests for each conversation the agent resolved.")
    currency: str
    by_request: Decimal | None
    by_token: Decimal | None
    ratings: list[Stars]
    average_rating: float | None
    unanswered: list[Unanswered]
    evaluations: list[Evaluation]
