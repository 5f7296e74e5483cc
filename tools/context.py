"""Say on whose behalf a run acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Context:
    """The verified facts about this run; never anything that a model or a message claimed."""

    customer_id: str | None = None
    """The customer who is signed in, or None in an open chat."""
    operator: str | None = None
    """The member of staff who answers an approval by this run, or None; only staff has one."""
    channel: str = "chat"
    """Where the message came from: chat, voice, email, api."""
    locale: str = "en"
    """Language the fixed sentences are written in, as a BCP 47 tag."""
    case: Mapping[str, Any] | None = None
    """The open case of a procedure that a write belongs to, as the graph keeps it."""
    thread_id: str | None = None
    """The conversation, where it is known; a tool may be given it instead of what a model says."""
