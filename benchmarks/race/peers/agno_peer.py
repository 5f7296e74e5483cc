"""An agno Agent with its SqliteDb and the whole history in the context."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agno.agent import Agent
from agno.db.sqlite import AsyncSqliteDb
from agno.models.openai.like import OpenAILike

from benchmarks.race.peers.lines import Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""

    def get_order(order_id: str) -> str:
        """Look up one order.

        Args:
            order_id: The order number.
        """
        return world.get_order(order_id)

    def request_human(reason: str) -> str:
        """Hand over to a person.

        Args:
            reason: Why.
        """
        return "done"

    agent = Agent(
        model=OpenAILike(id="stub", base_url=world.url, api_key="none"),
        db=AsyncSqliteDb(db_file=file),
        tools=[get_order, request_human],
        system_message=world.system,
        add_history_to_context=True,
        num_history_runs=1_000,
        telemetry=False,
    )

    async def turn(thread: str, text: str) -> str:
        return str((await agent.arun(await world.grounded(text), session_id=thread)).content)

    yield turn


if __name__ == "__main__":
    serve(opened)
