"""Make the application: its routes, what they share, how it opens and closes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from core.errors import SupportError
from core.settings import Settings
from graph.builder import Parts
from graph.opened_stores import business_of
from server.http.body_limits import BodyLimits
from server.http.error_answers import handle_failures
from server.routes import (
    approval_routes,
    article_routes,
    customer_routes,
    desk_routes,
    insight_routes,
    login_routes,
    openai_routes,
    operator_routes,
    picture_forms,
    public_routes,
    ticket_change_routes,
    voice_routes,
)
from server.routes.pages import page_routes
from server.routes.public_routes import VisitorLimit
from server.routes.voice_routes import FORM_BYTES
from server.service import open_service
from server.views.brand import CurrentBrand


def make_app(settings: Settings, parts: Parts | None = None) -> FastAPI:
    """Return the application; what it needs is opened when it starts, and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with open_service(settings, parts) as service:
                app.state.service = service
                yield
        except SupportError as error:
            app.state.failed = error  # whoever runs the application says it in one line
            raise

    app = FastAPI(
        title="Support agent",
        version="1",
        description="Write to the support agent as a customer, and work on its tickets as an operator.",
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # these pages load scripts from elsewhere
        redoc_url=None,
    )
    app.state.visitors = VisitorLimit(settings.limits.visitors_per_minute)
    operators = (
        approval_routes,
        article_routes,
        operator_routes,
        ticket_change_routes,
        desk_routes,
        insight_routes,
        login_routes,
    )
    for routes in (customer_routes, voice_routes, openai_routes, *operators, public_routes):
        app.include_router(routes.router)
    embedders = tuple(origin.strip() for origin in settings.embed_origins.split(",") if origin.strip())
    first = business_of(settings)
    app.state.brand = CurrentBrand(lambda: app.state.service.business if hasattr(app.state, "service") else first)
    app.include_router(page_routes(embedders, app.state.brand))
    larger = {
        "/v1/voice": settings.limits.voice_max_mb * 1_000_000 + FORM_BYTES,
        "/v1/messages": picture_forms.FORM_BYTES,
        "/v1/tickets/*/reply": picture_forms.FORM_BYTES,
        "/v1/chat/completions": picture_forms.FORM_BYTES * 4 // 3 + settings.limits.max_body_kb * 1024,
    }
    app.add_middleware(
        BodyLimits, max_bytes=settings.limits.max_body_kb * 1024, larger=larger, seconds=settings.limits.body_seconds
    )
    if embedders:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=embedders,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Prefer"],
            expose_headers=["Retry-After"],
            max_age=86_400,
        )
    handle_failures(app)
    return app
