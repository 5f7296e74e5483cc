"""Put our graph into the τ³-bench harness: the harness runs its own tools, our graph decides.

Needs the harness (the package `tau2`, github sierra-research/tau2-bench, Python 3.12 or newer); nothing else here imports this
file. Every tool of the harness becomes a tool of our graph that pauses the run with an interrupt of the type `host_tool_call`; the
harness carries it out and its answer resumes the run.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import BaseTool, StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, interrupt
from tau2.agent.base_agent import HalfDuplexAgent, ValidAgentInputMessage
from tau2.data_model.message import AssistantMessage, Message, MultiToolMessage, ToolCall, ToolMessage, UserMessage
from tau2.environment.tool import Tool

from graph.builder import Parts, build_graph
from graph.prompts import text_of
from graph.state import State, newest_turn
from tools.context import Context
from tools.ownership import WITH_PEOPLE

HOST_CALL = "host_tool_call"
TRANSFER = "transfer_to_human_agents"
MAX_TOOL_ROUNDS = 30


@dataclass
class HarnessState:
    """Hold one conversation of the harness: our thread, and the calls it still has to answer."""

    thread_id: str = field(default_factory=lambda: uuid4().hex)
    waiting: list[str] = field(default_factory=list)
    """Interrupt ids the graph waits for, in the order the calls were handed out."""
    transferred: bool = False


class GraphAgent(HalfDuplexAgent[HarnessState]):  # type: ignore[misc]  # its types are there only with the harness
    """Answer the harness with our graph; the model is any chat model, the tools and the policy are the harness's."""

    def __init__(self, tools: list[Tool], domain_policy: str, *, parts: Parts, model: BaseChatModel) -> None:
        super().__init__(tools=tools, domain_policy=domain_policy)
        ours = [host_tool(tool) for tool in tools]
        bound: Any = RunnableLambda(_with_policy(domain_policy)) | model.bind_tools(ours)
        self._graph = build_graph(
            replace(parts, model=bound, tools=ours, max_tool_rounds=MAX_TOOL_ROUNDS), checkpointer=InMemorySaver()
        )
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="tau3-agent", daemon=True).start()

    def get_init_state(self, message_history: list[Message] | None = None) -> HarnessState:
        """Return the state of a new conversation, which the harness may have opened with a greeting.

        Raises:
            ValueError: more than a greeting was said; retail has no such task.
        """
        began = [m for m in message_history or () if not isinstance(m, AssistantMessage) or m.tool_calls]
        if began:
            raise ValueError(f"{len(began)} earlier messages came; wanted a conversation from its beginning")
        return HarnessState()

    def generate_next_message(
        self, message: ValidAgentInputMessage, state: HarnessState
    ) -> tuple[AssistantMessage, HarnessState]:
        """Return the tool calls our graph wants carried out, or its reply."""
        request = self._run(self._step(message, state))
        return request, state

    async def _step(self, message: ValidAgentInputMessage, state: HarnessState) -> AssistantMessage:
        config: Any = {"configurable": {"thread_id": state.thread_id}, "recursion_limit": 200}
        if not state.transferred:
            given = _given(message, state)
            await self._graph.ainvoke(given, config, context=Context())
        snapshot = await self._graph.aget_state(config)
        calls = [i for task in snapshot.tasks for i in task.interrupts if i.value.get("type") == HOST_CALL]
        if calls:
            state.waiting = [call.id for call in calls]
            return AssistantMessage(role="assistant", content=None, tool_calls=[_host_call(c.value) for c in calls])
        now = State(**snapshot.values)
        turn = [m for m in newest_turn(now.messages) if isinstance(m, AIMessage) and not m.tool_calls]
        said = "\n\n".join(text_of(m) for m in turn)
        if now.owner in WITH_PEOPLE and not state.transferred:
            state.transferred = True
            transfer = ToolCall(id=uuid4().hex, name=TRANSFER, arguments={"summary": said}, requestor="assistant")
            return AssistantMessage(role="assistant", content=None, tool_calls=[transfer])
        return AssistantMessage(role="assistant", content=said)

    def _run(self, step: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(step, self._loop).result()


def host_tool(tool: Tool) -> BaseTool:
    """Return one of the harness's tools as a tool of our graph that the harness carries out."""
    name = tool.name

    async def ask_host(**args: Any) -> str:
        return str(interrupt({"type": HOST_CALL, "name": name, "args": args}))

    return StructuredTool(
        name=name,
        description=str(tool.openai_schema["function"].get("description", name)),
        args_schema=tool.openai_schema["function"]["parameters"],
        coroutine=ask_host,
    )


def _with_policy(policy: str) -> Callable[[Sequence[BaseMessage]], list[BaseMessage]]:
    """Return what puts the harness's policy in place of our instructions; the rest of the request stays."""

    def prepend(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        return [SystemMessage(policy), *(m for m in messages if not isinstance(m, SystemMessage))]

    return prepend


def _given(message: ValidAgentInputMessage, state: HarnessState) -> Any:
    """Return what the graph is run with: the customer's message, or the answers to its calls."""
    if isinstance(message, UserMessage):
        return {"messages": [HumanMessage(message.content or "")]}
    answers = message.tool_messages if isinstance(message, MultiToolMessage) else [message]
    contents = [a.content or "" for a in answers if isinstance(a, ToolMessage)]
    return Command(resume=dict(zip(state.waiting, contents, strict=True)))


def _host_call(value: dict[str, Any]) -> ToolCall:
    return ToolCall(id=uuid4().hex, name=value["name"], arguments=value["args"], requestor="assistant")
