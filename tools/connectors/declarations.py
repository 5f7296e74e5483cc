"""Describe a connector's file: where its tools come from, and what each may do."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = str | dict[str, str]
"""A sentence, or one for each language by its code."""


class Section(BaseModel):
    """A part of a file; a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def one_of(*names: str) -> Any:
    """Return what makes sure that a section has exactly one of these parts."""

    def check(section: Any) -> Any:
        came = [name for name in names if getattr(section, name)]
        if len(came) != 1:
            listed = f"{', '.join(names[:-1])} and {names[-1]}"
            raise ValueError(f"exactly one of {listed}; came {', '.join(came) or 'none'}")
        return section

    return model_validator(mode="after")(check)


class Rule(Section):
    """A condition that has to hold before a write."""

    must: str
    """CEL over `args`, `customer`, `now` and the records looked at."""
    say: Text
    """What the customer is told where it does not hold."""


class Outcome(Section):
    """How to find out what became of a write that was perhaps done."""

    tool: str
    """A read; its arguments are those of the write that have the same names."""
    done: str | None = None
    """CEL over `args`, `before` and `record` that holds when the write was done; else an unchanged record tells."""


class ReadPerItem(Section):
    """A read for each item of a list, whose results are a list, too."""

    tool: str
    each: str
    """Path of the list: `record.flights`, `args.flights`."""
    args: dict[str, str] = Field(default_factory=dict)
    """Field of the item for each argument; a dot is the item itself."""


class Approval(Section):
    """When staff has to agree, and why."""

    when: str
    because: Text
    """Ends the sentence "A colleague has to agree first, because …"."""


class Limit(Section):
    """How often one customer may have something done before staff decides."""

    most: Annotated[int, Field(ge=0)]
    days: Annotated[int, Field(ge=1, le=365)]


class ReadAhead(Section):
    """When a read is done ahead of the model: for each identifier in the message, or when its records are named."""

    pattern: str | None = None
    """What an identifier looks like, in RE2's syntax."""
    into: str | None = None
    """The argument that takes it."""
    when: Literal["few"] | None = None
    """Without arguments, where the message names what the tool is called after."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.pattern) != bool(self.into) or bool(self.pattern) == bool(self.when):
            raise ValueError("either pattern and into, or when: few")
        return self


class ToolDeclaration(Section):
    """What a tool may do."""

    effect: Literal["read", "write"]
    tool: str | None = None
    """What the source calls it, where it is to have another name here: two sources may have tools of one name."""
    description: str | None = None
    """What the model reads about it; by default what its source says."""
    owner: str | None = None
    """CEL over `result` and `customer`: whether a record is the customer's own."""
    open: bool = False
    """Whether somebody who is not signed in may call it."""
    look: str | dict[str, str | ReadPerItem] = Field(default_factory=dict)
    """Reads that a write is planned on: a tool, whose result is `record`, or tools by the name of their result."""
    once: list[str] = Field(default_factory=list)
    """Arguments that make two calls the same one; by default all."""
    outcome: str | Outcome | None = None
    bind: dict[str, Any] = Field(default_factory=dict)
    """Arguments that no model fills in: $customer, $thread, $locale, $now, $today, $key, $state, or a value."""
    ask: Text | None = None
    """What the customer is asked to agree to, with {argument} and {record.field}."""
    done: Text | None = None
    also_called: list[str] = Field(default_factory=list)
    approve: Approval | None = None
    """CEL like a rule's: where it does not fail to hold, staff has to agree."""
    rules: list[Rule] = Field(default_factory=list)
    limit: Limit | None = None
    rank: int = 0
    card: list[str] | dict[str, Text] = Field(default_factory=dict)
    """Fields of the result that a page shows, in their order, each with its label if it has one of its own."""
    personal: list[str] = Field(default_factory=list)
    """Fields of the result and arguments whose values stay out of logs, tickets and an erased person's audit trail."""
    ahead: ReadAhead | None = None

    @property
    def card_labels(self) -> dict[str, Text]:
        """Return the fields of the card, each with its label or nothing."""
        return self.card if isinstance(self.card, dict) else dict.fromkeys(self.card, "")

    @property
    def looks(self) -> dict[str, str | ReadPerItem]:
        """Return the reads a write is planned on, by the name of their result."""
        if isinstance(self.look, dict):
            return self.look or ({"record": self.outcome_read.tool} if self.outcome_read else {})
        return {"record": self.look}

    @property
    def outcome_read(self) -> Outcome | None:
        """Return how an unsure write is looked up, or None."""
        return Outcome(tool=self.outcome) if isinstance(self.outcome, str) else self.outcome


class McpServer(Section):
    """An MCP server: a command that is started, or an address."""

    command: str | None = None
    args: list[str] = Field(default_factory=list)
    env: dict[str, str] = Field(default_factory=dict)
    url: str | None = None
    auth: Literal["client_credentials"] | None = None
    """OAuth with the client id and secret of SUPPORT_CONNECTOR_SECRETS."""

    _whole = one_of("command", "url")


class OpenApi(Section):
    """An HTTP API with a description."""

    file: str
    url: str | None = None
    """Root of the API; by default the first server of the description."""
    private: bool = False
    """Whether it stands inside the network we run in."""


class State(Section):
    """Where the records of a connector's own tools are kept: a copy of a file of the folder, whose path is $state."""

    sql: str | None = None
    """A file of SQL that makes an SQLite database."""
    file: str | None = None
    """A JSON file, its records by table and id."""

    _whole = one_of("sql", "file")


class Snapshot(Section):
    """How the records behind a server are told before and after a conversation; only evaluations ask.

    Without one, they are those of `state`.
    """

    file: str | None = None
    """JSON files that a started server writes to $data, as a pattern: `*.json`."""
    at: str | None = None
    """Path of the tables in such a file."""
    first: str | None = None
    """A read without arguments that makes the server write its file."""
    records: dict[str, str | ReadPerItem] = Field(default_factory=dict)
    """Reads of the customer's records, by the name of their result, as a write's `look`."""
    reset: str | None = None
    """A tool of the source that puts the start state back; without it, each conversation starts a server anew."""

    _whole = one_of("file", "records")


class Shop(Section):
    """A shop, whose tools and rules are part of the program; SUPPORT_ORDERS_URL names its records."""

    policy: str | None = None
    """A file of what is allowed, in the form of the sample's `policy.yaml`; without it that one counts."""
    data: str | None = None
    """A file that `support-agent orders import` reads: it fills an SQLite database that is not there yet."""
    shift_dates: bool = False
    """Whether its dates are moved as if it had been written today."""
    tracking_url: Annotated[str | None, Field(pattern=r"^https://[A-Za-z0-9.:-]+/[!-~]*\{id\}[!-~]*$")] = None
    """The carrier's page about a parcel, for example https://track.example/{id}; without it none is linked."""
    idempotency_keys: bool = True
    """Whether an API of the shop's own remembers changes by their Idempotency-Key."""


class ConnectorFile(Section):
    """A connector: one source, and its tools by name. What is not listed does not exist for the model."""

    python: str | None = None
    mcp: McpServer | None = None
    openapi: str | OpenApi | None = None
    shop: Shop | None = None
    tools: dict[str, ToolDeclaration] = Field(default_factory=dict)
    bind: dict[str, Any] = Field(default_factory=dict)
    """As a tool's own, for every tool that has an argument of the name."""
    state: State | None = None
    snapshot: Snapshot | None = None
    result: str | None = None
    """Path of what counts in a result, where the source wraps it."""
    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 10.0

    _one_source = one_of("python", "mcp", "openapi", "shop")

    @model_validator(mode="after")
    def _shop_alone(self) -> Self:
        if self.shop and (self.tools or self.bind or self.state):
            raise ValueError("a shop brings its tools with it, so that tools, bind and state are not read beside shop")
        return self


def in_language(text: Text, locale: str) -> str:
    """Return a sentence in a language, in English, or in the first one there is."""
    return text if isinstance(text, str) else text.get(language_said(text, locale, ""), "")


def language_said(text: Text | None, locale: str, otherwise: str) -> str:
    """Return the language in which `in_language` says a sentence; `otherwise` where it is written in one only."""
    if text is None or isinstance(text, str):
        return otherwise if text else "en"
    spoken = (locale, locale.split("-")[0].lower(), "en")
    return next((language for language in spoken if text.get(language)), next(iter(text), otherwise))
