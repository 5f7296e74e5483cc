"""Add up how it is going: how conversations ended, what they cost, what customers thought, and what no article answered."""

import asyncio
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.models.prices import PriceTable, load_prices
from core.privacy.personal_data import ERASED
from core.settings import Settings
from ingest.search_words import roots_in
from server.inbox.inbox_schema import FIGURES, RATINGS, THREADS
from server.inbox.message_inbox import Inbox
from server.schemas.insight_schemas import Day, Figure, InsightOut, Reason, Spread, Stars, Unanswered
from server.views.conversation_ends import Conversation, conversations_of
from server.views.evaluation_trend import evaluations
from tools.desk.reports import DeskReads, TicketOutcome

LINKED = 100
"""Conversations that a figure names."""
QUESTIONS = 50
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
    inbox: Inbox, desk: DeskReads, settings: Settings, *, days: int, now: datetime | None = None
) -> InsightOut:
    """Return the figures of the last so many days, today included, by the desk's calendar; all of them are of the server's conversations.

    Raises:
        BackendUnavailable: the inbox or the desk does not answer.
        SettingsError: the prices cannot be read.
    """
    zone, until = ZoneInfo(settings.desk_timezone), now or datetime.now(UTC)
    first = until.astimezone(zone).date() - timedelta(days=days - 1)
    since = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC)
    turns, ratings = await _rows(inbox, since)
    tickets = await _served(inbox, await desk.outcomes(since))

    def add_up() -> InsightOut:
        counted = _Counted(turns, until, zone, load_prices(settings.prices_file), settings.model)
        return InsightOut(
            since=since,
            until=until,
            timezone=settings.desk_timezone,
            **counted.totals(),
            days=[counted.day(first + timedelta(days=n)) for n in range(days)],
            reasons=_reasons(tickets, since),
            first_reply=_spread(
                (t.first_reply.total_seconds(), t.thread_id) for t in tickets if t.first_reply is not None
            ),
            resolution=_spread((t.spent.total_seconds(), t.thread_id) for t in tickets if t.closed_at),
            **_ratings(ratings, tickets),
            unanswered=_unanswered(turns),
            evaluations=evaluations(settings.evals_dir),
        )

    return await asyncio.to_thread(add_up)  # many rows; the loop has customers to answer


class _Counted:
    """Hold the conversations of a span of time, sorted by how they ended and when."""

    def __init__(self, turns: Sequence[Any], until: datetime, zone: ZoneInfo, prices: PriceTable, model: str) -> None:
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
            "conversations": _figure(one.thread_id for one in self._all),
            "agent_reply": _spread(waits),
            "requests_a_resolution": round(sum(c.requests for c in resolved) / len(resolved), 2) if resolved else None,
            "currency": self._currency,
            "going_on": _figure(c.thread_id for c in self._ended["going_on"]),
            **{figure: _figure(c.thread_id for c in self._ended[name]) for name, figure in ENDINGS.items()},
            **self._cost(self._all),
        }

    def day(self, day: date) -> Day:
        """Return the figures of one day; a conversation counts on the day of its last turn, its cost when it arose."""
        ends: dict[str, Any] = {
            figure: _figure(c.thread_id for c in self._by_day[day, name]) for name, figure in ENDINGS.items()
        }
        return Day(day=day, **ends, **self._cost(self._turns[day]))

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


async def _rows(inbox: Inbox, since: datetime) -> tuple[list[Any], list[Rated]]:
    turns = select(FIGURES).where(FIGURES.c.at >= since.timestamp()).order_by(FIGURES.c.at)
    rated = select(RATINGS.c.rated_at, RATINGS.c.thread_id, RATINGS.c.score)
    async with inbox.reading() as connection:
        rows = list(await connection.execute(turns))
        ratings = await connection.execute(rated.where(RATINGS.c.rated_at >= since.timestamp()))
        return rows, [(row.rated_at, row.thread_id, row.score) for row in ratings]


async def _served(inbox: Inbox, tickets: Sequence[TicketOutcome]) -> list[TicketOutcome]:
    """Return the tickets of the server's own conversations: those of the command line and of programs are counted nowhere else here."""
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


def _figure(threads: Iterable[str]) -> Figure:
    """Count conversations that come the oldest first, each once."""
    found = list(dict.fromkeys(threads))
    return Figure(count=len(found), threads=found[: -LINKED - 1 : -1])


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


def _reasons(tickets: Sequence[TicketOutcome], since: datetime) -> list[Reason]:
    threads: defaultdict[str, list[str]] = defaultdict(list)
    for ticket in tickets:
        if ticket.created_at >= since:
            threads[ticket.reason].append(ticket.thread_id)
    ordered = sorted(threads.items(), key=lambda item: -len(item[1]))
    return [Reason(reason=reason, figure=_figure(of)) for reason, of in ordered]


def _ratings(of_threads: Sequence[Rated], tickets: Sequence[TicketOutcome]) -> dict[str, Any]:
    """Join the ratings of conversations and of tickets; a conversation counts once, with its newest rating."""
    of_tickets = [(t.rated_at.timestamp(), t.thread_id, t.stars) for t in tickets if t.rated_at and t.stars]
    stars = {thread_id: given for _, thread_id, given in sorted([*of_threads, *of_tickets])}
    figures = [Stars(stars=n, figure=_figure(t for t, given in stars.items() if given == n)) for n in range(5, 0, -1)]
    return {"ratings": figures, "average_rating": round(statistics.mean(stars.values()), 2) if stars else None}


def _unanswered(turns: Sequence[Any]) -> list[Unanswered]:
    """Return the questions without a source, those with the same words joined, the most frequent first."""
    asked = [turn for turn in turns if turn.question]
    same: defaultdict[frozenset[str], list[Any]] = defaultdict(list)
    for turn in asked:
        same[frozenset(roots_in(turn.question)) or frozenset({turn.question})].append(turn)
    often = Counter({key: len(of) for key, of in same.items()}).most_common(QUESTIONS)
    return [
        Unanswered(
            question=same[key][-1].question,
            last_at=datetime.fromtimestamp(same[key][-1].at, UTC),
            figure=_figure(turn.thread_id for turn in same[key]),
        )
        for key, _ in often
    ]
