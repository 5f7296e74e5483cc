"""Describe the file `business.yaml`: what a business is called and how its agent speaks."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from core.conditions import moment
from tools.business.business_rules import IdentityRule, Phrase, Section
from tools.connectors.declarations import Text
from tools.desk.hours import DeskHours
from tools.desk.queues import Queue


class HandoffTopic(Section):
    """A topic that only people handle."""

    words: Annotated[list[Phrase], Field(min_length=1)]
    """Phrases of a customer that give it away; a `*` stands for any end of a word."""
    say: Text = ""
    """What the customer is told first; by default that a person has to look at it."""
    queue: str | None = None
    """The team that gets the ticket; by default the one its words are like."""


Picture = Annotated[str, Field(pattern=r"^[\w./-]+\.(svg|png|webp|jpg)$")]
"""A file of the folder."""


class Appearance(Section):
    """What a customer sees first on the pages."""

    color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1b5e4b"
    """The brand's own, `#rrggbb`; the pages derive readable pairs from it, in light and in dark."""
    logo: Picture | None = None
    """Stands beside the name, and is the icon of the page."""
    avatar: Picture | None = None
    """Stands beside what the assistant says; by default the logo."""
    greeting: Text = ""
    reply_time: Text = ""
    """When people answer: "Our team usually replies within an hour"."""
    suggestions: list[str] | dict[str, list[str]] = Field(default_factory=list)
    """First questions to choose from."""
    sign_in: Annotated[str | None, Field(pattern=r"^https://")] = None
    """Where customers sign in."""


class Identity(IdentityRule):
    """How a customer whom no channel has signed in is found, and what they must prove; a shop finds them itself."""

    lookup: str | None = None
    """A read of a connector with arguments among `email`, `first_name`, `last_name` and `zip`; no model may call it."""
    customer: str = "customer_id"
    """Path of the customer's id in its result."""
    email: str = "email"
    """Path of the address that one-time codes go to."""


class BusinessLimits(Section):
    """Times that are promised to customers, or kept by them."""

    confirmation_minutes: Annotated[int | None, Field(ge=1, le=1440)] = None
    """How long a customer's yes counts after they were asked."""
    approval_hours: Annotated[int | None, Field(ge=1, le=720)] = None
    """How long staff has to decide."""
    reply_minutes: Annotated[int, Field(ge=1, le=60_000)] = 240
    """Minutes of opening hours within which customers are promised an answer of a person."""
    reopen_days: Annotated[int, Field(ge=0, le=3650)] = 14
    """Days after its closing in which a ticket is reopened instead of a new one made."""


class BusinessFile(Section):
    """What `business.yaml` may say; only the name has to be there."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    languages: list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]] = Field(default=["en"], min_length=1)
    """Languages it serves; the first is spoken where a customer's is not known."""
    tone: str = ""
    instructions: list[str] = Field(default_factory=list)
    """What the agent is told besides; a reply may rely on it, as on an article."""
    hours: str = "always"
    """When people are at the desk: `always`, or for example `Mon-Fri 09:00-17:00, Sat 10:00-14:00`."""
    timezone: str = "UTC"
    """Time zone of the hours, for example Europe/Berlin."""
    staffed: bool = True
    """False while nobody is at the desk, whatever the hours: tickets become call-backs."""
    limits: BusinessLimits = BusinessLimits()
    identity: Identity | None = None
    """Who an open chat is about; without it customers have to be signed in, but those of a shop."""
    link_hosts: list[str] = Field(default_factory=list)
    handoff: dict[str, HandoffTopic] = Field(default_factory=dict)
    queues: list[Queue] | str | None = None
    """The teams that tickets go to, or a file of the folder that lists them; by default one team for everything."""
    disclosure: Text = ""
    """What customers read before they begin: that no person answers, and how to reach one; {shop} is the name."""
    phrases: dict[str, Text] = Field(default_factory=dict)
    """Fixed sentences in the business's own words, by their key in `core/language/sentences`."""
    look: Appearance = Appearance()
    now: datetime | None = None
    """The moment it always is, for records that are a snapshot; without zone it counts as UTC, as theirs."""

    @property
    def desk_hours(self) -> DeskHours:
        """Return when people are at the desk."""
        return DeskHours.parse(self.hours, self.timezone)

    @field_validator("now")
    @classmethod
    def _has_a_zone(cls, now: datetime | None) -> datetime | None:
        return moment(now) if now else None

    @field_validator("timezone")
    @classmethod
    def _is_a_time_zone(cls, timezone: str) -> str:
        DeskHours.parse("always", timezone)
        return timezone

    @field_validator("hours")
    @classmethod
    def _are_hours(cls, hours: str) -> str:
        DeskHours.parse(hours)
        return hours

    @model_validator(mode="before")
    @classmethod
    def _one_instruction_may_be_a_text(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("instructions"), str):
            return {**values, "instructions": [values["instructions"]]}
        return values
