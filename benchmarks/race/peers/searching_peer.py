"""LangChain `create_agent` that searches by a tool call, as the frameworks' guides show it, with the tools that this
project's agent has.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from langchain.agents import create_agent
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from benchmarks.race.peers.lines import Turn, World, serve


@asynccontextmanager
async def opened(world: World, file: str) -> AsyncIterator[Turn]:
    """Yield the agent."""

    def named(name: str) -> Callable[..., Awaitable[str]]:
        async def run(**arguments: Any) -> str:
            if name == "search_articles":
                await world.embed(str(arguments))
                return world.articles
            return world.get_order(arguments["order_id"]) if name == "get_order" else "done"

        return run

    tools = [
        StructuredTool(
            name=offered["name"],
            description=offered["description"],
            args_schema=offered["parameters"],
            coroutine=named(offered["name"]),
        )
        for offered in (described["function"] for described in world.tools)
    ]
    model = ChatOpenAI(model="stub", base_url=world.url, api_key="none", use_responses_api=False)  # type: ignore[arg-type]
    async with AsyncSqliteSaver.from_conn_string(file) as saver:
        agent: Any = create_agent(model, tools, system_prompt=world.system, checkpointer=saver)

        async def turn(thread: str, text: str) -> str:
            message = {"role": "user", "content": text}
            result = await agent.ainvoke({"messages": [message]}, {"configurable": {"thread_id": thread}})
            return str(result["messages"][-1].content)

        yield turn


if __name__ == "__main__":
    serve(opened)
