"""Offer the loop that people write first, to be judged beside the graph: passages in the prompt, tools, `while True`,
no gates.
"""

import json
import uuid
from collections import defaultdict
from datetime import date
from types import SimpleNamespace
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from openai import AsyncOpenAI, OpenAIError

from core.errors import MessageRejected, Refused, SupportError
from core.factory import TEMPERATURE
from core.passages import Passage, Utterance
from core.settings import Settings
from evals.conversations.world import Agent, MakeAgent
from graph.builder import Parts
from graph.replies import Reply
from graph.state import State
from tools.actions.ledger import ActionLedger
from tools.context import Context

BARE_LOOP = "bare-loop"
SYSTEM = """You are the support agent of {shop}. Today is {today}. The customer's id is {customer}.
Answer with the help of these articles, and use the tools to look things up and to do what the customer wants.

{articles}"""
MOST_ROUNDS = 10
"""The usual loop has no limit; an evaluation has to end."""


class BareLoop:
    """Answer as a hand-written loop over the `openai` client does: whatever the model calls runs, whatever it says is
    sent.

    It is given more than such loops have: our retrieval, our tools, and a shop that refuses what its rules forbid.
    """

    def __init__(self, settings: Settings, parts: Parts, today: date) -> None:
        self._settings, self._parts, self._today = settings, parts, today
        key = settings.api_key.get_secret_value() if settings.api_key else "none"
        self._client = AsyncOpenAI(base_url=settings.base_url, api_key=key, timeout=settings.limits.timeout_seconds)
        self._tools = {tool.name: tool for tool in parts.tools}
        self._histories: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._states: dict[str, State] = defaultdict(State)

    async def send(
        self, thread_id: str, text: str, *, customer_id: str | None = None, channel: str = "chat", locale: str = "en"
    ) -> Reply:
        """Return what the model says once it calls nothing more; raises MessageRejected for an empty message."""
        if not text.strip():
            raise MessageRejected("the message is empty; write what you need help with")
        context = Context(customer_id=customer_id, channel=channel, locale=locale)
        passages = await self._parts.retriever.search([Utterance("customer", text[:4000])], limit=3)
        state, history = self._states[thread_id], self._histories[thread_id]
        state.passage_ids += [passage.id for passage in passages]
        state.messages.append(HumanMessage(text))
        history.append({"role": "user", "content": text})
        system = {"role": "system", "content": self._system(passages, customer_id)}
        used = {"requests": 0, "prompt_tokens": 0, "completion_tokens": 0}
        called: list[str] = []
        said = ""
        while used["requests"] < MOST_ROUNDS:
            message = await self._ask([system, *history], used)
            history.append(message)
            said = message.get("content") or ""
            if not message.get("tool_calls"):
                break
            for call in message["tool_calls"]:
                called.append(call["function"]["name"])
                result = await self._run(thread_id, call, context)
                history.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        state.messages.append(AIMessage(said))
        return Reply(
            text=said,
            sources=(),
            tools=tuple(called),
            owner=state.owner,
            ticket_id=None,
            handoff=None,
            requests=used["requests"],
            input_tokens=used["prompt_tokens"],
            output_tokens=used["completion_tokens"],
            thread_id=thread_id,
        )

    async def state(self, thread_id: str) -> State:
        """Return the conversation so far."""
        return self._states[thread_id]

    def _system(self, passages: list[Passage], customer_id: str | None) -> str:
        articles = "\n\n".join(f"{passage.title}\n{passage.text}" for passage in passages)
        return SYSTEM.format(
            shop=self._parts.business_name, today=self._today, customer=customer_id or "unknown", articles=articles
        )

    async def _ask(self, messages: list[dict[str, Any]], used: dict[str, int]) -> dict[str, Any]:
        schemas: Any = [convert_to_openai_tool(tool.bound) for tool in self._parts.tools]
        sent: Any = messages
        try:
            answer = await self._client.chat.completions.create(
                model=self._settings.model,
                messages=sent,
                tools=schemas,
                temperature=TEMPERATURE,
                max_tokens=self._settings.limits.max_output_tokens,
            )
        except OpenAIError as error:
            raise SupportError(f"the endpoint failed: {error}") from error
        used["requests"] += 1
        if answer.usage:
            used["prompt_tokens"] += answer.usage.prompt_tokens
            used["completion_tokens"] += answer.usage.completion_tokens
        message: dict[str, Any] = answer.choices[0].message.model_dump(
            include={"role", "content", "tool_calls"}, exclude_none=True
        )
        return message

    async def _run(self, thread_id: str, call: dict[str, Any], context: Context) -> str:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        try:
            args = json.loads(arguments or "{}")
            text, status = await self._result(thread_id, name, args, context), "success"
        except Exception as error:  # noqa: BLE001 - such loops hand every failure to the model
            args, text, status = {"unreadable": arguments}, f"Error: {error}", "error"
        made = ToolCall(name=name, args=args if isinstance(args, dict) else {"value": args}, id=uuid.uuid4().hex)
        result = ToolMessage(
            text, tool_call_id=str(made["id"]), name=name, status="error" if status == "error" else "success"
        )
        self._states[thread_id].messages += [AIMessage("", tool_calls=[made]), result]
        return text

    async def _result(self, thread_id: str, name: str, args: dict[str, Any], context: Context) -> str:
        if name == "request_human":
            self._states[thread_id].owner = "pending"
            return "A colleague will take over."
        tool = self._tools.get(name)
        if tool is None:
            raise Refused(f"there is no tool {name}")
        if tool.effect == "write":
            return await self._write(thread_id, name, args, context)
        return await _read(tool.bound, args, context)

    async def _write(self, thread_id: str, name: str, args: dict[str, Any], context: Context) -> str:
        """Change the shop at once: nobody is asked, and no member of staff agrees."""
        proposed = await self._parts.actions.propose(thread_id, context, name, args, asked_message_id=None)
        ledger: ActionLedger = self._parts.actions.ledger
        await ledger.confirm(proposed.id, fingerprint=proposed.fingerprint, message_id="none", text="")
        await ledger.approve(proposed.id, by="nobody")
        return (await self._parts.actions.carry_out(thread_id, proposed.id)).words


async def _read(tool: BaseTool, args: dict[str, Any], context: Context) -> str:
    function: Any = getattr(tool, "coroutine", None)
    wants_caller = "runtime" in function.__annotations__
    found = await function(**args, **({"runtime": SimpleNamespace(context=context)} if wants_caller else {}))
    return str(found[0] if isinstance(found, tuple) else found)


def bare_loop(settings: Settings) -> MakeAgent:
    """Return what makes such an agent on the endpoint of the settings."""

    def make(parts: Parts, today: date) -> Agent:
        return BareLoop(settings, parts, today)

    return make
