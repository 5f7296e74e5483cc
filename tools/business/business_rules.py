"""Say what holds in any business: how long a yes counts, what customers prove, what only people handle."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Proof = Literal["details", "code"]
Phrase = Annotated[str, Field(min_length=3, max_length=80)]


class Section(BaseModel):
    """A part of a file; a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class IdentityRule(Section):
    """What a customer whom no channel has signed in must prove: details that fit an account, or a code sent there."""

    reads: Proof = "code"
    writes: Proof = "code"
    code_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    code_tries: Annotated[int, Field(ge=1, le=10)] = 3
    attempts_per_hour: Annotated[int, Field(ge=1, le=20)] = 5
    proof_hours: Annotated[int, Field(ge=1, le=720)] = 24

    @model_validator(mode="after")
    def _writes_need_no_less(self) -> Self:
        if self.reads == "code" and self.writes == "details":
            raise ValueError(
                "writes: details is less than reads: code; changes need at least the proof that reads need"
            )
        return self


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
    """The topics that only people handle, each with phrases that give it away; a `*` stands for any end of a word."""
