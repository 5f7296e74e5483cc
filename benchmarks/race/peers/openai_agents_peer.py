"""The OpenAI Agents SDK with its SQLiteSession."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agents import Agent, OpenAIChatCompletionsModel, Runner, SQLiteSession, function_tool, set_tracing_disabled
from openai import AsyncOpenAI

from benchmarks.race.peers.lines import Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""
    set_tracing_disabled(True)

    @function_tool
    def get_order(order_id: str) -> str:
        """Look up one order.

        Args:
            order_id: The order number.
        """
        return world.get_order(order_id)

    @function_tool
    def request_human(reason: str) -> str:
        """Hand over to a person.

        Args:
            reason: Why.
        """
        return "done"

    model = OpenAIChatCompletionsModel("stub", AsyncOpenAI(base_url=world.url, api_key="none"))
    agent: Any = Agent("support", instructions=world.system, tools=[get_order, request_human], model=model)
    sessions: dict[str, SQLiteSession] = {}

    async def turn(thread: str, text: str) -> str:
        if thread not in sessions:
            sessions[thread] = SQLiteSession(thread, file)
        result = await Runner.run(agent, await world.grounded(text), session=sessions[thread])
        return str(result.final_output)

    yield turn


if __name__ == "__main__":
    serve(opened)
