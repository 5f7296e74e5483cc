"""Define what requests and answers look like; the OpenAPI document is made from these."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tools.record_cards import Card


def _readable(text: str) -> str:
    """Drop what no database keeps and no screen shows."""
    return text.replace("\x00", "")


Text = Annotated[str, Field(min_length=1), AfterValidator(_readable)]
Locale = Annotated[str, Field(max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class Strict(BaseModel):
    """Refuse fields that are not known, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Failure(BaseModel):
    """Say in one line what is wrong and what to do."""

    detail: str


class MessageIn(Strict):
    """Bring a message of the customer."""

    text: Text
    thread_id: UUID | None = Field(None, description="The thread to go on with; leave it out to begin one.")
    locale: Locale | None = Field(None, description="The customer's language; the business's own if none is named.")
    channel: Literal["chat", "voice", "email", "api"] = "chat"
    answers: list[Annotated[str, Field(max_length=64)]] = Field(
        default=[],
        max_length=20,
        description="Ids of the actions that this yes or no is for; refused with 409 when they are not what was asked "
        "last.",
    )


class SourceOut(BaseModel):
    """Name an article passage that a reply cites."""

    number: int
    page: str = Field(description="Path on this server of a page that shows the passage.")
    article_id: str
    title: str
    headings: list[str]
    url: str


class AskOut(BaseModel):
    """An action the customer is asked to agree to, exactly as it would be carried out."""

    id: str
    preview: str
    open: bool = Field(description="Whether a yes still counts.")
    state: str = Field(description="State of the action: proposed, done, rejected and so on.")
    words: str = Field(description="How it stands.")


class OwnThreadOut(BaseModel):
    """Name an own conversation."""

    thread_id: str
    first_words: str
    last_at: datetime
    ticket_id: str | None = Field(default=None, description="Its newest ticket; null where no person was asked.")
    state: str = Field(default="bot", description="How that stands: bot, pending, human or resolved.")
    operator: str | None = Field(default=None, description="Who has it.")


class OwnThreadsOut(BaseModel):
    """List own conversations, those with the newest words first."""

    threads: list[OwnThreadOut]


class ReplyRatingIn(Strict):
    """Bring whether a reply helped."""

    helpful: bool


class HandoffOut(BaseModel):
    """Say how a conversation stands with people."""

    ticket_id: str
    stage: Literal["pending", "human", "resolved"]
    operator: str | None = Field(description="Who has taken it.")
    callback: bool = Field(description="Nobody was at the desk: somebody gets back later.")
    writing: bool = Field(default=False, description="Whether a person writes in the conversation at the moment.")
    read_at: datetime | None = Field(default=None, description="Until when people have read the conversation.")


class ReplyOut(BaseModel):
    """What the customer reads."""

    text: str = Field(
        description="Empty while people have the conversation (`owner` is `pending` or `human`): the message was "
        "added to the ticket, the "
        "agent stays silent, and the person's answer comes into the thread."
    )
    sources: list[SourceOut]
    owner: str = Field(description="Who answers from now on: `bot`, or the stage of the ticket that people have.")
    ticket_id: str | None = Field(
        description="Number of the ticket that people have, to be shown with an empty `text`; none while the agent "
        "answers."
    )


class MessageOut(BaseModel):
    """Say what has become of a message."""

    message_id: str
    thread_id: str
    status: Literal["waiting", "answered", "dead"] = Field(description="`dead`: a person has it, as the reply says.")
    reply: ReplyOut | None = Field(None, description="None while it waits.")
    disclosure: str | None = Field(None, description="To be shown before the first reply of a thread.")


class HeardOut(BaseModel):
    """Say what was heard of a voice message, which was not sent."""

    text: str = Field(description="What to send: what was heard, with spelled numbers joined.")
    heard: str = Field(description="What was heard word by word.")
    seconds: float | None


class VoiceOut(MessageOut):
    """Say what was heard of a voice message, and what has become of it."""

    text: str = Field(description="What was sent in its place.")
    heard: str = Field(description="What was heard word by word.")


class VoiceAbility(BaseModel):
    """Say whether voice messages are understood here, and which."""

    available: bool
    max_seconds: int
    max_mb: int
    formats: str


class ImageOut(BaseModel):
    """Name a picture that a customer sent."""

    id: str
    url: str = Field(description="Path on this server where it can be had, with the token of the conversation.")
    width: int
    height: int


class Said(BaseModel):
    """One message of a conversation."""

    id: str
    role: Literal["customer", "agent", "operator"]
    text: str
    at: datetime | None = Field(default=None, description="When it was written, where that is known.")
    author: str | None = Field(default=None, description="Who wrote it, for a person's words.")
    helpful: bool | None = Field(default=None, description="What the customer thought of it.")
    choices: list[str] = Field(default=[], description="Answers to choose from, for the newest message.")
    heard: str | None = Field(default=None, description="What was heard word by word, of a voice message.")
    images: list[ImageOut] = Field(default=[], description="The pictures that came with it.")
    sources: list[SourceOut] = []
    cards: list[Card] = Field(default=[], description="The records that were looked up for it.")
    asks: list[AskOut] = Field(default=[], description="What it asks the customer to agree to.")
    waiting: bool = Field(default=False, description="True for a message that has no answer yet.")


class ThreadOut(BaseModel):
    """A conversation as its customer sees it."""

    thread_id: str
    disclosure: str
    owner: str
    ticket_id: str | None
    handoff: HandoffOut | None = Field(default=None, description="Set once people had it, until the agent has it.")
    messages: list[Said]


class RatingIn(Strict):
    """Bring what the customer thought of a conversation."""

    score: int = Field(ge=1, le=5)
    comment: Annotated[str, AfterValidator(_readable)] = Field("", max_length=2000)


class ChatOut(BaseModel):
    """Say what a page has to know before somebody writes."""

    shop: str
    disclosure: str
    open_chat: bool = Field(description="Whether visitors nobody knows get a token here.")
    voice_seconds: int | None = Field(description="How long a voice message may be; none where nobody listens.")
    greeting: str = Field(description="How the business greets; empty where it left that to the page.")
    reply_time: str = Field(description="When people answer; empty where the business does not say.")
    suggestions: list[str] = Field(description="First questions to choose from.")
    logo: str | None = Field(description="Path on this server of the logo.")
    avatar: str | None = Field(description="Path on this server of the picture of the assistant.")
    sign_in: str | None = Field(description="Where customers sign in.")
    image_mb: int = Field(description="How large a picture of a message may be, in megabytes.")
    link_hosts: list[str] = Field(description="Hosts whose https addresses a reply may link.")


class TokenOut(BaseModel):
    """A short-lived token for a visitor nobody knows."""

    token: str
    expires_in: int = Field(description="Seconds.")
    disclosure: str


class OperatorReply(Strict):
    """Bring an operator's words for the customer."""

    text: Text = Field(max_length=20_000)
    key: str = Field(
        "",
        max_length=100,
        description="Any id of the sender; the same reply under the same key counts once, another one is refused "
        "(422).",
    )


class SuggestionOut(BaseModel):
    """A reply for an operator to edit."""

    text: str


class Decision(Strict):
    """Bring a decision on an action that waits for approval."""

    decision: Literal["approve", "reject", "edit"]
    args: dict[str, Any] | None = Field(None, description="The arguments to change, for `edit`.")
    note: Annotated[str, AfterValidator(_readable)] = Field("", max_length=2000)


class ActionOut(BaseModel):
    """An action as staff decide on it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    thread_id: str
    customer_id: str
    tool: str
    args: dict[str, Any]
    preview: str
    why: str | None = Field(validation_alias="approval", description="Why staff has to agree.")
    state: str
    words: str = Field(description="How it stands, as the customer is told.")
    proposed_at: datetime


class ActionsOut(BaseModel):
    """List actions, oldest first."""

    actions: list[ActionOut]


class TicketsOut(BaseModel):
    """List tickets, oldest first."""

    tickets: list[dict[str, Any]]


class Health(BaseModel):
    """Say how the server is."""

    ok: bool
    parts: dict[str, str] = {}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of failures by status."""
    words = {
        400: "The body is not JSON.",
        401: "No valid token.",
        403: "The role of the token may not do this.",
        404: "It does not exist, or belongs to somebody else.",
        408: "The body came too slowly.",
        409: "It cannot be done as things stand.",
        413: "The body is too large.",
        415: "The body is not declared as JSON.",
        422: "The body or a parameter does not fit.",
        429: "Too much at a time; `Retry-After` says when to try again.",
        503: "A part of the service does not answer; `Retry-After` says when to try again.",
        504: "It takes longer than a request may last; the message is kept and will be answered.",
    }
    return {status: {"model": Failure, "description": words[status]} for status in statuses}


WRITING = failures(400, 401, 403, 404, 408, 413, 415, 422, 429, 503)
ACTING = WRITING | failures(409)
READING = failures(401, 403, 404, 422, 503)
STREAM = "text/event-stream"
FOLLOWING = READING | {200: {"description": "A stream of events.", "content": {STREAM: {}}}}
