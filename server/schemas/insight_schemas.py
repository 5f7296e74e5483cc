"""Define the figures of the insight page; each names the conversations it counts."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field


class Figure(BaseModel):
    """A count and the newest of what it counts."""

    count: int
    threads: list[str] = Field(description="Ids of conversations, the newest first, at most 100.")


class Day(BaseModel):
    """What happened on one day."""

    day: date
    resolved: Figure
    handed_over: Figure
    abandoned: Figure
    ended_unanswered: Figure = Field(description="The last thing that was asked got no answer.")
    outcomes: dict[str, int] = Field(description="How the conversations that ended on it came out.")
    requests: int
    tokens: int
    by_request: Decimal | None = Field(description="What the requests cost, or null where no price is known.")
    by_token: Decimal | None


class Reason(BaseModel):
    """How often conversations went to a person for one reason."""

    reason: str
    figure: Figure


class Spread(BaseModel):
    """How long something took, in seconds."""

    count: int
    median: float | None
    p90: float | None
    slowest: list[str] = Field(description="Conversations in which it took longest.")


class Stars(BaseModel):
    """How many conversations were rated with so many stars."""

    stars: int
    figure: Figure


class Unanswered(BaseModel):
    """A question that no article answered."""

    question: str = Field(description="As it was asked last, private data hidden.")
    alike: list[str] = Field(description="Other wordings of the same question.")
    last_at: datetime
    figure: Figure


class Evaluation(BaseModel):
    """What one evaluation run came to."""

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


Outcome = Literal["going_on", "verified", "assumed", "returned", "unanswered", "handed_over", "abandoned"]


class Counted(BaseModel):
    """One conversation with everything that figures count of it: the export is a list of these."""

    thread_id: str
    customer: str | None = Field(description="Id of the customer; null for visitors and where it was erased.")
    began_at: datetime
    ended_at: datetime
    first_line: str
    topic: str = Field(description="The article it cited last, or the tool it used last; empty where unanswered.")
    queue: str = Field(description="Queue of its ticket; empty where it has none.")
    channel: str
    language: str
    outcome: Outcome
    reason: str = Field(description="Why it went to a person; empty where it did not.")
    operator: str = Field(description="Who closed or has its ticket.")
    turns: int
    requests: int
    tokens: int
    agent_reply_seconds: float | None = Field(description="Until the agent's first reply.")
    first_reply_seconds: float | None = Field(description="Until a person's first reply, in opening hours.")
    resolution_seconds: float | None = Field(description="How long people had it, in opening hours, until it closed.")
    sla_missed: bool | None = Field(description="Whether a person answered later than promised; null without a ticket.")
    stars: int | None
    comment: str


class Rate(BaseModel):
    """How many of the conversations that are over ended in one way."""

    name: str
    count: int
    share: float | None = Field(description="Of all that are over; null where there are none.")
    share_before: float | None = Field(description="The same in the period of equal length before.")


class Group(BaseModel):
    """What came of the conversations that have something in common."""

    name: str
    over: int
    outcomes: dict[str, int]


class Named(Figure):
    """In how many conversations something occurred."""

    name: str


class Comment(BaseModel):
    """A customer's rating with words."""

    thread_id: str
    stars: int
    comment: str


class Satisfaction(BaseModel):
    """How content customers were who said so."""

    rated: int
    share: float | None = Field(description="Of the ratings, those of 4 and 5 stars (CSAT).")
    share_before: float | None
    comments: list[Comment]


class Service(BaseModel):
    """How one person did."""

    operator: str
    tickets: int
    first_reply_median: float | None
    resolution_median: float | None
    missed: int
    rated: int
    happy: int


class Backlog(BaseModel):
    """How many tickets were open at an instant."""

    at: datetime
    open: int


class InsightOut(BaseModel):
    """How it is going."""

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
    first_reply: Spread = Field(description="From the handoff to a person's first reply, in opening hours.")
    resolution: Spread = Field(description="From the handoff to the closing of the ticket, in opening hours.")
    requests: int
    tokens: int
    requests_a_resolution: float | None = Field(description="Model requests for each conversation the agent resolved.")
    currency: str
    by_request: Decimal | None
    by_token: Decimal | None
    ratings: list[Stars]
    average_rating: float | None
    over: int = Field(description="Conversations that are over: all but those that go on.")
    over_before: int
    outcomes: list[Rate]
    containment: Rate = Field(description="Ended without a person.")
    groups: dict[str, list[Group]] = Field(description="By topic, queue, channel, language and operator.")
    satisfaction: Satisfaction
    sla: Rate = Field(description="Tickets that a person answered later than promised, of all that were due.")
    operators: list[Service]
    backlog: list[Backlog]
    articles: list[Named]
    stops: list[Named] = Field(description="Stopped procedures, each with its rule, the most frequent first.")
    actions: list[Named] = Field(description="Tools that were called, the busiest first.")
    cost_a_resolution: Decimal | None = Field(description="Null where no price is set or nothing was resolved.")
    filters: dict[str, list[str]] = Field(description="Values by which the figures can be narrowed.")
    unanswered: list[Unanswered]
    evaluations: list[Evaluation]


class ConversationsOut(BaseModel):
    """List what figures count, the newest first."""

    items: list[Counted]
