"""Play the same turns with the agent, with what people would write instead, and with a graph that does nothing of its
own.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from langchain.agents import create_agent
from langchain_core.embeddings import Embeddings
from langchain_core.messages import SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, MessagesState, StateGraph
from openai import AsyncOpenAI

from core.settings import SAMPLE_BUSINESS, Settings
from graph.agent import SupportAgent, open_agent
from graph.context_window.prompts import system_prompt
from graph.memory.checkpointers import open_checkpointer
from graph.runtime.node_wrappers import inline_route

ROOT = Path(__file__).resolve().parents[2]
CUSTOMER = "ada_brook_1001"
SYSTEM = system_prompt("Alder & Finch")
Turn = Callable[[str, str], Awaitable[object]]
"""Answer a message of a thread: `await turn(thread, text)`."""

ORDERS: dict[str, Any] = json.loads((SAMPLE_BUSINESS / "shop.json").read_text(encoding="utf-8"))["orders"]


@asynccontextmanager
async def hand_written(base_url: str) -> AsyncIterator[Turn]:
    """Yield the usual `while` loop over the `openai` client: no memory, no retrieval, orders in a dictionary."""
    client = AsyncOpenAI(base_url=base_url, api_key="none")
    schema = {
        "name": "get_order",
        "description": "Look up one order.",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    }

    async def turn(_: str, text: str) -> object:
        messages: list[Any] = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]
        while True:
            tools: Any = [{"type": "function", "function": schema}]
            answer = await client.chat.completions.create(model="stub", messages=messages, tools=tools)
            message = answer.choices[0].message
            if not message.tool_calls:
                return message.content
            messages.append(message)
            for call in message.tool_calls:
                arguments = json.loads(call.function.arguments)  # type: ignore[union-attr]
                result = json.dumps(ORDERS[f"#{arguments['order_id']}"])
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})

    try:
        yield turn
    finally:
        await client.close()


@asynccontextmanager
async def langchain_agent(base_url: str, file: Path) -> AsyncIterator[Turn]:
    """Yield LangChain's `create_agent` with durable SQLite memory, as its documentation shows it: no retrieval."""

    @tool
    def get_order(order_id: str) -> str:
        """Look up one order.

        Args:
            order_id: The order number.
        """
        return json.dumps(ORDERS[f"#{order_id}"])

    model = ChatOpenAI(model="stub", base_url=base_url, api_key="none", use_responses_api=False)  # type: ignore[arg-type]
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        agent: Any = create_agent(model, [get_order], system_prompt=SYSTEM, checkpointer=saver)

        async def turn(thread: str, text: str) -> object:
            config = {"configurable": {"thread_id": thread}}
            return await agent.ainvoke({"messages": [{"role": "user", "content": text}]}, config)

        yield turn


@asynccontextmanager
async def empty_graph(base_url: str, file: Path, embeddings: Embeddings) -> AsyncIterator[Turn]:
    """Yield a graph of the steps of our common turn that embeds the message, asks the model once and remembers: what
    the libraries take.

    Nothing is searched, looked up, checked, counted or limited, so that no agent on these libraries can take less.
    """
    model = ChatOpenAI(model="stub", base_url=base_url, api_key="none", use_responses_api=False)  # type: ignore[arg-type]

    async def nothing(_: MessagesState) -> dict[str, Any]:
        return {}

    async def retrieve(state: MessagesState) -> dict[str, Any]:
        await asyncio.to_thread(embeddings.embed_query, state["messages"][-1].text)
        return {}

    async def reason(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke([SystemMessage(SYSTEM), *state["messages"]])]}

    steps: list[tuple[str, Any]] = [
        ("receive", nothing),
        ("retrieve", retrieve),
        ("reason", reason),
    ]
    drawn = StateGraph(MessagesState)
    drawn.add_edge(START, "receive")
    for place, (name, step) in enumerate(steps):
        following = steps[place + 1][0] if place + 1 < len(steps) else END
        drawn.add_node(name, step)
        drawn.add_conditional_edges(name, inline_route(partial(_to, following)), [following])
    async with open_checkpointer(f"sqlite:///{file}") as saver:
        graph: Any = drawn.compile(checkpointer=saver)

        async def turn(thread: str, text: str) -> object:
            config = {"configurable": {"thread_id": thread}}
            return await graph.ainvoke({"messages": [{"role": "user", "content": text}]}, config, durability="exit")

        yield turn


def _to(node: str, _: object) -> str:
    return node


def our_values(base_url: str, folder: Path) -> dict[str, str]:
    """Return as variables the settings of an agent that uses the endpoint and keeps its data in a folder."""
    return {
        "SUPPORT_BASE_URL": base_url,
        "SUPPORT_MODEL": "stub",
        "SUPPORT_DATA_DIR": str(folder),
        "SUPPORT_DAILY_BUDGET": "requests=1000000 tokens=10000000000",
    }


def our_settings(base_url: str, folder: Path, **others: str) -> Settings:
    """Return such settings, and others beside."""
    return Settings.from_env(our_values(base_url, folder) | others, env_file=None)


@asynccontextmanager
async def our_agent(settings: Settings) -> AsyncIterator[tuple[Turn, SupportAgent]]:
    """Yield the agent of this project: durable memory, hybrid retrieval, orders in SQL."""
    async with open_agent(settings) as agent:

        async def turn(thread: str, text: str) -> object:
            reply = await agent.send(thread, text, customer_id=CUSTOMER)
            assert reply.owner == "bot", (
                f"{text!r} was handed over ({reply.handoff}); such a turn measures something else"
            )
            return reply

        yield turn, agent


def bytes_of(file: Path) -> int:
    """Return what a SQLite database takes on disk once its log is folded in."""
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
