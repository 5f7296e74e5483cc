"""Read the request a chat model gets: what was said, which passages and tool results are at hand, which tools are
bound.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from core.language.mentioned_orders import order_numbers
from core.model_notes import NOT_DONE_YET, NOTES
from core.safety.prompt_tags import read_earlier, read_message, read_passages


@dataclass(frozen=True)
class QuotedPassage:
    """Hold a numbered passage of a help article, as quoted in the prompt."""

    number: int
    title: str
    section: str
    text: str


@dataclass(frozen=True)
class Result:
    """Hold one tool call and what came back."""

    name: str
    args: Mapping[str, Any]
    text: str
    failed: bool = False

    @property
    def data(self) -> Any:
        """Return the facts in the result, or None where it is a plain sentence, such as a refusal."""
        if not self.text.lstrip().startswith(("{", "[")):
            return None
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    @property
    def for_model(self) -> bool:
        """Say whether the text tells a model what to do, so that no customer may read it."""
        return self.text.startswith(NOTES)


@dataclass(frozen=True)
class Said:
    """Hold one thing that was said before this turn."""

    by_customer: bool
    text: str


@dataclass(frozen=True)
class Conversation:
    """Hold a whole request in the shape the rules work on."""

    message: str
    """The customer's newest message."""
    passages: tuple[QuotedPassage, ...] = ()
    results: tuple[Result, ...] = ()
    """What tools returned in this turn."""
    said: tuple[Said, ...] = ()
    """What was said before this turn, oldest first."""
    earlier_results: tuple[Result, ...] = ()
    """What tools returned in earlier turns; good for knowing what was talked about, too old to be told as facts."""
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What is known of turns that are no longer shown, by kind, in the order in which it came up."""
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Parameter schema (JSON schema) of each bound tool by name, with what the tool does as its description."""

    @property
    def last_reply(self) -> str:
        """Return what was last said to the customer, or an empty string."""
        return self.said[-1].text if self.said and not self.said[-1].by_customer else ""

    @property
    def proposals(self) -> tuple[Result, ...]:
        """Return the changes that the last reply asks a yes for, in the order in which it lists them."""
        waiting: dict[int, Result] = {}
        for result in self.earlier_results:
            facts = result.data
            if isinstance(facts, dict) and facts.get("status") == NOT_DONE_YET and facts.get("detail"):
                place = self.last_reply.find(str(facts["detail"]))
                if place >= 0:
                    waiting[place] = result
        return tuple(waiting[place] for place in sorted(waiting))

    def newest_order(self) -> str | None:
        """Return the one order that was talked about last, or None where there is none or more than one."""
        known = {digits(order_id) for result in self.earlier_results for order_id in _orders_in(result)}
        for said in reversed(self.said):
            numbers = order_numbers(said.text)
            if there := [n for n in numbers if digits(n) in known] or numbers:
                return there[0] if len(there) == 1 else None
        return None


def read_conversation(messages: Sequence[BaseMessage], tools: Mapping[str, Mapping[str, Any]]) -> Conversation:
    """Return the conversation in a request: system prompt, history, the newest customer message and this turn's tool
    traffic.
    """
    start = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=len(messages))
    turn = messages[start:]
    prompt = turn[0].text if turn else ""
    results = _results(turn)
    passages = [QuotedPassage(*p) for p in read_passages(prompt)]
    for result in results:
        passages += [QuotedPassage(*p) for p in read_passages(result.text)]
    return Conversation(
        message=read_message(prompt),
        passages=tuple({p.number: p for p in passages}.values()),
        results=results,
        said=tuple(
            Said(isinstance(m, HumanMessage), read_message(m.text))
            for m in messages[:start]
            if isinstance(m, HumanMessage | AIMessage) and m.text.strip()
        ),
        earlier_results=_results(messages[:start]),
        facts=read_earlier(messages[0].text) if messages and isinstance(messages[0], SystemMessage) else {},
        tools=tools,
    )


def digits(order_id: str) -> str:
    """Return the digits of an order number, by which spellings of it are compared."""
    return "".join(c for c in order_id if c.isdigit())


def _orders_in(result: Result) -> list[str]:
    """Return the numbers of the orders that a result tells of."""
    data = result.data if isinstance(result.data, dict) else {}
    return [str(o["order_id"]) for o in (data, *data.get("orders", ())) if isinstance(o, dict) and o.get("order_id")]


def _results(messages: Sequence[BaseMessage]) -> tuple[Result, ...]:
    """Pair each tool result with the call it answers."""
    calls = {call["id"]: call for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
    found = []
    for message in messages:
        if isinstance(message, ToolMessage) and (call := calls.get(message.tool_call_id)):
            found.append(Result(call["name"], call["args"], message.text, message.status == "error"))
    return tuple(found)
