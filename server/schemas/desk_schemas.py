"""Define what the operator's desk shows: the queue, and a conversation with what went on behind it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from graph.procedures.authoring.chart import Edge
from ingest.drafts import Draft
from server.schemas.api_schemas import ImageOut, Strict, Text
from tools.actions.action import Event
from tools.desk.tickets import Priority

Tag = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\s,][^,\n]*$")]
Sla = Literal["none", "ok", "soon", "late"]
"""How a wait stands against the promised time; `none` where nobody waits for a person's words."""


class QueueItem(BaseModel):
    """One thing that waits for a person, or that a person is at."""

    id: str = Field(description="Number of the ticket, or id of the action.")
    kind: Literal["ticket", "approval"]
    thread_id: str
    customer_id: str | None
    state: str = Field(description="pending, human, resolved or bot for a ticket; awaiting_approval for an action.")
    operator: str | None = Field(description="Who has it.")
    queue: str
    priority: Priority
    reason: str
    title: str = Field(
        description="What it is about, by the customer's newest telling words; empty where there are none."
    )
    tags: list[str] = []
    snoozed_until: datetime | None = None
    callback: bool = False
    created_at: datetime
    changed_at: datetime = Field(description="When anybody last wrote or did something.")
    since: datetime | None = Field(default=None, description="Since when the customer waits for a person.")
    due: datetime | None = Field(default=None, description="Until when an answer was promised, by opening hours.")
    sla: Sla = "none"


class QueueOut(BaseModel):
    """List what waits, the most pressing first: overdue, then by priority and deadline; where nobody waits last."""

    items: list[QueueItem]


class CannedReply(BaseModel):
    """A prepared reply; `{customer}`, `{operator}`, `{ticket}` and `{shop}` in it are filled in by the page."""

    name: str
    language: str = ""
    """For customers of this language, in place of the one of the same name without a language."""
    title: str
    text: str


class PresenceIn(Strict):
    """Say what an operator has open."""

    thread_id: str = Field("", max_length=255)
    writing: bool = False


class TicketChangeIn(Strict):
    """Bring what is to be changed of a ticket; what is left out stays."""

    operator: str | None = Field(None, max_length=255, description="Whom it is given to; an empty text puts it back.")
    instead_of: str | None = Field(None, max_length=255, description="The colleague who has it now.")
    queue: str | None = Field(None, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    priority: Priority | None = None
    tags: list[Tag] | None = Field(None, max_length=20)
    snoozed_until: AwareDatetime | None = None


class NoteIn(Strict):
    """Bring a note for colleagues; `@name` mentions one of them."""

    text: Text = Field(min_length=1, max_length=20_000)
    key: str | None = Field(None, max_length=200, description="A repetition under the same key counts once.")


class MergeIn(Strict):
    """Name the ticket that goes on."""

    into: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


class DeskOut(BaseModel):
    """Say who works at which desk."""

    operator: str
    shop: str
    queues: list[str]
    role: str
    people: list[str] = Field(description="Operators who can be assigned or mentioned.")
    replies: list[CannedReply]
    reply_minutes: int = Field(description="Within how many minutes of opening hours an answer is promised.")
    image_mb: int = Field(description="How large a picture of a reply may be, in megabytes.")


class PassageOut(BaseModel):
    """A passage that a reply cites."""

    number: int
    article_id: str
    title: str
    headings: list[str]
    url: str
    text: str = Field(description="Empty when the passage is no longer in the index.")


class Step(BaseModel):
    """One tool call."""

    tool: str
    args: dict[str, Any]
    result: str = Field(description="What came back; empty while there is nothing.")
    failed: bool
    action_id: str | None = Field(description="The row of the ledger, for a change of records.")


class Entry(BaseModel):
    """One message with what led to it."""

    id: str
    role: Literal["customer", "agent", "operator", "desk", "note"]
    author: str = Field(default="", description="Name of the operator; empty for others.")
    text: str
    at: datetime | None = Field(default=None, description="When it was written, where that is known.")
    waiting: bool = Field(default=False, description="True for a message that has no answer yet.")
    sources: list[PassageOut] = []
    steps: list[Step] = Field(default=[], description="Tools that were called before it.")
    held_back: list[str] = Field(default=[], description="What the checks did not let through, as sentences.")
    ticket_id: str | None = Field(default=None, description="The ticket, for the notice of a handoff.")
    images: list[ImageOut] = Field(default=[], description="The pictures that came with it.")
    helpful: bool | None = Field(default=None, description="What the customer thought of it.")


class LedgerRow(BaseModel):
    """An action as the ledger has it; nothing in it was written by a model."""

    id: str
    tool: str
    args: dict[str, Any]
    asked_args: dict[str, Any] = Field(description="The arguments that an edit may change.")
    arguments: dict[str, Any] = Field(description="The JSON Schema of these arguments, by name.")
    preview: str
    why: str | None = Field(description="Why staff has to agree.")
    yes: str | None = Field(description="The words with which the customer agreed.")
    procedure: str | None = Field(description="The procedure that led to it, as name@version.")
    state: str
    words: str
    decided_by: str | None
    proposed_at: datetime
    steps: list[Event]


class SlotOut(BaseModel):
    """What a case knows of one slot."""

    name: str
    value: Any
    source: str = Field(description="message:ID of what the customer said, or call for an argument of the model's.")


class RuleOut(BaseModel):
    """A rule of a case as it stands."""

    name: str
    state: Literal["true", "false", "unknown"]
    must: str


class NodeOut(BaseModel):
    """A part of a procedure."""

    id: str
    kind: Literal["slot", "fact", "rule", "stop", "do"]
    name: str
    text: str
    state: Literal["open", "known", "true", "false", "done"] = Field(description="How it stands in the case.")


class CaseOut(BaseModel):
    """An open case of a procedure."""

    procedure: str
    version: str
    slots: list[SlotOut]
    facts: dict[str, Any] = Field(description="What was read of the business's records, by the call.")
    rules: list[RuleOut]
    asked: str | None = Field(description="The slot the customer was asked for last.")
    stopped_by: str | None = Field(description="The rule that stopped it; empty where nothing could be decided.")
    stopped_why: str | None
    chart: str = Field(description="The procedure as a Mermaid flowchart.")
    nodes: list[NodeOut] = Field(description="The parts of the procedure, as they stand.")
    edges: list[Edge]


class ConversationOut(BaseModel):
    """A conversation as an operator sees it."""

    thread_id: str
    customer_id: str | None
    verified_by: str | None = Field(description="How that is known.")
    owner: str
    locale: str
    entries: list[Entry]
    actions: list[LedgerRow]
    cases: list[CaseOut] = Field(description="Open cases of procedures, the one that is dealt with last.")
    ticket: dict[str, Any] | None
    item: QueueItem | None = Field(description="Its place in the queue, where it has one.")


class TakeIn(Strict):
    """Name the colleague whose ticket is taken over."""

    instead_of: str | None = Field(None, max_length=255)


class ProposalIn(Strict):
    """Bring the draft of an article."""

    question: Text = Field(max_length=500)
    answer: Text = Field(max_length=20_000)


class ProposalOut(BaseModel):
    """Name the draft; it is indexed once a person has released it."""

    draft: str


class Fact(BaseModel):
    """One thing that a connected system says."""

    name: str = Field(description="As the system calls it, for example `expected_delivery`.")
    value: str


class Record(BaseModel):
    """One record of a connected system about a customer."""

    kind: str = Field(description="What it was listed under, for example `angry`.")
    title: str
    status: str | None
    facts: list[Fact]


class Listed(BaseModel):
    """A conversation as lists show it."""

    thread_id: str
    customer_id: str | None
    first_line: str
    last_at: datetime
    channel: str
    locale: str
    ticket_id: str | None
    state: str = Field(description="State of its newest ticket; bot where it has none.")
    operator: str | None
    closed_at: datetime | None = Field(default=None, description="When people were done with its newest ticket.")
    snippet: str = Field(default="", description="Of what a search found, the newest text that has most of its words.")
    hits: list[str] = Field(default=[], description="The words of the search as they stand in snippet and first line.")


class ListedOut(BaseModel):
    """List conversations, those with the newest words first, or those closed last."""

    items: list[Listed]
    more: bool = Field(description="Whether there are older ones.")


class CustomerOut(BaseModel):
    """What is known of a customer."""

    id: str
    name: str
    contact: list[Fact]
    about: list[Fact]
    records: list[Record]
    earlier: list[Listed]


class DraftsOut(BaseModel):
    """The drafts that wait for review, the newest first."""

    drafts: list[Draft]


class DraftIn(Strict):
    """A draft as it is written anew."""

    title: Text = Field(min_length=1, max_length=500)
    text: Text = Field(min_length=1, max_length=50_000)


class ReleasedOut(BaseModel):
    """Where a released article is."""

    article: str
    published: bool = Field(
        description="Whether it is in the index already; without a business folder an ingest brings it there."
    )


class StaffLoginOut(BaseModel):
    """How staff signs in."""

    name: str | None = Field(description="What the provider is called; null where there is none.")
