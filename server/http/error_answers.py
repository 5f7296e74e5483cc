"""Answer every failure with the right status and one line of JSON."""

import json
import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from core.errors import (
    BackendUnavailable,
    Busy,
    InputError,
    KeyReused,
    KnowledgeError,
    MessageRejected,
    ModelError,
    NotAllowed,
    NotFound,
    Refused,
    SupportError,
    ThreadForbidden,
    TokenRejected,
)
from core.privacy.redaction import Redactor

log = logging.getLogger(__name__)
STATUS: dict[type[SupportError], int] = {
    TokenRejected: 401,
    NotAllowed: 403,
    NotFound: 404,
    ThreadForbidden: 404,  # foreign looks like unknown
    Refused: 409,
    MessageRejected: 422,
    KeyReused: 422,
    InputError: 422,
    Busy: 429,
    BackendUnavailable: 503,
    KnowledgeError: 503,
    ModelError: 503,
}
TRY_AGAIN_SECONDS = 5
OPENAI_PATH = "/v1/chat/"


def handle_failures(app: FastAPI) -> None:
    """Have an application answer failures as described here."""
    app.add_exception_handler(SupportError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, Busy):
        headers["Retry-After"] = str(error.retry_after)
    elif status == 503:
        headers["Retry-After"] = str(TRY_AGAIN_SECONDS)
    if status >= 500:
        log.warning("%s %s: %s", request.method, request.url.path, error)
    if isinstance(error, ThreadForbidden):
        error = NotFound("there is no such thread; begin a new one by leaving thread_id out")
    elif status == 503:  # what is wrong inside is for the log
        error = BackendUnavailable("a part of the service does not answer at the moment; try again a little later")
    return answer(request, status, str(error), headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return answer(request, 400, "the body is not valid JSON; send one JSON object")
    said = "; ".join(f"{'.'.join(str(part) for part in p['loc'])}: {p['msg']}" for p in problems[:5])
    return answer(request, 422, said)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it
    return answer(request, error.status_code, str(error.detail), dict(error.headers or {}))


async def _unforeseen(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer(request, 500, "something went wrong here; it was noted, please try again")


def answer(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Return a failure as one line of JSON, in OpenAI's form where its protocol is spoken."""
    if service := getattr(request.app.state, "service", None):
        service.metrics.refused.labels(status=str(status)).inc()
    detail = Redactor().text(" ".join(detail.split()).encode("utf-8", "replace").decode()[:500])
    body: dict[str, object] = {"detail": detail}
    if request.url.path.startswith(OPENAI_PATH):
        kind = "server_error" if status >= 500 else HTTPStatus(status).name.lower()
        body = {"error": {"message": detail, "type": kind, "param": None, "code": None}}
    return Response(
        json.dumps(body, ensure_ascii=False), status_code=status, headers=headers, media_type="application/json"
    )
