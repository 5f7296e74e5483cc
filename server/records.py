"""Define what the inbox hands out: who is asking, what was accepted, and the turn a worker has to run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from core.pictures import Picture

Role = Literal["customer", "operator", "lead", "admin"]
"""Leads release articles and see everything; admins may do what leads may."""
ROLES: tuple[Role, ...] = get_args(Role)
STAFF: frozenset[str] = frozenset({"operator", "lead", "admin"})
JOINT = "\n\n"
"""Stands between messages that are answered as one."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a verified token says is asking."""

    subject: str
    role: Role
    anonymous: bool = False
    """True for a visitor of an open chat, who owns threads but is no customer of the business."""
    expires_at: float = float("inf")
    """When the token ends, in seconds since 1970."""
    token_id: str = ""
    """Names the token (`jti`), or is empty where it has no name."""

    @property
    def owner(self) -> str:
        """The name under which threads belong to somebody."""
        return f"{'anonymous' if self.anonymous else 'customer'}:{self.subject}"

    @property
    def customer_id(self) -> str | None:
        """The customer the agent acts for."""
        return None if self.anonymous else self.subject


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What was heard of a voice message."""

    heard: str
    """Word by word; the message itself has spelled numbers joined."""
    seconds: float | None


def joined(spoken: Sequence[Spoken]) -> Spoken | None:
    """Return what was heard in several messages as one, or None where nothing was spoken."""
    if not spoken:
        return None
    return Spoken(heard=JOINT.join(s.heard for s in spoken), seconds=sum(s.seconds or 0 for s in spoken) or None)


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What a sender is told once the message is on disk."""

    message_id: str
    thread_id: str
    number: int
    """Place of the message in its thread, from 1."""
    text: str
    spoken: Spoken | None = None
    repeated: bool = False
    """True when the same Idempotency-Key had brought it before."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What has become of a message."""

    message_id: str
    thread_id: str
    status: Literal["waiting", "answered", "dead"]
    reply: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A turn that was leased to this process: the messages it answers and the token its writes carry."""

    id: str
    thread_id: str
    token: int
    attempt: int
    """1 for the first."""
    suspect: bool = False
    """The last attempt ended without a word, as when a message kills its process: this one runs alone."""
    text: str
    spoken: Spoken | None = None
    """What was heard, where any of its messages was spoken."""
    pictures: tuple[Picture, ...] = ()
    message_ids: tuple[str, ...]
    number: int
    """Place of its newest message in the thread."""
    customer_id: str | None
    channel: str
    locale: str
    waited_since: float
    """When its oldest message was accepted, in seconds since the epoch."""


@dataclass(frozen=True)
class CrashSuspect:
    """Name a thread whose turn may only be taken by a process that runs nothing else it could harm."""

    thread_id: str


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much the inbox takes."""

    max_waiting: int = 1000
    """Messages of all threads that may wait at a time."""
    messages_per_minute: int = 30
    """Messages of one owner."""
    visitor_threads_per_day: int = 20
    """Conversations one visitor begins; each has one ticket at most."""
    max_message_chars: int = 8_000
    """Length of one message, and of one burst joined into a turn."""
