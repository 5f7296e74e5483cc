"""Take personal data out of what a ticket says: colleagues read it in the conversation, others do not need it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from core.errors import BackendUnavailable, Refused
from core.privacy.redaction import Redactor
from tools.desk.tickets import TEXT_LIMITS, TicketRequest

LOOK_UP_SECONDS = 3.0
"""Records that do not answer must not keep a ticket from being opened."""


class CustomerRedaction:
    """Make redactors that know the name and the address of one customer."""

    def __init__(self, look_up: Callable[[str], Awaitable[Redactor]] | None = None) -> None:
        """Take what looks a customer's record up; without it, only what the process has read is known."""
        self._look_up = look_up

    async def of(self, customer_id: str | None) -> Redactor:
        """Return the redactor for a customer's tickets."""
        if self._look_up is None or customer_id is None:
            return Redactor()
        try:
            async with asyncio.timeout(LOOK_UP_SECONDS):
                return await self._look_up(customer_id)
        except (Refused, BackendUnavailable, TimeoutError):
            return Redactor()


def redacted(request: TicketRequest, redactor: Redactor) -> TicketRequest:
    """Return the request with its free texts redacted; numbers of records stay."""
    draft = request.draft
    # What stands in for an address can be longer than it, and a text over its limit could not be read again.
    texts = {name: redactor.text(getattr(draft, name))[:limit] for name, limit in TEXT_LIMITS.items()}
    lists = {name: tuple(redactor.text(line) for line in getattr(draft, name)) for name in ("facts", "steps_tried")}
    return replace(
        request,
        detail=redactor.text(request.detail),
        draft=draft.model_copy(update=texts | lists),
        transcript="\n".join(redactor.text(line) for line in request.transcript.split("\n")),
    )
