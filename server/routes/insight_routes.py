"""Show operators how it is going."""

from fastapi import APIRouter, Query

from server.identity import Operator, Serving
from server.schemas.api_schemas import READING
from server.schemas.insight_schemas import InsightOut
from server.views.insight import insight

router = APIRouter(prefix="/v1/insight", tags=["operators"])


@router.get("", response_model=InsightOut, responses=READING)
async def read_insight(who: Operator, service: Serving, days: int = Query(30, ge=1, le=366)) -> InsightOut:
    """Add up the last so many days; every figure names its conversations."""
    return await insight(service.inbox, service.desk.reads, service.settings, days=days)
