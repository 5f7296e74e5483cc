"""Gather from a conversation what its next reply may rely on."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.message_marks import marks
from core.model_notes import NOT_RUN
from core.passages import Passage
from graph.verification.evidence import Evidence, Text, ToolOutcome
from graph.verification.evidence_reading import read_evidence
from tools.tool import Tool

DONE = "done"
"""State of a write that was carried out; while it is in any other state, nothing has happened."""
MADE_UP = NOT_RUN
"""Begins the result of a call that was refused because of what the model made up; such a result proves nothing."""


def evidence_of(
    messages: Sequence[AnyMessage],
    passages: Sequence[Passage],
    *,
    policy: str = "",
    tools: Mapping[str, Tool] = MappingProxyType({}),
    addresses: Iterable[str] = (),
) -> Evidence:
    """Return the evidence of the next reply: passages, tool results, policy, the customer's words and earlier replies.

    Replies count because each was checked before it was sent. `tools` tells what calls did; a tool that is not among
    them is judged by its name. `addresses` are the e-mail addresses a reply may name besides those of allowed hosts.
    """
    texts = [Text(policy)] if policy else []
    texts += [Text(" \n".join((p.title, *p.headings, p.text, p.url))) for p in passages]
    outcomes = []
    for message in messages:
        if isinstance(message, ToolMessage):
            if message.text.startswith(MADE_UP):
                continue
            if message.status == "error":
                texts.append(Text(message.text))
            elif marks(message).get("state", DONE) != DONE:
                texts.append(Text(message.text, "plan"))
            else:
                texts.append(Text(message.text, "data"))
                outcomes.append(_outcome(message.name or "", message.text, tools))
        elif isinstance(message, HumanMessage):
            texts.append(Text(message.text, "customer"))
        elif isinstance(message, AIMessage) and message.text.strip():
            texts.append(Text(message.text))
    return read_evidence(texts, passages=len(passages), outcomes=outcomes, addresses=addresses)


def _outcome(name: str, result: str, tools: Mapping[str, Tool]) -> ToolOutcome:
    tool = tools.get(name)
    return (
        ToolOutcome(f"{name} {tool.words}", result, wrote=tool.effect == "write") if tool else ToolOutcome(name, result)
    )
