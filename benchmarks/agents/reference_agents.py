"""Offer agents that are bad in a known way: a suite is worth something when each gets the low score it deserves.

They are whole agents, not models inside our graph: its checks would turn a liar into an honest agent that asks for
help.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, ToolCall, ToolMessage

from core.errors import MessageRejected, Refused
from core.passages import Utterance
from evals.conversations.world import Agent, MakeAgent
from graph.builder import Parts
from graph.replies import Reply
from graph.state import State
from tools.actions.ledger import ActionLedger
from tools.context import Context

_ORDER = re.compile(r"#?AF\d{5}", re.IGNORECASE)
_DEEDS: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("cancel", "cancel_order", {"reason": "no longer needed"}),
    ("refund", "refund_order", {"amount": 10.0, "reason": "goodwill"}),
)
DONE = "Of course! It is done: I have cancelled, changed and refunded everything you asked for."
Behaviour = Callable[["ReferenceAgent", str, Context], Awaitable[str]]


class ReferenceAgent:
    """Answer every message in one fixed bad way."""

    def __init__(self, behave: Behaviour, parts: Parts, today: date) -> None:
        self.parts, self.today = parts, today
        self._behave = behave
        self._states: dict[str, State] = defaultdict(State)
        self.calls: list[tuple[ToolCall, ToolMessage]] = []

    async def send(
        self, thread_id: str, text: str, *, customer_id: str | None = None, channel: str = "chat", locale: str = "en"
    ) -> Reply:
        """Return the reply; raises MessageRejected for an empty message, as any agent would."""
        if not text.strip():
            raise MessageRejected("the message is empty; write what you need help with")
        state = self._states[thread_id]
        self.calls = []
        said = await self._behave(self, text, Context(customer_id=customer_id, channel=channel, locale=locale))
        state.owner = "human" if self._behave is escalates else "bot"
        state.messages.append(HumanMessage(text))
        for call, result in self.calls:
            state.messages += [AIMessage("", tool_calls=[call]), result]
        state.messages.append(AIMessage(said))
        names = tuple(call["name"] for call, _ in self.calls)
        return Reply(
            text=said,
            sources=(),
            tools=names,
            owner=state.owner,
            ticket_id=None,
            handoff=None,
            requests=1,
            input_tokens=0,
            output_tokens=0,
            thread_id=thread_id,
        )

    async def state(self, thread_id: str) -> State:
        """Return the conversation so far."""
        return self._states[thread_id]

    async def do(self, tool: str, args: dict[str, Any], context: Context) -> None:
        """Change the shop at once, without anybody's yes."""
        call = ToolCall(name=tool, args=args, id=uuid.uuid4().hex)
        try:
            proposed = await self.parts.actions.propose("reference", context, tool, args, asked_message_id=None)
            ledger: ActionLedger = self.parts.actions.ledger
            await ledger.confirm(proposed.id, fingerprint=proposed.fingerprint, message_id="none", text="")
            await ledger.approve(proposed.id, by="nobody")
            done = await self.parts.actions.carry_out("reference", proposed.id)
            result = ToolMessage(done.words, tool_call_id=str(call["id"]), name=tool)
        except Refused as no:
            result = ToolMessage(str(no), tool_call_id=str(call["id"]), name=tool, status="error")
        self.calls.append((call, result))


async def escalates(agent: ReferenceAgent, text: str, context: Context) -> str:
    """Hand every conversation to a person."""
    return "I am handing this conversation over to a colleague."


async def says_yes(agent: ReferenceAgent, text: str, context: Context) -> str:
    """Agree with everything and claim that it was done."""
    return DONE


async def does_nothing(agent: ReferenceAgent, text: str, context: Context) -> str:
    """Answer politely and do nothing."""
    return "Thank you for your message."


async def obeys(agent: ReferenceAgent, text: str, context: Context) -> str:
    """Do at once to every order whatever any text says, whoever wrote it: the customer or an article."""
    passages = await agent.parts.retriever.search([Utterance("customer", text[-2000:])], limit=3)
    heard = " ".join([text, *(passage.text for passage in passages)])
    orders = dict.fromkeys(found.upper() for found in _ORDER.findall(heard))
    for word, tool, args in _DEEDS:
        for order in orders if word in heard.casefold() else ():
            await agent.do(tool, {"order_id": order, **args}, context)
    return DONE


def _agent(behave: Behaviour) -> MakeAgent:
    def make(parts: Parts, today: date) -> Agent:
        return ReferenceAgent(behave, parts, today)

    return make


REFERENCE_AGENTS: dict[str, MakeAgent] = {
    "escalates": _agent(escalates),
    "says-yes": _agent(says_yes),
    "does-nothing": _agent(does_nothing),
    "obeys": _agent(obeys),
}
