"""Read a message of a customer: as JSON, or as a form with pictures."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from core.language.fixed_sentences import phrase
from core.parsed_json import parsed_json
from core.pictures import MOST_BYTES, MOST_PICTURES, READERS, Picture, PictureRefused, read_picture
from graph.intake.attachments import PICTURE
from server.schemas.api_schemas import MessageIn

FORM = "multipart/form-data"
FORM_BYTES = 2 * MOST_BYTES
"""What a form with pictures may hold in all."""
_FIELDS = ("text", "thread_id", "locale", "channel", "answers")
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": MessageIn.model_json_schema()},
        FORM: {
            "schema": {
                "type": "object",
                "properties": {
                    **{name: {"type": "string"} for name in _FIELDS if name != "answers"},
                    "images": {
                        "type": "array",
                        "maxItems": MOST_PICTURES,
                        "items": {"type": "string", "format": "binary"},
                        "description": "JPEG, PNG or WebP.",
                    },
                },
            }
        },
    },
}


@dataclass(frozen=True)
class Written:
    """A message as it was sent, with its pictures read."""

    body: MessageIn
    pictures: Sequence[Picture] = ()


async def written(request: Request) -> Written:
    """Return the message of a request.

    Raises:
        HTTPException: the body is of another kind (415), too large (413), or holds a picture of no use (415).
        RequestValidationError: a field does not fit.
    """
    declared = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if declared == FORM:
        return await _form(request)
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
    return Written(_checked(content))


async def _form(request: Request) -> Written:
    async with request.form(max_files=MOST_PICTURES, max_fields=10) as form:
        files = [value for name, value in form.multi_items() if name == "images" and isinstance(value, UploadFile)]
        fields: dict[str, Any] = {
            name: value for name, value in form.multi_items() if name != "images" and isinstance(value, str)
        }
        sent = [await file.read() for file in files]
    if sent and not str(fields.get("text", "")).strip():
        fields["text"] = PICTURE
    if "answers" in fields:
        fields["answers"] = [fields["answers"]]
    body = _checked(fields)
    try:
        pictures = [await asyncio.get_running_loop().run_in_executor(READERS, read_picture, data) for data in sent]
    except PictureRefused as no:
        raise HTTPException(415, phrase(no.why, request.app.state.service.agent.locale_of(body.locale))) from None
    return Written(body, pictures)


def _checked(given: Any) -> MessageIn:
    try:
        return MessageIn.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from None
