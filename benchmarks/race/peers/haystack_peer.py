"""A Haystack Agent, its messages kept as JSON in SQLite."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import create_tool_from_function
from haystack.utils import Secret

from benchmarks.race.peers.lines import History, Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""
    history = History(file)

    def get_order(order_id: Annotated[str, "The order number."]) -> str:
        """Look up one order."""
        return world.get_order(order_id)

    def request_human(reason: Annotated[str, "Why."]) -> str:
        """Hand over to a person."""
        return "done"

    agent = Agent(
        chat_generator=OpenAIChatGenerator(api_key=Secret.from_token("none"), model="stub", api_base_url=world.url),
        tools=[create_tool_from_function(get_order), create_tool_from_function(request_human)],
    )
    agent.warm_up()

    async def turn(thread: str, text: str) -> str:
        kept = history.read(thread)
        before: list[Any] = [ChatMessage.from_dict(value) for value in json.loads(kept)] if kept else []
        before = before or [ChatMessage.from_system(world.system)]
        result = await agent.run_async([*before, ChatMessage.from_user(await world.grounded(text))])
        history.write(thread, json.dumps([message.to_dict() for message in result["messages"]]))
        return str(result["last_message"].text)

    yield turn


if __name__ == "__main__":
    serve(opened)
