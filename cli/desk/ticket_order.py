"""Put tickets into the order in which they press, as the desk's page does."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from core.clock import utc_now
from core.settings import Settings
from graph.opened_stores import business_of
from tools.desk.reports import NO_MESSAGES, DeskReads
from tools.desk.sla import pressing, ticket_wait
from tools.desk.tickets import Ticket


async def most_pressing_first(found: Sequence[Ticket]) -> list[Ticket]:
    """Return the open tickets in the order of the desk's page, then the closed ones; raises BackendUnavailable."""
    settings, now = Settings.from_env(), utc_now()
    reads = DeskReads(settings.desk_url)
    business = business_of(settings).file
    hours, within = business.desk_hours, timedelta(minutes=business.limits.reply_minutes)
    try:
        latest_messages = await reads.latest_messages()
    finally:
        await reads.close()

    def urgency(ticket: Ticket) -> Any:
        wait = ticket_wait(ticket, latest_messages.get(ticket.id, NO_MESSAGES), hours=hours, within=within, now=now)
        return not ticket.with_people, *pressing(ticket.draft.priority, wait, ticket.created_at)

    return sorted(found, key=urgency)
