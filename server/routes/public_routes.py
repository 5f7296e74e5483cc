"""Answer what needs no token: visitors' tokens, whether the server is well, its figures and its description."""

import asyncio
import time
from collections import deque

from fastapi import APIRouter, Request, Response

from core.clock import utc_now
from core.errors import Busy, NotAllowed
from core.pictures import MOST_BYTES
from core.storage.database import Database
from server.identity import Known, Serving
from server.schemas.api_schemas import ChatOut, Health, Locale, TokenOut, failures
from server.views.brand import Brand
from server.views.conversation_view import disclosure

router = APIRouter()
CHECK_SECONDS = 3


class VisitorLimit:
    """Count the tokens given to one address in the last minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._given: dict[str, deque[float]] = {}

    def check(self, address: str) -> None:
        """Count one more; raises Busy."""
        now = time.monotonic()
        self._given = {a: times for a, times in self._given.items() if times and times[-1] > now - 60}
        times = self._given.setdefault(address, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= self._per_minute:
            wait = int(times[0] + 60 - now) + 1
            raise Busy("too many visitors come from this address; try again a little later", retry_after=wait)
        times.append(now)


@router.get("/v1/chat", response_model=ChatOut, responses=failures(422, 503), tags=["customers"])
async def describe_chat(request: Request, service: Serving, locale: Locale | None = None) -> ChatOut:
    """Say what a page shows before somebody writes."""
    brand: Brand = await asyncio.to_thread(request.app.state.brand)  # it may read pictures
    locale = service.agent.locale_of(locale)
    hears = service.parts.voice_input.transcriber is not None
    return ChatOut(
        shop=brand.name,
        disclosure=disclosure(service, locale),
        open_chat=service.settings.open_chat and service.tokens.can_issue,
        voice_seconds=service.settings.limits.voice_max_seconds if hears else None,
        greeting=brand.greeting(locale),
        reply_time=brand.reply_time(locale),
        suggestions=brand.suggestions(locale),
        logo=f"/web/now/{brand.logo}" if brand.logo else None,
        avatar=f"/web/now/{brand.avatar}" if brand.avatar else None,
        sign_in=brand.look.sign_in,
        image_mb=MOST_BYTES // 1_000_000,
        link_hosts=list(brand.link_hosts),
    )


@router.post(
    "/v1/tokens", response_model=TokenOut, status_code=201, responses=failures(401, 403, 429, 503), tags=["customers"]
)
async def give_token(request: Request, service: Serving, known: Known, locale: str | None = None) -> TokenOut:
    """Give a visitor nobody knows a short-lived token for an open chat; with the one they still have, they stay the
    same visitor.
    """
    if not service.settings.open_chat or not service.tokens.can_issue:
        raise NotAllowed("this chat is for customers; sign in first")
    limit: VisitorLimit = request.app.state.visitors
    limit.check(request.client.host if request.client else "")
    minutes = service.settings.limits.visitor_minutes
    if known is not None and not known.anonymous:
        raise NotAllowed("this is for visitors; whoever signed a customer in renews their token")
    token = service.tokens.issue_anonymous(minutes=minutes, visitor=known.subject if known else None)
    return TokenOut(token=token, expires_in=round(minutes * 60), disclosure=disclosure(service, locale and locale[:35]))


@router.get("/healthz", response_model=Health, tags=["operation"])
async def healthy() -> Health:
    """Say that the process lives."""
    return Health(ok=True)


@router.get("/readyz", response_model=Health, responses={503: {"model": Health}}, tags=["operation"])
async def ready(service: Serving, response: Response) -> Health:
    """Say whether the process can take and answer messages, and write each of its stores."""
    writable = await asyncio.gather(*(_is_writable(store) for store in service.stores.values()))
    parts = {name: "ok" if ok else "cannot be written" for name, ok in zip(service.stores, writable, strict=True)}
    parts["worker"] = "stopped" if service.working.done() else "ok"
    ok = set(parts.values()) == {"ok"} and not service.stopping.is_set()
    wrong = service.agent.reload.problems if service.agent.reload else ()
    parts["business"] = f"its changed files are not used: {wrong[0]}" if wrong else "ok"
    parts["shutdown"] = "begun" if service.stopping.is_set() else "no"
    response.status_code = 200 if ok else 503
    return Health(ok=ok, parts=parts)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}}, tags=["operation"])
async def figures(service: Serving) -> Response:
    """Return the figures of this process in the Prometheus text format."""
    service.metrics.waiting.set(await service.inbox.count_waiting())
    service.metrics.set_tickets(await service.desk.reads.open_tickets(utc_now()))
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _is_writable(store: Database) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await store.is_writable()
    except TimeoutError:
        return False
