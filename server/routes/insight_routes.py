"""Show operators how it is going, and hand out what the figures count."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from server.figures.counted_conversations import counted, narrowed, span_of
from server.figures.insight_sums import insight
from server.identity import Operator, Serving
from server.schemas.api_schemas import READING
from server.schemas.insight_schemas import ConversationsOut, Counted, InsightOut, Outcome
from server.service import Service

router = APIRouter(prefix="/v1/insight", tags=["operators"])
LISTED = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell (OWASP, CSV injection)."""
Days = Annotated[int, Query(ge=1, le=366)]
Last = Annotated[
    date | None, Query(description="The last day; today by default.", ge=date(2000, 1, 1), le=date(2100, 1, 1))
]
Value = Annotated[str, Query(max_length=300)]


def wanted(channel: Value = "", language: Value = "", queue: Value = "", topic: Value = "") -> dict[str, str]:
    """Return which conversations a request is about."""
    return {"channel": channel, "language": language, "queue": queue, "topic": topic}


Narrowed = Annotated[dict[str, str], Depends(wanted)]


@router.get("", response_model=InsightOut, responses=READING)
async def read_insight(
    who: Operator, service: Serving, narrow: Narrowed, days: Days = 30, last: Last = None
) -> InsightOut:
    """Add up so many days up to the last one; every figure names its conversations."""
    chosen = {name: value for name, value in narrow.items() if value}
    embeddings = service.desk.embeddings
    return await insight(
        service.inbox,
        service.desk.reads,
        service.settings,
        service.business.file,
        days=days,
        last=last,
        wanted=chosen,
        embeddings=embeddings,
    )


@router.get("/conversations", response_model=ConversationsOut, responses=READING)
async def list_counted(
    who: Operator,
    service: Serving,
    narrow: Narrowed,
    days: Days = 30,
    last: Last = None,
    outcome: Outcome | None = None,
    operator: Value = "",
) -> ConversationsOut:
    """List the conversations behind a figure, the newest first, at most 500."""
    found = await _counted(service, days, last, narrow | {"outcome": outcome or "", "operator": operator})
    return ConversationsOut(items=found[: -LISTED - 1 : -1])


@router.get(
    "/export",
    response_class=Response,
    responses={
        **READING,
        200: {"description": "All conversations.", "content": {"text/csv": {}, "application/json": {}}},
    },
)
async def export(
    who: Operator,
    service: Serving,
    narrow: Narrowed,
    days: Days = 30,
    last: Last = None,
    format: Literal["csv", "json"] = "csv",
) -> Response:
    """Hand out each conversation that the figures count, oldest first: whoever adds them up comes to the
    same numbers.
    """
    found = await _counted(service, days, last, narrow)
    named = {"Content-Disposition": f'attachment; filename="conversations.{format}"'}
    if format == "json":
        return Response(ConversationsOut(items=found).model_dump_json(), headers=named, media_type="application/json")
    return Response(as_csv(found), headers=named, media_type="text/csv")


async def _counted(service: Service, days: int, last: date | None, narrow: dict[str, str]) -> list[Counted]:
    now = datetime.now(UTC)
    span = span_of(ZoneInfo(service.business.file.timezone), days=days, last=last, now=now)
    found, _ = await counted(service.inbox, service.desk.reads, service.business.file, span, now)
    return [one for one in narrowed(found, narrow) if one.ended_at >= span.since]


def as_csv(found: Iterable[Counted]) -> str:
    """Return conversations as CSV (RFC 4180); no cell can be taken for a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(Counted.model_fields))
    writer.writeheader()
    for one in found:
        writer.writerow({name: _cell(value) for name, value in one.model_dump(mode="json").items()})
    return out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
