"""Offer a chat model that says what it was told to, for tests and rehearsals."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import Field

from core.models.whole_answers import WholeAnswerChatModel

Answer = AIMessage | Exception | Callable[[list[BaseMessage]], AIMessage]


class ScriptedChatModel(WholeAnswerChatModel):
    """Give the listed answers in order; an exception is raised, a function is called with the request.

    An answer may be an `AIMessageChunk` with the calls as an endpoint would send them, and name its own finish reason.
    """

    answers: list[Any]
    """One `Answer` a request; the last one is given again for ever."""
    requests: list[list[BaseMessage]] = Field(default_factory=list)
    """Every request that came, for a test to look at."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[BaseTool | Any], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the model itself: the script already knows its calls."""
        return self

    def _answer(self, messages: list[BaseMessage], **kwargs: Any) -> AIMessage:
        answer: Answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(messages)
        if isinstance(answer, Exception):
            raise answer
        message = answer if isinstance(answer, AIMessage) else answer(messages)
        # A fresh id each time: a message that is given twice is two messages of the conversation.
        return message.model_copy(update={"id": f"scripted-{id(self)}-{len(self.requests)}"})

    def _pieces(self, answer: AIMessage) -> Iterator[ChatGenerationChunk]:
        return _chunks(answer)


def _chunks(message: AIMessage) -> Iterator[ChatGenerationChunk]:
    """Cut a message into words, its tool calls and usage with the last piece."""
    words = message.text.split(" ") if message.text else []
    for index, word in enumerate(words):
        text = word if index == 0 else f" {word}"
        yield ChatGenerationChunk(message=AIMessageChunk(content=text, id=message.id))
    as_sent = message.tool_call_chunks if isinstance(message, AIMessageChunk) else []
    last = AIMessageChunk(
        content="",
        id=message.id,
        tool_calls=[] if as_sent else message.tool_calls,
        tool_call_chunks=as_sent,
        usage_metadata=message.usage_metadata,
        response_metadata={"finish_reason": "tool_calls" if message.tool_calls else "stop"} | message.response_metadata,
        chunk_position="last",
    )
    yield ChatGenerationChunk(message=last)
