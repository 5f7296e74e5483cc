"""Give tools to a chat model without native tool calls: it answers with one JSON object that says or calls."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from core.errors import RequestRefused
from core.models.async_base import AsyncChatModel
from core.models.json_mode import FORMATS, NO_STREAM
from core.models.request_limits import current_allowance
from core.models.tool_call_parsing import RAW_CALLS

EXPLANATION = """

You answer with one JSON object: {"say": "…", "calls": […]}. To use tools, leave "say" empty and list calls as
{"name": "…", "arguments": {…}}; their results come with the next message. To answer the customer, leave "calls" empty.
These are the tools, as JSON:
"""
CALL_NOW = '\n\nAnswer with a call of one of these tools now; leave "say" empty.'
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)


class JsonToolsChatModel(AsyncChatModel):
    """Ask `model` for a JSON object under a schema made of the bound tools, and read it as text or tool calls."""

    model: BaseChatModel
    formats: list[str] = Field(default_factory=lambda: list(FORMATS))
    """How the endpoint may be asked for JSON, the best way first; one that it refuses is not tried again."""
    functions: Sequence[dict[str, Any]] = ()

    @property
    def _llm_type(self) -> str:
        return "json-tools"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with these tools."""
        return self.with_tools(tools)

    def with_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool]
    ) -> "JsonToolsChatModel":
        """Return the model with these tools."""
        functions = [convert_to_openai_tool(tool)["function"] for tool in tools]
        return JsonToolsChatModel(model=self.model, formats=self.formats, functions=functions)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        forced = current_allowance().forced_tools
        functions = [f for f in self.functions if f["name"] in forced] or self.functions
        asked = [_told(message, functions, CALL_NOW if forced else "") for message in messages]
        while True:
            format_ = self.formats[0]
            try:
                answer = await self.model.ainvoke(asked, NO_STREAM, **_arguments(format_, functions, bool(forced)))
                return ChatResult(generations=[ChatGeneration(message=as_message(answer))])
            except RequestRefused:
                if len(self.formats) == 1:
                    raise
                self.formats.remove(format_)


def _arguments(format_: str, functions: Sequence[dict[str, Any]], forced: bool) -> dict[str, Any]:
    if format_ == "json_schema":
        calls: dict[str, Any] = {"type": "array", "items": {"anyOf": [_call_schema(f) for f in functions]}}
        schema = {
            "type": "object",
            "properties": {"say": {"type": "string"}, "calls": calls | ({"minItems": 1} if forced else {})},
            "required": ["say", "calls"],
            "additionalProperties": False,
        }
        return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}}
    return {"response_format": {"type": "json_object"}} if format_ == "json_object" else {}


def as_message(answer: AIMessage) -> AIMessage:
    """Return an answer in JSON as what it says and calls; what is no such object stays text and is judged as that."""
    try:
        found = _OBJECT.search(answer.text)
        value = json.loads(found[0]) if found else None
        if not isinstance(value, dict) or not {"say", "calls"} & value.keys():
            return answer
        said, wanted = str(value.get("say") or ""), list(value.get("calls") or ())
        raw = [
            {"name": call["name"], "arguments": json.dumps(call.get("arguments", {})), "id": None} for call in wanted
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return answer
    kwargs = {RAW_CALLS: raw} if raw else {}
    return answer.model_copy(update={"content": said, "additional_kwargs": answer.additional_kwargs | kwargs})


def _told(message: BaseMessage, functions: Sequence[dict[str, Any]], more: str) -> BaseMessage:
    """Write tool traffic as plain messages, which such an endpoint understands."""
    if isinstance(message, SystemMessage):
        return SystemMessage(message.text + EXPLANATION + json.dumps(list(functions), ensure_ascii=False) + more)
    if isinstance(message, ToolMessage):
        return HumanMessage(f"Result of {message.name}:\n{message.text}")
    if isinstance(message, AIMessage):
        calls = [{"name": call["name"], "arguments": call["args"]} for call in message.tool_calls]
        return AIMessage(json.dumps({"say": message.text, "calls": calls}, ensure_ascii=False))
    return message


def _call_schema(function: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"name": {"const": function["name"]}, "arguments": function["parameters"]},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }
