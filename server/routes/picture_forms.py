"""Read a message of a customer or a reply of an operator: as JSON, or as a form with pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from core.json_records import parsed_json
from core.language.fixed_sentences import phrase
from core.pictures import MOST_BYTES, MOST_PICTURES, READERS, Picture, PictureRefused, read_picture
from graph.intake.attachments import PICTURE
from server.schemas.api_schemas import MessageIn, OperatorReply

Body = TypeVar("Body", bound=BaseModel)
FORM = "multipart/form-data"
FORM_BYTES = 2 * MOST_BYTES
"""What a form with pictures may hold in all."""


def described(model: type[BaseModel], *fields: str) -> dict[str, Any]:
    """Return how a body is written, as JSON and as a form with these fields, for the description of the API."""
    images = {
        "type": "array",
        "maxItems": MOST_PICTURES,
        "items": {"type": "string", "format": "binary"},
        "description": "JPEG, PNG or WebP.",
    }
    form = {"type": "object", "properties": {**{name: {"type": "string"} for name in fields}, "images": images}}
    return {
        "required": True,
        "content": {"application/json": {"schema": model.model_json_schema()}, FORM: {"schema": form}},
    }


MESSAGE_BODY = described(MessageIn, "text", "thread_id", "locale", "channel")
REPLY_BODY = described(OperatorReply, "text", "key")


@dataclass(frozen=True)
class Written(Generic[Body]):
    """A message as it was sent, with its pictures read."""

    body: Body
    pictures: Sequence[Picture] = ()


async def written(request: Request) -> Written[MessageIn]:
    """Return the message of a customer's request; raises as `read`."""
    return await read(request, MessageIn)


async def written_reply(request: Request) -> Written[OperatorReply]:
    """Return the reply of an operator's request; raises as `read`."""
    return await read(request, OperatorReply)


async def read(request: Request, model: type[Body]) -> Written[Body]:
    """Return the body of a request.

    Raises:
        HTTPException: the body is of another kind (415), too large (413), or holds a picture of no use (415).
        RequestValidationError: a field does not fit.
    """
    declared = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if declared == FORM:
        return await _form(request, model)
    if declared != "application/json":
        raise HTTPException(415, f"the body must be JSON or a form; send `Content-Type: application/json` or `{FORM}`")
    body = await request.body()
    most = request.app.state.service.settings.limits.max_body_kb * 1024
    if len(body) > most:
        raise HTTPException(413, f"the body is too large; at most {most // 1024:,} KB are accepted")
    if not body:
        raise RequestValidationError([{"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}])
    try:
        content = parsed_json(body)
    except ValueError:
        wrong = {"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([wrong]) from None
    return Written(_checked(content, model))


async def _form(request: Request, model: type[Body]) -> Written[Body]:
    async with request.form(max_files=MOST_PICTURES, max_fields=10) as form:
        files = [value for name, value in form.multi_items() if name == "images" and isinstance(value, UploadFile)]
        fields: dict[str, Any] = {
            name: value for name, value in form.multi_items() if name != "images" and isinstance(value, str)
        }
        sent = [await file.read() for file in files]
    if sent and model is MessageIn and not str(fields.get("text", "")).strip():
        fields["text"] = PICTURE
    if "answers" in fields:
        fields["answers"] = [fields["answers"]]
    body = _checked(fields, model)
    try:
        pictures = [await asyncio.get_running_loop().run_in_executor(READERS, read_picture, data) for data in sent]
    except PictureRefused as no:
        locale = request.app.state.service.agent.locale_of(getattr(body, "locale", None))
        raise HTTPException(415, phrase(no.why, locale)) from None
    return Written(body, pictures)


def _checked(given: Any, model: type[Body]) -> Body:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from None
