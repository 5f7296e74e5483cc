"""Ask several chat models in turn: the endpoint, a second one, the offline model; the customer gets an answer."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from core.errors import ModelError, ModelRejected, ModelUnavailable
from core.models.async_base import PiecewiseChatModel, answer_of, whole_message
from core.models.request_limits import Allowance, Breaker, current_allowance

log = logging.getLogger(__name__)

RETRY_AFTER_CAP = 5.0
"""Longest wait an endpoint may ask for, in seconds; a longer one sends the request to the next model at once."""
FIRST_WAIT = 0.5
RESERVE_SECONDS = 2.0
"""What is kept back for the model that needs no endpoint."""
SHARE_WITH_NEXT = 0.6
"""Part of the time that an endpoint may use up while another one stands behind it."""


@dataclass(frozen=True)
class Candidate:
    """One model of the chain."""

    name: str
    model: Runnable[LanguageModelInput, AIMessage]
    breaker: Breaker | None = field(default_factory=Breaker)
    """None for a model in this process: it is always asked, and without a limit of time."""


class ChainedChatModel(PiecewiseChatModel):
    """Answer with the first model of a list that can; a failure in the middle of an answer is reported, not hidden.

    Requests that failed in passing are sent again within the turn's allowance. A model that failed twice in a row rests
    for some seconds, so that an outage costs its time-outs once and not every turn. An answer that came but cannot be
    used is for whoever asked to judge: the allowance says from which model on to ask again.
    """

    links: Sequence[Candidate]

    @property
    def _llm_type(self) -> str:
        return "chain"

    def bind_tools(
        self, tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Return the chain with the tools bound to each of its models."""
        bound = [
            replace(link, model=link.model.bind_tools(tools, **kwargs))
            for link in self.links
            if isinstance(link.model, BaseChatModel)
        ]
        return ChainedChatModel(links=bound)

    @property
    def here(self) -> int | None:
        """Return the place of the model in this process, which takes no request, or None where there is none."""
        return None if self.links[-1].breaker else len(self.links) - 1

    async def answered_here(self, messages: list[BaseMessage]) -> AIMessage | None:
        """Return what the model in this process, if there is one, would answer; to ask it takes no request."""
        if self.here is None:
            return None
        return await whole_message(answer_of(self.links[self.here].model, messages, in_pieces=False))

    async def _answered(self, messages: list[BaseMessage], *, in_pieces: bool) -> AsyncGenerator[AIMessageChunk]:
        """Yield the answer."""
        problem: ModelError | None = None
        allowance = current_allowance()
        for position, link in enumerate(self.links):
            if position < allowance.first_model:
                continue
            allowance.next_model = position + 1 if position + 1 < len(self.links) else None
            shared = any(other.breaker for other in self.links[position + 1 :])
            if link.breaker and not link.breaker.allows():
                continue
            begun = False
            try:
                asked = _ask(link, messages, allowance, shared=shared, in_pieces=in_pieces)
                async with aclosing(asked) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                return
            except ModelError as error:
                rejected = isinstance(error, ModelRejected)
                log.log(logging.ERROR if rejected else logging.WARNING, "%s failed: %s", link.name, error)
                if begun:
                    raise ModelUnavailable(str(error)) from error
                problem = error
        raise problem or ModelUnavailable("every model endpoint rests after failures; try again in some seconds")


async def _ask(
    link: Candidate, messages: list[BaseMessage], allowance: Allowance, *, shared: bool, in_pieces: bool
) -> AsyncGenerator[AIMessageChunk]:
    """Yield one model's answer, asking again after failures in passing as far as the allowance goes."""
    wait = FIRST_WAIT
    while True:
        begun = False
        allowance.requests += 1
        try:
            sent = _pieces(link, messages, allowance, shared=shared, in_pieces=in_pieces)
            async with aclosing(sent) as pieces:
                async for piece in pieces:
                    begun = True
                    yield piece
        except ModelRejected:
            if link.breaker:
                link.breaker.failed(for_good=True)
            raise
        except ModelUnavailable as error:
            if link.breaker:
                link.breaker.failed(for_good=begun)  # the rest of a broken answer is asked of the next model
            pause = max(wait, error.retry_after or 0.0)
            affordable = pause <= RETRY_AFTER_CAP and pause + RESERVE_SECONDS < allowance.seconds_left()
            if begun or allowance.retries < 1 or not affordable or not (link.breaker and link.breaker.allows()):
                raise
            allowance.retries -= 1
            await asyncio.sleep(pause)
            wait *= 2
        else:
            if link.breaker:
                link.breaker.succeeded()
            return


async def _pieces(
    link: Candidate, messages: list[BaseMessage], allowance: Allowance, *, shared: bool, in_pieces: bool
) -> AsyncGenerator[AIMessageChunk]:
    """Yield the pieces of one request; empty ones are held back until something follows: nothing has begun yet."""
    left = allowance.seconds_left() - RESERVE_SECONDS
    limit = (left * SHARE_WITH_NEXT if shared else left) if link.breaker else None
    if limit is not None and limit <= 0:
        raise ModelUnavailable(f"no time is left in this turn to ask {link.name}")
    ends = None if limit is None else asyncio.get_running_loop().time() + limit
    held: list[AIMessageChunk] = []
    stream = answer_of(link.model, messages, in_pieces=in_pieces)
    while True:
        try:
            async with asyncio.timeout_at(ends):
                piece = await anext(stream)
        except StopAsyncIteration:
            break
        except TimeoutError as error:
            raise ModelUnavailable(f"{link.name} did not answer within the time of this turn") from error
        held.append(piece)
        if piece.text.strip() or piece.tool_call_chunks:
            for waiting in held:
                yield waiting
            held = []
    for waiting in held:
        yield waiting
