"""Gather each conversation of the server with everything that figures count of it, for figures and export."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.language.detection import language_of
from core.safety.safe_links import inert
from server.figures.conversation_ends import RETURN_SECONDS, Conversation, came_back, conversations_of
from server.inbox.inbox_schema import FIGURES, MESSAGES, RATINGS, THREADS
from server.inbox.message_inbox import Inbox
from server.schemas.insight_schemas import Counted
from tools.business.business_file import BusinessFile
from tools.desk.reports import DeskReads, TicketOutcome
from tools.desk.sla import PRIORITY_SHARE

FIRST_LINE = 160
_AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class Span:
    """A span of whole days by the desk's calendar."""

    since: datetime
    until: datetime
    """The end: now, for one that includes today."""
    first: date
    days: int

    @property
    def before(self) -> datetime:
        """The beginning of the span of equal length before it."""
        return self.since - timedelta(days=self.days)


def span_of(zone: ZoneInfo, *, days: int, last: date | None, now: datetime) -> Span:
    """Return the so many days up to and with the last one, today by default."""
    today = now.astimezone(zone).date()
    last = min(last or today, today)
    first = last - timedelta(days=days - 1)
    ends = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)
    since = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC)
    return Span(since=since, until=min(now, ends), first=first, days=days)


async def counted(
    inbox: Inbox, desk: DeskReads, business: BusinessFile, span: Span, now: datetime
) -> tuple[list[Counted], list[Any]]:
    """Return the conversations that ended in a span or the one before, oldest first, and all turns since then.

    Raises:
        BackendUnavailable: the inbox or the desk does not answer.
    """
    begin = span.before - timedelta(seconds=RETURN_SECONDS)
    query = select(FIGURES).where(FIGURES.c.at >= begin.timestamp()).order_by(FIGURES.c.at)
    turns = list(await inbox.rows(query))
    conversations = conversations_of(turns)
    about = await _about(inbox, list(conversations))
    tickets = {ticket.thread_id: ticket for ticket in await desk.outcomes(begin)}
    done = await desk.done_since(begin)
    made = await asyncio.to_thread(_all, conversations, about, tickets, done, business, now)
    ended = [one for one in made if span.before <= one.ended_at <= span.until]
    return ended, [turn for turn in turns if span.before <= datetime.fromtimestamp(turn.at, UTC) <= span.until]


@dataclass
class _About:
    """What the inbox has of a conversation beside its turns."""

    owner: str = ""
    customer_id: str | None = None
    channel: str = ""
    locale: str = ""
    first_line: str = ""
    stars: int | None = None
    comment: str = ""
    rated_at: float = 0.0


async def _about(inbox: Inbox, threads: Sequence[str]) -> dict[str, _About]:
    found: dict[str, _About] = {}
    async with inbox.reading() as connection:
        for start in range(0, len(threads), _AT_ONCE):
            ids = threads[start : start + _AT_ONCE]
            for row in await connection.execute(select(THREADS).where(THREADS.c.id.in_(ids))):
                found[row.id] = _About(row.owner, row.customer_id, row.channel, row.locale)
            first = select(MESSAGES.c.thread_id, MESSAGES.c.text).where(MESSAGES.c.number == 1)
            for row in await connection.execute(first.where(MESSAGES.c.thread_id.in_(ids))):
                found.setdefault(row.thread_id, _About()).first_line = " ".join(row.text.split())[:FIRST_LINE]
            for row in await connection.execute(select(RATINGS).where(RATINGS.c.thread_id.in_(ids))):
                one = found.setdefault(row.thread_id, _About())
                one.stars, one.comment, one.rated_at = row.score, row.comment, row.rated_at
    return found


def _all(
    conversations: Mapping[str, Conversation],
    abouts: Mapping[str, _About],
    tickets: Mapping[str, TicketOutcome],
    done: Mapping[str, datetime],
    business: BusinessFile,
    now: datetime,
) -> list[Counted]:
    back = came_back(conversations.values(), {thread: one.owner for thread, one in abouts.items()})
    found = []
    for thread, one in conversations.items():
        about, ticket = abouts.get(thread, _About()), tickets.get(thread)
        stars, comment = about.stars, about.comment
        if ticket and ticket.stars and ticket.rated_at and ticket.rated_at.timestamp() >= about.rated_at:
            stars, comment = ticket.stars, ticket.comment or ""
        reply = ticket.first_reply if ticket else None
        found.append(
            Counted(
                thread_id=thread,
                customer=about.customer_id,
                began_at=datetime.fromtimestamp(one.began_at, UTC),
                ended_at=datetime.fromtimestamp(one.last_at, UTC),
                first_line=inert(about.first_line),
                topic=one.topic,
                queue=ticket.queue if ticket else "",
                channel=about.channel,
                language=_language(about),
                outcome=one.outcome(now.timestamp(), goal=thread in done, stars=stars, returned=thread in back),
                reason=one.reason or "",
                operator=(ticket.closed_by or ticket.operator or "") if ticket else "",
                turns=one.turns,
                requests=one.requests,
                tokens=one.input_tokens + one.output_tokens,
                agent_reply_seconds=one.waits[0] if one.waits else None,
                first_reply_seconds=reply.total_seconds() if reply is not None else None,
                resolution_seconds=ticket.spent.total_seconds() if ticket and ticket.closed_at else None,
                sla_missed=_missed(ticket, business, now) if ticket else None,
                stars=stars,
                comment=inert(comment),
            )
        )
    return found


def _language(about: _About) -> str:
    """Return the language the customer wrote in, as far as the first line tells, or else that of the page."""
    page = about.locale.split("-")[0].lower() or "und"
    return language_of(about.first_line, page) if about.first_line else page


def _missed(ticket: TicketOutcome, business: BusinessFile, now: datetime) -> bool:
    """Say whether the first reply of a person came too late, or has not come in time."""
    promised = timedelta(minutes=business.limits.reply_minutes) * PRIORITY_SHARE[ticket.priority]
    if ticket.first_reply is not None:
        return ticket.first_reply > promised
    return business.desk_hours.worked(ticket.created_at, ticket.closed_at or now) > promised


def narrowed(found: Iterable[Counted], wanted: Mapping[str, str]) -> list[Counted]:
    """Return the conversations whose fields have these values; fields that are asked for emptily count as any."""
    chosen = {name: value for name, value in wanted.items() if value}
    return [one for one in found if all(str(getattr(one, name)) == value for name, value in chosen.items())]
