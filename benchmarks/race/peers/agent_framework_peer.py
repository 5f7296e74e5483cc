"""A Microsoft Agent Framework agent, its session kept as JSON in SQLite."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agent_framework import Agent, AgentSession
from agent_framework.openai import OpenAIChatCompletionClient

from benchmarks.race.peers.lines import History, Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""
    history = History(file)

    def get_order(order_id: str) -> str:
        """Look up one order."""
        return world.get_order(order_id)

    def request_human(reason: str) -> str:
        """Hand over to a person."""
        return "done"

    client = OpenAIChatCompletionClient("stub", base_url=world.url, api_key="none")
    agent: Any = Agent(client, world.system, tools=[get_order, request_human])

    async def turn(thread: str, text: str) -> str:
        kept = history.read(thread)
        session: Any = AgentSession.from_dict(json.loads(kept)) if kept else AgentSession(session_id=thread)
        answer = await agent.run(await world.grounded(text), session=session)
        history.write(thread, json.dumps(session.to_dict()))
        return str(answer.text)

    yield turn


if __name__ == "__main__":
    serve(opened)
