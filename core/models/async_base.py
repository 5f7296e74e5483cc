"""Hold what chat models share that are there for an event loop only: those that stand around or before
another model.
"""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, message_chunk_to_message
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict


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
    def _answered(self, messages: list[BaseMessage], *, in_pieces: bool) -> AsyncIterator[ChatGenerationChunk]:
        """Yield the answer."""

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await whole_result(self._answered(messages, in_pieces=False))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for piece in self._answered(messages, in_pieces=True):
            yield piece


async def whole_result(pieces: AsyncIterator[ChatGenerationChunk]) -> ChatResult:
    """Return the pieces of an answer, of which there is at least one, as a whole.

    The library has such a function, too; it joins them in a thread, and to reach one takes longer than to join them.
    """
    first, *rest = [piece async for piece in pieces]
    return ChatResult(generations=[ChatGeneration(message=message_chunk_to_message((first + rest).message))])
