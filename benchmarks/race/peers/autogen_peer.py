"""An AutoGen AssistantAgent, its state kept as JSON in SQLite."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient

from benchmarks.race.peers.lines import History, Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""
    history = History(file)

    async def get_order(order_id: str) -> str:
        """Look up one order."""
        return world.get_order(order_id)

    async def request_human(reason: str) -> str:
        """Hand over to a person."""
        return "done"

    about: Any = {
        "vision": False,
        "function_calling": True,
        "json_output": False,
        "family": "unknown",
        "structured_output": False,
    }
    client = OpenAIChatCompletionClient(model="stub", base_url=world.url, api_key="none", model_info=about)

    async def turn(thread: str, text: str) -> str:
        agent = AssistantAgent(
            "support",
            client,
            tools=[get_order, request_human],
            system_message=world.system,
            reflect_on_tool_use=True,
        )
        if kept := history.read(thread):
            await agent.load_state(json.loads(kept))
        result: Any = await agent.run(task=await world.grounded(text))
        history.write(thread, json.dumps(await agent.save_state()))
        return str(result.messages[-1].content)

    yield turn


if __name__ == "__main__":
    serve(opened)
