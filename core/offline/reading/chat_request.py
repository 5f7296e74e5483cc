"""Read the request a chat model gets: what was said, which passages and results are at hand, which tools."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from core.model_notes import NOTES
from core.safety.untrusted_text import read_earlier, read_message, read_passages

_LONGEST_VALUE = 60
"""Characters of a result that is one value and no text."""


@dataclass(frozen=True)
class QuotedPassage:
    """A numbered passage of a help article, as quoted in the prompt."""

    number: int
    title: str
    section: str
    text: str


@dataclass(frozen=True)
class Result:
    """One tool call and what came back."""

    name: str
    args: Mapping[str, Any]
    text: str
    failed: bool = False

    @property
    def data(self) -> Any:
        """Return the facts in the result, or None where it is a plain sentence, such as a refusal.

        One value that was asked for by arguments is told with them, called as the tool is: a `status` of
        `get_flight_status`.
        """
        if not self.text.lstrip().startswith(("{", "[", '"')):
            return None
        try:
            found = json.loads(self.text)
        except ValueError:
            return None
        if not isinstance(found, str):
            return found
        return {**self.args, self.name.split("_")[-1]: found} if self.args and len(found) <= _LONGEST_VALUE else None

    @property
    def for_model(self) -> bool:
        """Say whether the text tells a model what to do, so that no customer may read it."""
        return self.text.startswith(NOTES)


@dataclass(frozen=True)
class Said:
    """One thing that was said before this turn."""

    by_customer: bool
    text: str


@dataclass(frozen=True)
class Conversation:
    """A whole request in the shape the rules work on."""

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


def read_conversation(
    messages: Sequence[BaseMessage], tools: Mapping[str, Mapping[str, Any]], *, model_name: str
) -> Conversation:
    """Return the conversation in a request: system prompt, history, the newest customer message and this turn's tool
    traffic as far as it is for the model of this name.
    """
    start = max((i for i, m in enumerate(messages) if isinstance(m, HumanMessage)), default=len(messages))
    turn = messages[start:]
    prompt = turn[0].text if turn else ""
    results = _results(turn, model_name)
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
        earlier_results=_results(messages[:start], model_name),
        facts=read_earlier(messages[0].text) if messages and isinstance(messages[0], SystemMessage) else {},
        tools=tools,
    )


def _results(messages: Sequence[BaseMessage], model_name: str) -> tuple[Result, ...]:
    """Pair each tool result with the call it answers; why calls of another model were refused is left out."""
    calls = {call["id"]: (call, m) for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
    found = []
    for message in messages:
        if isinstance(message, ToolMessage) and message.tool_call_id in calls:
            call, caller = calls[message.tool_call_id]
            result = Result(call["name"], call["args"], message.text, message.status == "error")
            if not result.for_model or caller.response_metadata.get("model_name", model_name) == model_name:
                found.append(result)
    return tuple(found)
