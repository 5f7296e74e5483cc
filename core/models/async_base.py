"""Hold what chat models share that are there for an event loop only: those around or before another model."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, message_chunk_to_message
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding
from pydantic import ConfigDict

from core.models.json_mode import NO_STREAM
from core.models.request_limits import current_allowance


class AsyncChatModel(BaseChatModel):
    """Answer a caller without an event loop by `_agenerate`, which a subclass writes."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return asyncio.run(self._agenerate(messages, stop))


class PiecewiseChatModel(AsyncChatModel):
    """A chat model whose subclass yields its answer in pieces, and asks others as a whole where nobody reads along."""

    @abstractmethod
    def _answered(self, messages: list[BaseMessage], *, in_pieces: bool) -> AsyncGenerator[AIMessageChunk]:
        """Yield the answer."""

    async def unobserved(self, messages: list[BaseMessage]) -> AIMessage:
        """Return an answer past the library's entrance, which looks for whoever traces it or reads along."""
        return await whole_message(self._answered(messages, in_pieces=False))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=await self.unobserved(messages))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[ChatGenerationChunk]:
        async for piece in self._answered(messages, in_pieces=True):
            yield ChatGenerationChunk(message=piece)


async def whole_message(pieces: AsyncGenerator[AIMessageChunk]) -> AIMessage:
    """Return the pieces of an answer, of which there is at least one, as a whole.

    The library has such a function, too; it joins them in a thread, and to reach one takes longer than to join them.
    """
    first, *rest = [piece async for piece in pieces]
    whole: Any = message_chunk_to_message(first + rest if rest else first)
    return cast(AIMessage, whole)


async def answer_of(
    model: Runnable[LanguageModelInput, AIMessage], messages: list[BaseMessage], *, in_pieces: bool
) -> AsyncGenerator[AIMessageChunk]:
    """Yield another model's answer, in one piece where nobody reads along, which costs half as much.

    A model that stands around others is asked past the library's entrance, where each is configured and traced anew;
    the one that answers is traced.
    """
    if isinstance(model, PiecewiseChatModel):
        async with aclosing(model._answered(messages, in_pieces=in_pieces)) as pieces:
            async for piece in pieces:
                yield piece
    elif in_pieces:
        async for message in model.astream(messages, NO_STREAM):
            yield as_chunk(message)
    elif not current_allowance().observed:
        yield as_chunk(await _unobserved(model, messages))
    else:
        yield as_chunk(await model.ainvoke(messages, NO_STREAM))


async def _unobserved(model: Runnable[LanguageModelInput, AIMessage], messages: list[BaseMessage]) -> BaseMessage:
    """Return the answer of a model of the library's past its entrance."""
    inner, kwargs = (model.bound, model.kwargs) if isinstance(model, RunnableBinding) else (model, {})
    if not isinstance(inner, BaseChatModel):
        return await model.ainvoke(messages, NO_STREAM)
    generation = (await inner._agenerate(messages, **kwargs)).generations[0]
    told = generation.message.response_metadata
    generation.message.response_metadata = {**(generation.generation_info or {}), **told}
    return generation.message


def as_chunk(message: BaseMessage) -> AIMessageChunk:
    """Return a message of a model that does not stream as the one chunk of a stream."""
    if isinstance(message, AIMessageChunk):
        return message
    answer = message if isinstance(message, AIMessage) else AIMessage(message.content)
    return AIMessageChunk(
        content=answer.content,
        id=answer.id,
        name=answer.name,
        additional_kwargs=answer.additional_kwargs,
        response_metadata=answer.response_metadata,
        usage_metadata=answer.usage_metadata,
        tool_calls=answer.tool_calls,
        invalid_tool_calls=answer.invalid_tool_calls,
    )
