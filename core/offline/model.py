"""Offer the offline rules as a chat model like any other."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall, UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, PrivateAttr

from core.embeddings.minilm import MiniLM
from core.models.whole_answers import WholeAnswerChatModel
from core.offline.planner import Decision, MakesPlanner, Planner
from core.offline.reading.chat_request import read_conversation

OFFLINE = "offline"
FOR_CHANGE = "for_change"
"""What an answer says of itself whose calls make a change that the customer orders, or look up what it needs."""
"""What the model is called, and calls itself in its answers."""
CHARS_PER_TOKEN = 4
"""How many characters are counted as a token: there is no tokenizer to ask."""


class OfflineChatModel(WholeAnswerChatModel):
    """Understand requests by rules and examples, call bound tools, and answer with passages and tool results only.

    The same request always gets the same answer. Nothing is generated: each sentence is fixed, quoted from a numbered
    passage of the prompt, or filled in from tool results. With `embeddings` it understands paraphrases too.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    embeddings: MiniLM | None = None
    """Compares messages with examples and questions with passages; without it, words are compared."""
    planner: MakesPlanner = Planner
    """Makes what reads and answers; that of a trade comes with its tools."""
    _planner: Planner = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Prepare the examples' place; they are embedded when the first paraphrase comes."""
        super().model_post_init(context)
        self._planner = self.planner(self.embeddings)

    @property
    def _llm_type(self) -> str:
        return "offline"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": "offline", "embeddings": self.embeddings is not None}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model with tools it may call; `tool_choice` "none" keeps it from calling any."""
        bound = [] if tool_choice == "none" else [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=bound, **kwargs)

    def _answer(self, messages: list[BaseMessage], **kwargs: Any) -> AIMessage:
        tools: Sequence[Mapping[str, Any]] = kwargs.get("tools") or ()
        schemas = {
            t["function"]["name"]: t["function"].get("parameters", {})
            | {"description": t["function"].get("description", "")}
            for t in tools
        }
        decision = self._planner.decide(read_conversation(messages, schemas, model_name=OFFLINE))
        calls = [
            ToolCall(name=call.name, args=dict(call.args), id=_call_id(messages, position, call.name), type="tool_call")
            for position, call in enumerate(decision.calls)
        ]
        return AIMessage(
            content=decision.text,
            tool_calls=calls,
            usage_metadata=_usage(messages, decision),
            response_metadata={
                "model_name": OFFLINE,
                "finish_reason": "tool_calls" if calls else "stop",
                **({FOR_CHANGE: True} if decision.for_change else {}),
            },
        )

    def _pieces(self, answer: AIMessage) -> Iterator[ChatGenerationChunk]:
        return _chunks(answer)


def _chunks(answer: AIMessage) -> Iterator[ChatGenerationChunk]:
    """Cut an answer into words, then its tool calls, then usage and finish reason, as endpoints send them."""
    named = {"model_name": OFFLINE}
    for word in re.findall(r"\s*\S+|\s+$", answer.text):
        yield ChatGenerationChunk(message=AIMessageChunk(content=word, response_metadata=named))
        named = {}
    if answer.tool_calls:
        pieces = [
            tool_call_chunk(
                name=call["name"], args=json.dumps(call["args"], ensure_ascii=False), id=call["id"], index=index
            )
            for index, call in enumerate(answer.tool_calls)
        ]
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=pieces))
    yield ChatGenerationChunk(
        message=AIMessageChunk(
            content="",
            usage_metadata=answer.usage_metadata,
            response_metadata={**named, "finish_reason": answer.response_metadata["finish_reason"]},
            chunk_position="last",
        )
    )


def _call_id(messages: Sequence[BaseMessage], position: int, name: str) -> str:
    """Return an id that is the same for the same request, and differs from one message of a thread to the next."""
    seen = "\x1f".join(f"{m.type}:{m.id}:{m.text}" for m in messages)
    return "call_" + hashlib.sha256(f"{seen}\x1f{position}\x1f{name}".encode()).hexdigest()[:20]


def _usage(messages: Sequence[BaseMessage], decision: Decision) -> UsageMetadata:
    """Return an estimate of the tokens read and written."""
    read = sum(len(m.text) for m in messages) // CHARS_PER_TOKEN
    written = (len(decision.text) + sum(len(str(dict(c.args))) for c in decision.calls)) // CHARS_PER_TOKEN
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
