"""Say what a customer whom no channel has signed in must prove."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Proof = Literal["details", "code"]


class IdentityRule(BaseModel):
    """What a customer whom no channel has signed in must prove: details that fit an account, or a code sent there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
