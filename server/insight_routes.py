"""Show operators how it is going."""

from fastapi import APIRouter, Query

from server.bodies import READING
from server.identity import Operator, Serving
from server.insight import insight
from server.insight_bodies import InsightOut

router = APIRouter(prefix="/v1/insight", tags=["operators"])


@router.get("", response_model=InsightOut, responses=READING)
async def read_insight(who: Operator, service: Serving, days: int = Query(30, ge=1, le=366)) -> InsightOut:
    """Add up the last so many days; every figure names its conversations."""
    return await insight(service.inbox, service.desk.reads, service.settings, days=days)
