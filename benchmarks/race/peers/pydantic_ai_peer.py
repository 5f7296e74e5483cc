"""A pydantic-ai Agent, its messages kept as JSON in SQLite."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic_ai import Agent, ModelMessagesTypeAdapter
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from benchmarks.race.peers.lines import History, Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""
    history = History(file)
    model = OpenAIChatModel("stub", provider=OpenAIProvider(base_url=world.url, api_key="none"))
    agent = Agent(model, instructions=world.system)

    @agent.tool_plain
    def get_order(order_id: str) -> str:
        """Look up one order.

        Args:
            order_id: The order number.
        """
        return world.get_order(order_id)

    @agent.tool_plain
    def request_human(reason: str) -> str:
        """Hand over to a person.

        Args:
            reason: Why.
        """
        return "done"

    async def turn(thread: str, text: str) -> str:
        kept = history.read(thread)
        before = ModelMessagesTypeAdapter.validate_json(kept) if kept else []
        result = await agent.run(await world.grounded(text), message_history=before)
        history.write(thread, result.all_messages_json())
        return str(result.output)

    yield turn


if __name__ == "__main__":
    serve(opened)
