"""Give tools to a chat model without native tool calls: it answers with one JSON object that says or calls."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from core.models.async_base import AsyncChatModel
from core.models.json_mode import NO_STREAM
from core.models.tool_call_parsing import RAW_CALLS

EXPLANATION = """

You answer with one JSON object: {"say": "…", "calls": […]}. To use tools, leave "say" empty and list calls as
{"name": "…", "arguments": {…}}; their results come with the next message. To answer the customer, leave "calls" empty.
These are the tools, as JSON:
"""


class JsonToolsChatModel(AsyncChatModel):
    """Ask `model` for a JSON object under a schema made of the bound tools, and read it as text or tool calls."""

    model: BaseChatModel
    by_schema: bool = True
    """Whether the endpoint obeys `response_format: json_schema`; otherwise it is only asked for JSON."""
    functions: Sequence[dict[str, Any]] = ()

    @property
    def _llm_type(self) -> str:
        return "json-tools"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with these tools."""
        functions = [convert_to_openai_tool(tool)["function"] for tool in tools]
        return JsonToolsChatModel(model=self.model, by_schema=self.by_schema, functions=functions)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = await self.model.ainvoke(
            [_told(message, self.functions) for message in messages], NO_STREAM, response_format=self._format()
        )
        return ChatResult(generations=[ChatGeneration(message=as_message(answer))])

    def _format(self) -> dict[str, Any]:
        if not self.by_schema:
            return {"type": "json_object"}
        calls = [_call_schema(function) for function in self.functions]
        schema = {
            "type": "object",
            "properties": {"say": {"type": "string"}, "calls": {"type": "array", "items": {"anyOf": calls}}},
            "required": ["say", "calls"],
            "additionalProperties": False,
        }
        return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def as_message(answer: AIMessage) -> AIMessage:
    """Return an answer in JSON as what it says and calls; one that is no such object stays text and is
    judged as that.
    """
    try:
        value = json.loads(answer.text)
        said, wanted = str(value.get("say") or ""), list(value.get("calls") or ())
        raw = [
            {"name": call["name"], "arguments": json.dumps(call.get("arguments", {})), "id": None} for call in wanted
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return answer
    kwargs = {RAW_CALLS: raw} if raw else {}
    return answer.model_copy(update={"content": said, "additional_kwargs": answer.additional_kwargs | kwargs})


def _told(message: BaseMessage, functions: Sequence[dict[str, Any]]) -> BaseMessage:
    """Write tool traffic as plain messages, which such an endpoint understands."""
    if isinstance(message, SystemMessage):
        return SystemMessage(message.text + EXPLANATION + json.dumps(list(functions), ensure_ascii=False))
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
