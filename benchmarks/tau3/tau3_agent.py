"""Put our graph into the τ³-bench harness: the harness runs its own tools, our graph decides.

Needs the harness (the package `tau2`, github sierra-research/tau2-bench, Python 3.12 or newer); nothing else here
imports this file. The calls of its tools pause our run (see `graph.tool_calls.executors.InHost`); the harness carries
them out, and its answers go on with the run.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, SystemMessage
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from tau2.agent.base_agent import HalfDuplexAgent, ValidAgentInputMessage
from tau2.data_model.message import AssistantMessage, Message, MultiToolMessage, ToolCall, ToolMessage, UserMessage
from tau2.environment.tool import Tool

from graph.agent import SupportAgent
from graph.builder import Parts, build_graph
from graph.runtime.budgets import Budgets
from graph.tool_calls.executors import InHost
from tools.actions.hosted import HostedActions, HostTool, as_tools
from tools.desk.ownership import WITH_PEOPLE

TRANSFER = "transfer_to_human_agents"
MAX_TOOL_ROUNDS = 30


@dataclass
class HarnessState:
    """One conversation of the harness: our thread, and the calls it still has to answer."""

    thread_id: str = field(default_factory=lambda: uuid4().hex)
    waiting: list[str] = field(default_factory=list)
    """Ids of the calls the graph waits for, in the order they were handed out."""
    transferred: bool = False
    said: str = ""


class GraphAgent(HalfDuplexAgent[HarnessState]):  # type: ignore[misc]  # its types are there only with the harness
    """Answer the harness with our graph; the model is any chat model, the tools and the policy are the harness's."""

    def __init__(self, tools: list[Tool], domain_policy: str, *, parts: Parts, model: BaseChatModel) -> None:
        super().__init__(tools=tools, domain_policy=domain_policy)
        hosts = [host_tool(tool) for tool in tools]
        ours = as_tools(hosts)
        bound: Any = RunnableLambda(_with_policy(domain_policy)) | model.bind_tools([tool.bound for tool in ours])
        hosted = replace(
            parts,
            model=bound,
            tools=ours,
            executor=InHost([tool.bound for tool in ours]),
            # The harness's own policy has the model ask before it writes.
            actions=HostedActions(ledger=parts.actions.ledger, tools=hosts, confirm_writes=False),
            max_tool_rounds=MAX_TOOL_ROUNDS,
            budgets=Budgets(),  # the harness counts the steps itself
        )
        graph = build_graph(hosted, checkpointer=InMemorySaver())
        self._agent = SupportAgent(graph, max_message_chars=parts.max_message_chars)
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
        if state.transferred:
            return AssistantMessage(role="assistant", content=state.said)
        if isinstance(message, UserMessage):
            reply = await self._agent.send(state.thread_id, message.content or "")
        else:
            reply = await self._agent.give_results(state.thread_id, _results(message, state))
        if calls := await self._agent.host_calls(state.thread_id):
            state.waiting = [call["id"] for call in calls]
            return AssistantMessage(role="assistant", content=None, tool_calls=[_host_call(call) for call in calls])
        state.said = reply.text
        if reply.owner in WITH_PEOPLE:
            state.transferred = True
            transfer = ToolCall(id=uuid4().hex, name=TRANSFER, arguments={"summary": reply.text}, requestor="assistant")
            return AssistantMessage(role="assistant", content=None, tool_calls=[transfer])
        return AssistantMessage(role="assistant", content=reply.text)

    def _run(self, step: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(step, self._loop).result()


def host_tool(tool: Tool) -> HostTool:
    """Return one of the harness's tools as a tool that the host of our graph carries out."""
    told = tool.openai_schema["function"]
    description = str(told.get("description", tool.name))
    return HostTool(name=tool.name, description=description, parameters=told["parameters"], effect="write")


def _with_policy(policy: str) -> Callable[[Sequence[BaseMessage]], list[BaseMessage]]:
    """Return what puts the harness's policy in place of our instructions; the rest of the request stays."""

    def prepend(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        return [SystemMessage(policy), *(m for m in messages if not isinstance(m, SystemMessage))]

    return prepend


def _results(message: ValidAgentInputMessage, state: HarnessState) -> list[dict[str, str]]:
    """Return what the harness's tools returned, one result a call."""
    answers = message.tool_messages if isinstance(message, MultiToolMessage) else [message]
    contents = [a.content or "" for a in answers if isinstance(a, ToolMessage)]
    return [{"id": call, "content": content} for call, content in zip(state.waiting, contents, strict=True)]


def _host_call(value: dict[str, Any]) -> ToolCall:
    return ToolCall(id=uuid4().hex, name=value["name"], arguments=value["args"], requestor="assistant")
