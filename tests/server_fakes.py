"""Run the server's application in the test's own process, on files of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from core.settings import Limits, Settings
from core.storage.database import Database
from graph.builder import Parts
from server.application import make_app
from server.records import Role
from server.service import Service
from server.tokens import Tokens
from tests.business_fakes import settings_of
from tests.graph_fakes import parts, scripted
from tools.desk.sql_desk import SqlTicketDesk

SECRET = "a-secret-of-more-than-thirty-two-bytes"
TOKENS = Tokens(secret=SECRET)


def bearer(subject: str, role: Role = "customer") -> dict[str, str]:
    """Return the header of somebody who is signed in."""
    return {"Authorization": f"Bearer {TOKENS.issue(subject, role=role)}"}


def settings_in(folder: Path, **others: Any) -> Settings:
    """Return settings of a quick server that keeps everything in one folder; limits are among the others."""
    values: dict[str, Any] = {
        "data_dir": folder,
        "jwt_secret": SECRET,
    }
    limits = {"burst_seconds": 0.0, "reply_wait_seconds": 20} | {
        k: others.pop(k) for k in Limits.model_fields.keys() & others.keys()
    }
    return Settings.model_validate(values | others | {"limits": limits})


class Running:
    """A client of a running application, and its insides."""

    def __init__(self, client: httpx.AsyncClient, service: Service) -> None:
        self.client = client
        self.service = service

    async def say(self, who: str, text: str, thread_id: str | None = None, **headers: str) -> dict[str, Any]:
        """Send a message and return what became of it."""
        body = {"text": text} | ({"thread_id": thread_id} if thread_id else {})
        answer = await self.client.post("/v1/messages", json=body, headers=bearer(who) | headers)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made


@asynccontextmanager
async def serving(
    folder: Path, model: BaseChatModel | None = None, *, made_of: Mapping[str, Any] | None = None, **others: Any
) -> AsyncIterator[Running]:
    """Yield a running application with these settings, made of parts of the test's own."""
    settings = settings_in(folder, **others)
    made = parts(
        model or scripted("You have 30 days. [1]"),
        desk=SqlTicketDesk(Database(settings.desk_url)),
        max_message_chars=settings.limits.max_message_chars,
        **(made_of or {}),
    )
    async with _running(settings, made) as running:
        yield running


@asynccontextmanager
async def serving_business(folder: Path, data: Path) -> AsyncIterator[Running]:
    """Yield a running application that opens the folder of a business itself, without a model, as `serve` does."""
    limits = Limits(burst_seconds=0, reply_wait_seconds=20)
    settings = settings_of(folder, data).model_copy(update={"jwt_secret": SecretStr(SECRET), "limits": limits})
    async with _running(settings, None) as running:
        yield running


@asynccontextmanager
async def _running(settings: Settings, made: Parts | None) -> AsyncIterator[Running]:
    app = make_app(settings, made)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            yield Running(client, app.state.service)
