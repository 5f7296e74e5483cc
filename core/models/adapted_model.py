"""Ask an endpoint's model in a way that it understands.

What it understands is kept in a file; where nobody has measured it before, it is measured while it is used.
"""

import asyncio
import json
import logging
import os
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field, PrivateAttr

from core.errors import ModelError, RequestRefused
from core.models.async_base import PiecewiseChatModel, answer_of
from core.models.capabilities import Capabilities, Endpoint, probe
from core.models.json_mode import FORMATS
from core.models.json_tool_calling import JsonToolsChatModel
from core.models.request_limits import current_allowance

log = logging.getLogger(__name__)

AGAIN_SECONDS = 300.0
"""How long an endpoint that could not be measured is left alone."""


def remember(file: Path, capabilities: Capabilities) -> None:
    """Write what was measured into the file, beside what other endpoints can do; a reader never sees half of it."""
    known = _read(file) | {_key(capabilities.base_url, capabilities.model): asdict(capabilities)}
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as out:
        json.dump(known, out, indent=2)
    os.replace(out.name, file)  # noqa: PTH105  the atomic one


def recall(file: Path, base_url: str | None, model: str) -> Capabilities | None:
    """Return what was measured for an endpoint's model, or None."""
    entry = _read(file).get(_key(str(base_url), model))
    if entry is None:
        return None
    lists = {name: tuple(entry.get(name, ())) for name in ("models", "notes")}
    known = {name: value for name, value in entry.items() if name in Capabilities.__dataclass_fields__}
    return Capabilities(**(known | lists))


def _read(file: Path) -> dict[str, Any]:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # measured again by the next probe
    return known if isinstance(known, dict) else {}


def _key(base_url: str, model: str) -> str:
    return f"{base_url.rstrip('/')} {model}"


class Measured:
    """What is known of one endpoint: kept in a file by whoever measured it, or measured in the background once."""

    def __init__(self, file: Path, endpoint: Endpoint) -> None:
        self.refuses_tools = False
        """Whether it has refused a request with tools that it took without them."""
        self._file, self._endpoint = file, endpoint
        self._known: Capabilities | None = None
        self._not_before = 0.0
        self.at_work: threading.Thread | None = None
        """Measures at the moment, or has."""

    @property
    def known(self) -> Capabilities | None:
        """Return what was measured, also meanwhile and by another process; None where nobody has."""
        self._known = self._known or recall(self._file, self._endpoint.base_url, self._endpoint.model)
        return self._known

    def calls_by_json(self, known: Capabilities | None) -> bool:
        """Say whether tools are offered by JSON, since it has no calls of its own as far as is known."""
        if known is None:
            return self.refuses_tools
        return known.tools is False and bool(known.json_schema or known.json_mode)

    def begin(self) -> None:
        """Measure it in the background, unless that was done or is being done; a failure is tried again later."""
        if time.monotonic() < self._not_before or (self.at_work and self.at_work.is_alive()) or self.known:
            return
        self._not_before = time.monotonic() + AGAIN_SECONDS
        # A thread of its own, since the loop that a turn runs on may end with it.
        self.at_work = threading.Thread(target=self._measure, name="probe", daemon=True)
        self.at_work.start()

    def _measure(self) -> None:
        try:
            remember(self._file, asyncio.run(probe(self._endpoint, sizes=False)))
        except (ModelError, OSError) as error:
            log.warning("%s could not be measured: %s", self._endpoint.base_url, error)


class AdaptedChatModel(PiecewiseChatModel):
    """Offer tools to an endpoint's model natively, or by JSON where it does not take them or its calls are unreadable.

    What a probe found out decides. Where nobody has probed, the first answer starts one in the background, and until it
    ends what the endpoint answers decides.
    """

    model: BaseChatModel
    endpoint: Measured = Field(exclude=True, repr=False)
    tools: Sequence[Any] = Field(default=(), exclude=True, repr=False)
    _in_pieces: Runnable[LanguageModelInput, AIMessage] = PrivateAttr()
    _whole: Runnable[LanguageModelInput, AIMessage] = PrivateAttr()
    _by_json: JsonToolsChatModel = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Offer the tools in each way."""
        super().model_post_init(context)
        whole = self.model.model_copy(update={"disable_streaming": True})
        self._in_pieces, self._whole = (m.bind_tools(self.tools) if self.tools else m for m in (self.model, whole))
        self._by_json = JsonToolsChatModel(model=whole).with_tools(self.tools)

    @property
    def _llm_type(self) -> str:
        return "adapted"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with these tools."""
        return AdaptedChatModel(model=self.model, endpoint=self.endpoint, tools=tools)

    async def _answered(self, messages: list[BaseMessage], *, in_pieces: bool) -> AsyncGenerator[AIMessageChunk]:
        known, allowance = self.endpoint.known, current_allowance()
        self._by_json.formats = json_formats(known) if known else self._by_json.formats
        in_pieces = in_pieces and not (known and known.streaming is False)
        ways = [self._in_pieces if in_pieces else self._whole, *([self._by_json] if self.tools else [])]
        if self.tools and (allowance.in_json or self.endpoint.calls_by_json(known)):
            ways = ways[1:]
        try:
            for place, way in enumerate(ways):
                try:
                    async with aclosing(answer_of(way, messages, in_pieces=in_pieces)) as pieces:
                        async for piece in pieces:
                            yield piece
                    if place and not allowance.forced_tools:
                        self.endpoint.refuses_tools = True
                    return
                except RequestRefused:  # as a whole: nothing was said
                    if place + 1 == len(ways):
                        raise
        finally:
            self.endpoint.begin()


def json_formats(known: Capabilities) -> list[str]:
    """Return how an endpoint may be asked for JSON, the best way first."""
    able = {"json_schema": known.json_schema, "json_object": known.json_mode, "prompt": True}
    return [name for name in FORMATS if able[name]]
