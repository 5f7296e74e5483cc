"""Stream the answers of a chat model that knows each of them as a whole, in pieces as endpoints send them."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult


class WholeAnswerChatModel(BaseChatModel):
    """A chat model whose subclass returns an answer and cuts it into pieces."""

    @abstractmethod
    def _answer(self, messages: list[BaseMessage], **kwargs: Any) -> AIMessage:
        """Return the next message for a request."""

    @abstractmethod
    def _pieces(self, answer: AIMessage) -> Iterator[ChatGenerationChunk]:
        """Cut an answer into what is streamed."""

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._answer(messages, **kwargs))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self._pieces(self._answer(messages, **kwargs)):
            if run_manager:
                run_manager.on_llm_new_token(piece.text, chunk=piece)
            yield piece

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        answer = await asyncio.to_thread(self._answer, messages, **kwargs)  # it may take long to find
        for piece in self._pieces(answer):
            if run_manager:
                await run_manager.on_llm_new_token(piece.text, chunk=piece)
            yield piece
