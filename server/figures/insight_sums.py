"""Add up how it is going: how conversations ended, what they cost, what customers thought, what had no answer."""

import asyncio
import json
import logging
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from langchain_core.embeddings import Embeddings
from pydantic import ValidationError
from sqlalchemy import select

from core.models.prices import PriceTable, load_prices
from core.privacy.personal_data import ERASED
from core.settings import Settings
from server.figures.conversation_ends import Conversation, backlog, conversations_of
from server.figures.counted_conversations import Span, counted, narrowed, span_of
from server.figures.outcome_figures import (
    busiest,
    containment,
    figure,
    groups,
    missed,
    operators,
    outcomes,
    over,
    satisfaction,
)
from server.figures.question_topics import grouped
from server.inbox.inbox_schema import FIGURES, RATINGS, THREADS
from server.inbox.message_inbox import Inbox
from server.schemas.insight_schemas import (
    Backlog,
    Counted,
    Day,
    Evaluation,
    InsightOut,
    Reason,
    Spread,
    Stars,
    Unanswered,
)
from tools.business.business_file import BusinessFile
from tools.desk.reports import DeskReads, TicketOutcome

SUMMARY = "summary.json"
log = logging.getLogger(__name__)


def evaluations(folder: Path) -> list[Evaluation]:
    """Return the finished runs of a folder, oldest first; one that cannot be read is left out and noted."""
    found = []
    for file in folder.glob(f"*/{SUMMARY}"):
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            rate = kept.pop("pass")
            found.append(
                Evaluation(name=file.parent.name, passed=rate["value"], low=rate["low"], high=rate["high"], **kept)
            )
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            log.warning("%s is left out of the trend: %s", file, " ".join(str(error).split())[:200])
    return sorted(found, key=lambda run: run.finished_at)


QUESTIONS = 50
ALIKE_SHOWN = 6
BACKLOG_HOURS = 48
"""Hours over which the open tickets are counted."""
FILTERS = ("channel", "language", "queue", "topic")
_AT_ONCE = 1_000
"""Conversations one query asks for."""
Rated = tuple[float, str, int]
"""When (seconds since 1970) which conversation got how many stars."""
ENDINGS = {
    "resolved": "resolved",
    "handed_over": "handed_over",
    "abandoned": "abandoned",
    "unanswered": "ended_unanswered",
}
"""Endings, and the figures that count them."""


async def insight(
    inbox: Inbox,
    desk: DeskReads,
    settings: Settings,
    business: BusinessFile,
    *,
    days: int,
    last: date | None = None,
    now: datetime | None = None,
    embeddings: Embeddings | None = None,
    wanted: Mapping[str, str] | None = None,
) -> InsightOut:
    """Return the figures of so many days up to and with the last one, today by default, by the desk's calendar.

    All of them are of the server's conversations, narrowed to those whose fields have the `wanted` values.

    Raises:
        BackendUnavailable: the inbox or the desk does not answer.
        SettingsError: the prices cannot be read.
    """
    zone, now = ZoneInfo(business.timezone), now or datetime.now(UTC)
    span = span_of(zone, days=days, last=last, now=now)
    everything, turns = await counted(inbox, desk, business, span, now)
    found = narrowed(everything, wanted or {})
    chosen = {one.thread_id for one in found}
    ratings = [one for one in await _ratings(inbox, span) if not wanted or one[1] in chosen]
    served = await _served(inbox, await desk.outcomes(span.since))
    tickets = [one for one in served if not wanted or one.thread_id in chosen]

    def add_up() -> InsightOut:
        mine = [t for t in turns if t.at >= span.since.timestamp() and (not wanted or t.thread_id in chosen)]
        begun, closed, rated = (
            [one for one in tickets if (at := getattr(one, when)) and span.since <= at <= span.until]
            for when in ("created_at", "closed_at", "rated_at")
        )
        these = [one for one in found if one.ended_at >= span.since]
        ended = over(these)
        before = over(one for one in found if one.ended_at < span.since)
        sums = _Counted(mine, now, zone, load_prices(settings.prices_file), settings.model)
        opened = [(ticket.created_at, ticket.closed_at) for ticket in tickets]
        return InsightOut(
            since=span.since,
            until=span.until,
            timezone=business.timezone,
            **sums.totals(),
            days=[sums.day(span.first + timedelta(days=n), these) for n in range(days)],
            reasons=_reasons(begun),
            first_reply=_spread(
                (t.first_reply.total_seconds(), t.thread_id) for t in begun if t.first_reply is not None
            ),
            resolution=_spread((t.spent.total_seconds(), t.thread_id) for t in closed),
            **_stars(ratings, rated),
            over=len(ended),
            over_before=len(before),
            outcomes=outcomes(ended, before),
            containment=containment(ended, before),
            groups=groups(ended),
            satisfaction=satisfaction(these, [one for one in found if one.ended_at < span.since]),
            sla=missed(these, [one for one in found if one.ended_at < span.since]),
            operators=operators(these),
            backlog=_backlog(opened, span.until),
            articles=busiest(mine, "articles"),
            stops=busiest(mine, "stops"),
            actions=busiest(mine, "tools"),
            cost_a_resolution=_cost_a_resolution(sums, ended),
            filters={name: sorted({str(getattr(one, name)) for one in everything} - {""}) for name in FILTERS},
            unanswered=_unanswered(mine, embeddings),
            evaluations=evaluations(settings.evals_dir),
        )

    return await asyncio.to_thread(add_up)  # many rows; the loop has customers to answer


def _backlog(spans: Sequence[tuple[datetime, datetime | None]], until: datetime) -> list[Backlog]:
    """Return how many tickets were open at each full hour of the last two days, and at their end."""
    newest = until.replace(minute=0, second=0, microsecond=0)
    hours = [newest - timedelta(hours=back) for back in range(BACKLOG_HOURS, -1, -1)] + [until]
    return [Backlog(at=at, open=count) for at, count in zip(hours, backlog(spans, hours), strict=True)]


def _cost_a_resolution(sums: "_Counted", ended: Sequence[Counted]) -> Decimal | None:
    """Return what the span cost for each resolution that stands, by request where that has a price, else by token."""
    resolved = sum(one.outcome in ("verified", "assumed") for one in ended)
    costs = sums.totals()
    cost = costs["by_request"] or costs["by_token"]
    return round(Decimal(cost) / resolved, 4) if cost and resolved else None


class _Counted:
    """The conversations of a span of time, sorted by how they ended and when."""

    def __init__(self, turns: Sequence[Any], until: datetime, zone: ZoneInfo, prices: PriceTable, model: str) -> None:
        self._zone = zone
        self._all = list(conversations_of(turns).values())
        self._price, self._currency = prices.of(model), prices.currency
        self._turns: defaultdict[date, list[Any]] = defaultdict(list)
        for turn in turns:
            self._turns[_day(turn.at, zone)].append(turn)
        self._ended: defaultdict[str, list[Conversation]] = defaultdict(list)
        self._by_day: defaultdict[tuple[date, str], list[Conversation]] = defaultdict(list)
        for one in self._all:
            ending = one.ending(until.timestamp())
            self._ended[ending].append(one)
            self._by_day[_day(one.last_at, zone), ending].append(one)

    def totals(self) -> dict[str, Any]:
        """Return the figures over the whole span."""
        waits = ((seconds, one.thread_id) for one in self._all for seconds in one.waits)
        resolved = self._ended["resolved"]
        return {
            "conversations": figure(one.thread_id for one in self._all),
            "agent_reply": _spread(waits),
            "requests_a_resolution": round(sum(c.requests for c in resolved) / len(resolved), 2) if resolved else None,
            "currency": self._currency,
            "going_on": figure(c.thread_id for c in self._ended["going_on"]),
            **{called: figure(c.thread_id for c in self._ended[name]) for name, called in ENDINGS.items()},
            **self._cost(self._all),
        }

    def day(self, day: date, counted: Sequence[Counted]) -> Day:
        """Return the figures of one day; a conversation counts on the day of its last turn, its cost when it arose."""
        ends: dict[str, Any] = {
            called: figure(c.thread_id for c in self._by_day[day, name]) for name, called in ENDINGS.items()
        }
        ended = Counter(str(one.outcome) for one in counted if one.ended_at.astimezone(self._zone).date() == day)
        return Day(day=day, **ends, outcomes=dict(ended), **self._cost(self._turns[day]))

    def _cost(self, of: Sequence[Any]) -> dict[str, Any]:
        requests = sum(one.requests for one in of)
        read, written = sum(one.input_tokens for one in of), sum(one.output_tokens for one in of)
        price = self._price
        return {
            "requests": requests,
            "tokens": read + written,
            "by_request": price and price.by_request(requests),
            "by_token": price and price.by_token(input_tokens=read, cached_tokens=0, output_tokens=written),
        }


async def _ratings(inbox: Inbox, span: Span) -> list[Rated]:
    rated = select(RATINGS.c.rated_at, RATINGS.c.thread_id, RATINGS.c.score)
    within = RATINGS.c.rated_at.between(span.since.timestamp(), span.until.timestamp())
    return [(row.rated_at, row.thread_id, row.score) for row in await inbox.rows(rated.where(within))]


async def _served(inbox: Inbox, tickets: Sequence[TicketOutcome]) -> list[TicketOutcome]:
    """Return the tickets of the server's own conversations: those of other programs are counted nowhere else here."""
    threads, known = [ticket.thread_id for ticket in tickets], set[str]()
    async with inbox.reading() as connection:
        for first in range(0, len(threads), _AT_ONCE):
            asked = threads[first : first + _AT_ONCE]
            there = select(THREADS.c.id).where(THREADS.c.id.in_(asked))
            counted = select(FIGURES.c.thread_id).where(FIGURES.c.thread_id.in_(asked))
            known |= set((await connection.execute(there.union(counted))).scalars())
    # An erased one names no conversation any more.
    return [ticket for ticket in tickets if ticket.thread_id in known or ticket.thread_id.startswith(f"{ERASED}-")]


def _day(at: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, zone).date()


def _spread(measured: Iterable[tuple[float, str]]) -> Spread:
    slowest = sorted(measured, reverse=True)
    values = [seconds for seconds, _ in slowest]
    p90 = (
        statistics.quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else values[0] if values else None
    )
    return Spread(
        count=len(values),
        median=statistics.median(values) if values else None,
        p90=p90,
        slowest=list(dict.fromkeys(thread for _, thread in slowest))[:10],
    )


def _reasons(tickets: Iterable[TicketOutcome]) -> list[Reason]:
    threads: defaultdict[str, list[str]] = defaultdict(list)
    for ticket in tickets:
        threads[ticket.reason].append(ticket.thread_id)
    ordered = sorted(threads.items(), key=lambda item: -len(item[1]))
    return [Reason(reason=reason, figure=figure(of)) for reason, of in ordered]


def _stars(of_threads: Sequence[Rated], tickets: Sequence[TicketOutcome]) -> dict[str, Any]:
    """Join the ratings of conversations and of tickets; a conversation counts once, with its newest rating."""
    of_tickets = [(t.rated_at.timestamp(), t.thread_id, t.stars) for t in tickets if t.rated_at and t.stars]
    stars = {thread_id: given for _, thread_id, given in sorted([*of_threads, *of_tickets])}
    figures = [Stars(stars=n, figure=figure(t for t, given in stars.items() if given == n)) for n in range(5, 0, -1)]
    return {"ratings": figures, "average_rating": round(statistics.mean(stars.values()), 2) if stars else None}


def _unanswered(turns: Sequence[Any], embeddings: Embeddings | None) -> list[Unanswered]:
    """Return the questions without a source, those of one meaning joined, the most frequent first."""
    asked = [turn for turn in turns if turn.question]
    groups = grouped([turn.question for turn in asked], embeddings)[:QUESTIONS]
    return [_question([asked[place] for place in group]) for group in groups]


def _question(group: Sequence[Any]) -> Unanswered:
    """Return a group of turns, the newest first, as one question."""
    wordings = list(dict.fromkeys(turn.question for turn in group))
    return Unanswered(
        question=wordings[0],
        alike=wordings[1:ALIKE_SHOWN],
        last_at=datetime.fromtimestamp(group[0].at, UTC),
        figure=figure(turn.thread_id for turn in reversed(group)),
    )
