"""LangChain `create_agent` with AsyncSqliteSaver, as its documentation shows it, and the two articles before each
message.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from benchmarks.race.peers.lines import Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""

    @tool
    def get_order(order_id: str) -> str:
        """Look up one order.

        Args:
            order_id: The order number.
        """
        return world.get_order(order_id)

    @tool
    def request_human(reason: str) -> str:
        """Hand over to a person.

        Args:
            reason: Why.
        """
        return "done"

    model = ChatOpenAI(model="stub", base_url=world.url, api_key="none", use_responses_api=False)  # type: ignore[arg-type]
    async with AsyncSqliteSaver.from_conn_string(file) as saver:
        agent: Any = create_agent(model, [get_order, request_human], system_prompt=world.system, checkpointer=saver)

        async def turn(thread: str, text: str) -> str:
            message = {"role": "user", "content": await world.grounded(text)}
            result = await agent.ainvoke({"messages": [message]}, {"configurable": {"thread_id": thread}})
            return str(result["messages"][-1].content)

        yield turn


if __name__ == "__main__":
    serve(opened)
