"""Define a conversation file: who the customer is, what they say, and what must be true afterwards."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
"""What a conversation is an example of, in the suite's own words."""
Text = Annotated[str, Field(min_length=1)]


Item = TypeVar("Item")
Many = Annotated[tuple[Item, ...], Strict(False)]
"""What a file writes as a list."""
OneOrMany = Annotated[Many[Item], BeforeValidator(lambda written: written if isinstance(written, list) else (written,))]


class Section(BaseModel):
    """Refuse unknown keys and values of the wrong type, so that a misspelt label is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=False)


class When(Section):
    """Say which replies a line answers; every condition that is given must hold."""

    confirmation: bool | None = None
    """The agent listed what it is going to do and waits for a yes."""
    words: Many[Text] = ()
    """The reply holds one of these, in any letter case."""
    owner: Literal["bot", "human"] | None = None


class Line(Section):
    """One thing the customer says; in a file, a plain text stands for a line that is always said."""

    say: str
    repeat: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """How often the text stands in the message, for enormous ones."""
    when: When | None = None
    """Skip the line unless the last reply is like this."""

    @model_validator(mode="before")
    @classmethod
    def _text_is_a_line(cls, value: Any) -> Any:
        return {"say": value} if isinstance(value, str) else value

    @property
    def text(self) -> str:
        """Return the whole message."""
        return self.say * self.repeat


class Answer(Section):
    """A branch: what the customer says, before their next line, whenever a reply is like this."""

    to: When
    say: str
    times: Annotated[int, Field(ge=1, le=10)] = 1


class GoldAction(Section):
    """One call of a write tool with its exact arguments."""

    tool: Text
    args: Mapping[str, Any]


class Before(Section):
    """How the records differ from the suite's when the conversation starts."""

    records: Mapping[str, Mapping[str, Mapping[str, Any]]] = Field(default_factory=dict)
    """Fields of records by their table and id; in a file, a table may also stand beside `actions`."""
    actions: Many[GoldAction] = ()
    """What was done before through the same tools."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        tables = {name: records for name, records in value.items() if name not in ("records", "actions")}
        value = {name: value[name] for name in value if name not in tables}
        if tables:
            value["records"] = {**value.get("records", {}), **tables}
        return value


class ToolRule(Section):
    """Tools that must and must not be called."""

    must: Many[Text] = ()
    must_not: Many[Text] = ()
    in_order: Many[Text] = ()
    """Tools that must be called one after the other; others may be called between them."""


class Fact(Section):
    """Something a reply says, in any of these spellings; in a file, a plain text stands for the only one."""

    any: Annotated[Many[Text], Field(min_length=1)]
    turn: Annotated[int, Field(ge=1)] | None = None
    """Which reply, counted from 1; without it any of them."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"any": (value,)}
        return {"any": value} if isinstance(value, list) else value


class Facts(Section):
    """What the replies must and must not say."""

    must: Many[Fact] = ()
    must_not: Many[Fact] = ()


class Expect(Section):
    """What must be true after the conversation; what is left out is not judged."""

    actions: Many[GoldAction] = ()
    """Gold actions: replayed on fresh records they give the records that must be there; none means nothing changed."""
    also_right: Many[Many[GoldAction]] = ()
    """Other action lists that are as good."""
    tools: ToolRule = ToolRule()
    procedures: Many[Text] | None = None
    """The procedures that were followed, in the order in which they began."""
    facts: Facts = Facts()
    cites: Many[OneOrMany[Text]] = ()
    """Articles that must be cited; a list in the list means one of these."""
    owner: Literal["bot", "human", "any"] = "bot"
    ticket: Mapping[str, OneOrMany[str]] = Field(default_factory=dict)
    """Ticket fields and the values that are right."""
    rejects: bool = False
    """The customer's message is refused with a clear error instead of a reply."""
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = "en"
    max_requests: Annotated[int, Field(ge=0)] | None = None
    """Most model requests of the whole conversation."""
    max_tokens: Annotated[int, Field(ge=0)] | None = None
    max_seconds: Annotated[float, Field(gt=0, strict=False)] | None = None


class Scenario(Section):
    """One conversation and what must be true after it."""

    id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{2,60}$")]
    """The file's name without its ending."""
    kind: Kind
    customer: Text | None
    """Who is signed in, or null in an open chat."""
    who: Text = "A customer."
    wants: Text
    knows: Many[Text] = ()
    does_not_know: Many[Text] = ()
    persona: Text | None = None
    """How they write and behave, for a model that plays them."""
    channel: Literal["chat", "voice", "email", "api"] = "chat"
    locale: Text = "en"
    lines: Annotated[Many[Line], Field(min_length=1)]
    answers: Many[Answer] = ()
    before: Before = Before()
    expect: Expect
