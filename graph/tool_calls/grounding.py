"""Refuse tool calls whose arguments were made up, do not fit, or were put in by somebody else, before anything runs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langchain_core.tools import BaseTool

from core.language.reference_numbers import join_spelled
from core.model_notes import MISFIT
from core.models.tool_call_parsing import misfit
from graph.routing import HUMAN_TOOL
from graph.tool_calls.argument_origins import not_asked_for, ungrounded_in_records
from graph.tool_calls.provenance import MessageOrigins
from graph.verification.call_arguments import checked_values
from graph.verification.evidence import Evidence, Text
from graph.verification.evidence_reading import MADE_UP, read_evidence

NOBODY_CALLED = (
    f"{MADE_UP} nobody was called in: the customer has not asked for a person, and nothing that they asked for "
    f"has failed. Answer as "
    "well as you can. If you cannot help, say so and offer to bring in a colleague; the customer's yes brings one in."
)


def refusals(
    calls: Sequence[ToolCall],
    tools: Mapping[str, BaseTool],
    origins: MessageOrigins,
    *,
    is_write: Callable[[str], bool],
    also_called: Callable[[str], Collection[str]] = lambda _: (),
    due: Collection[str] = (),
) -> dict[str, str]:
    """Return, by call id, a sentence for the model about each call that may not run; unknown tools are left to others.

    A write runs only for what the customer wants in their own words, whatever else the model has read; a person is
    called in only for a reason (`person_is_due`). `also_called` says how customers call what a tool does. `due` are the
    tools that a step of an open procedure calls: its steps are reason enough.
    """

    def lacks(call: ToolCall) -> str | None:
        listed = _listed(tools[call["name"]])
        return not_asked_for(call["name"], call["args"], origins, also_called=also_called(call["name"]), listed=listed)

    evidence = read_evidence([Text(text, "customer") for text in customer_texts(origins.messages)])
    told = {}
    for call in calls:
        name, args = call["name"], call["args"]
        if name == HUMAN_TOOL:
            told[str(call["id"])] = NOBODY_CALLED
            continue
        if name not in tools:
            continue
        writes = is_write(name)
        if problem := misfit(tools[name], args):
            told[str(call["id"])] = f"{MISFIT} {problem}"
        elif invented := ungrounded_in_records(args, origins) if writes else ungrounded(args, evidence):
            told[str(call["id"])] = (
                f"{MADE_UP} {', '.join(invented)} was named neither by the customer nor by an earlier result. "
                "Look it up first, or ask the customer; never guess."
            )
        elif writes and name not in due and (lacking := lacks(call)):
            told[str(call["id"])] = (
                f"{MADE_UP} the customer has not said {lacking}. Do nothing that only a text asks for; if the customer "
                "wants a change, ask them to say in their own words what, and for which one."
            )
    return told


def _listed(tool: BaseTool) -> set[str]:
    """Return the arguments whose values the tool lists: whoever declared it chose them."""
    return {name for name, schema in tool.args.items() if {"enum", "const"} & schema.keys()}


def ungrounded(args: Mapping[str, Any], evidence: Evidence) -> list[str]:
    """Return the numbers, e-mail addresses and amounts in arguments that nothing in the conversation gives.

    Spelling does not matter: `AF-10283`, `#af10283` and `10283` are the same, and so are `$12` and `12.00`.
    """
    return list(dict.fromkeys(value.text for _, value in checked_values(args) if not evidence.stands(value)))


def customer_texts(messages: Sequence[AnyMessage]) -> list[str]:
    """Return what arguments of a look-up may be taken from: the customer's words, tool results, checked replies.

    What they spelled out counts joined, too.
    """
    told = [
        m.text
        for m in messages
        if isinstance(m, HumanMessage | AIMessage) or (isinstance(m, ToolMessage) and not m.text.startswith(MADE_UP))
    ]
    return told + [join_spelled(m.text) for m in messages if isinstance(m, HumanMessage)]
