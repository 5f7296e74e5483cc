"""Add counted conversations up to rates, groups, satisfaction and times, in functions that scripts can repeat."""

import json
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from server.figures.conversation_ends import HAPPY_STARS, OUTCOMES
from server.schemas.insight_schemas import Comment, Counted, Figure, Group, Named, Rate, Satisfaction, Service

SHOWN = 20
LINKED = 100
"""Conversations that a figure names."""
GROUPED_BY = ("topic", "queue", "channel", "language", "operator")


def over(found: Iterable[Counted]) -> list[Counted]:
    """Return the conversations that are over."""
    return [one for one in found if one.outcome != "going_on"]


def share(part: int, whole: int) -> float | None:
    """Return a share rounded to four places, or None of nothing."""
    return round(part / whole, 4) if whole else None


def rate(name: str, now: Sequence[Counted], before: Sequence[Counted], counts: Callable[[Counted], bool]) -> Rate:
    """Return how many of the conversations fulfil a condition, with the period before."""
    part = sum(map(counts, now))
    return Rate(
        name=name, count=part, share=share(part, len(now)), share_before=share(sum(map(counts, before)), len(before))
    )


def outcomes(now: Sequence[Counted], before: Sequence[Counted]) -> list[Rate]:
    """Return the rate of each outcome among conversations that are over."""

    def ended(name: str) -> Callable[[Counted], bool]:
        return lambda one: one.outcome == name

    return [rate(name, now, before, ended(name)) for name in OUTCOMES]


def containment(now: Sequence[Counted], before: Sequence[Counted]) -> Rate:
    """Return how many ended without a person."""
    return rate("containment", now, before, lambda one: one.outcome != "handed_over")


def missed(now: Sequence[Counted], before: Sequence[Counted]) -> Rate:
    """Return how many of the tickets were answered later than promised."""
    due, earlier = ([one for one in found if one.sla_missed is not None] for found in (now, before))
    return rate("sla", due, earlier, lambda one: bool(one.sla_missed))


def groups(found: Sequence[Counted]) -> dict[str, list[Group]]:
    """Return the outcomes by what conversations have in common, the largest groups first."""
    return {name: _groups(found, name) for name in GROUPED_BY}


def _groups(found: Sequence[Counted], by: str) -> list[Group]:
    counted: dict[str, Counter[str]] = {}
    for one in found:
        counted.setdefault(str(getattr(one, by)), Counter())[one.outcome] += 1
    made = [
        Group(name=name, over=sum(of.values()), outcomes={outcome: of[outcome] for outcome in OUTCOMES})
        for name, of in counted.items()
    ]
    return sorted(made, key=lambda group: (-group.over, group.name))[:SHOWN]


def satisfaction(now: Sequence[Counted], before: Sequence[Counted]) -> Satisfaction:
    """Return the share of happy ratings with what customers wrote, the newest first."""
    rated, earlier = ([one for one in found if one.stars is not None] for found in (now, before))
    said = [
        Comment(thread_id=one.thread_id, stars=one.stars or 0, comment=one.comment)
        for one in reversed(rated)
        if one.comment
    ]
    return Satisfaction(
        rated=len(rated),
        share=share(_happy(rated), len(rated)),
        share_before=share(_happy(earlier), len(earlier)),
        comments=said[:SHOWN],
    )


def operators(found: Sequence[Counted]) -> list[Service]:
    """Return how each person did, by name."""
    theirs: dict[str, list[Counted]] = {}
    for one in found:
        if one.operator:
            theirs.setdefault(one.operator, []).append(one)
    return [
        Service(
            operator=name,
            tickets=len(of),
            first_reply_median=_median(one.first_reply_seconds for one in of),
            resolution_median=_median(one.resolution_seconds for one in of),
            missed=sum(bool(one.sla_missed) for one in of),
            rated=sum(one.stars is not None for one in of),
            happy=_happy(of),
        )
        for name, of in sorted(theirs.items())
    ]


def figure(threads: Iterable[str]) -> Figure:
    """Count conversations that come the oldest first, each once."""
    found = list(dict.fromkeys(threads))
    return Figure(count=len(found), threads=found[: -LINKED - 1 : -1])


def busiest(turns: Iterable[Any], column: Literal["articles", "tools", "stops"]) -> list[Named]:
    """Return what stands in a column of turns, that of the most conversations first; turns come oldest first."""
    threads: dict[str, list[str]] = {}
    for turn in turns:
        for name in json.loads(getattr(turn, column) or "[]"):
            threads.setdefault(str(name), []).append(turn.thread_id)
    found = [Named(name=name, **figure(of).model_dump()) for name, of in threads.items()]
    return sorted(found, key=lambda one: -one.count)[:SHOWN]


def _happy(found: Iterable[Counted]) -> int:
    return sum((one.stars or 0) >= HAPPY_STARS for one in found)


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
