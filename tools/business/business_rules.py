"""Say what holds in any business: how long a yes counts, what customers prove, what only people handle."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tools.identity.rule import IdentityRule

Phrase = Annotated[str, Field(min_length=3, max_length=80)]


class Section(BaseModel):
    """Refuse unknown keys, so that a misspelt limit is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class VelocityRule(Section):
    """How often one customer may have something done, over all conversations, before staff decides."""

    days: Annotated[int, Field(ge=1, le=365)] = 30
    tickets: Annotated[int, Field(ge=1, le=1000)] = 10
    """After so many, further conversations are noted on the ticket that people have, and they decide."""


class BusinessRules(Section):
    """The limits that hold whatever is traded."""

    confirmation_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    approval_hours: Annotated[int, Field(ge=1, le=720)] = 48
    identity: IdentityRule = IdentityRule()
    velocity: VelocityRule = VelocityRule()
    people_only: dict[str, Annotated[tuple[Phrase, ...], Field(min_length=1)]] = {}
    """The topics that only people handle, each with the phrases that give it away; a `*` stands for any end of a
    word.
    """
