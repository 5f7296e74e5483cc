"""Tell which tools an answer has to call, because the customer has just ordered what they are for."""

import re
from collections.abc import Collection, Mapping, Sequence

from langchain_core.messages import AnyMessage, ToolMessage

from core.language.requested_changes import wishes
from core.language.words import content_stems
from graph.state import called_in, has_looked_up, newest_turn
from graph.tool_calls.provenance import MessageOrigins
from graph.tool_calls.wanted_changes import sentences_that_ask
from graph.verification.non_answers import DID_NOTHING, NO_ACCESS, ONLY_ANNOUNCED
from graph.verification.values.value_reading import find_values
from tools.registry import SEARCH_ARTICLES
from tools.tool import Tool

_THAT_ONE = re.compile(
    r"\b(?:it|this|that|these|those|them|one|ones|das|diese\w*|es|le|la|les|cette|celui|celle|lo|los|las|est[ea]\w*)\b"
)


def expected_tools(origins: MessageOrigins, tools: Mapping[str, Tool]) -> frozenset[str]:
    """Return the writes that the newest message orders for something, and that this turn has not called.

    An order is an imperative or a wish in the first person; what it is for is named by a number, by words of the tool's
    name or of a record that was shown, or stands for what was spoken of before.
    """
    messages = origins.messages
    turn = newest_turn(list(messages))
    called = called_in(turn)
    found = set()
    for name, tool in tools.items():
        if tool.effect != "write" or name in called:
            continue
        also = tuple(tool.also_called)
        if not (new := origins.new_wishes(name, also)):
            continue
        before = len(origins.wishes(name, also)) > len(new)
        ordered = [said for said in new if sentences_that_ask(said, name, also) and wishes(said)]
        if (before and any(map(_names, new))) or any(_is_for(said, tool, messages) for said in ordered):
            found.add(name)
    return frozenset(found)


def untried_reads(messages: Sequence[AnyMessage], tools: Mapping[str, Tool]) -> frozenset[str]:
    """Return the reads of records, as long as this turn has made none."""
    if has_looked_up(newest_turn(list(messages))):
        return frozenset()
    return frozenset(name for name, tool in tools.items() if tool.effect == "read" and name != SEARCH_ARTICLES)


def forced_tools(faults: Collection[str], expected: frozenset[str], reads: frozenset[str]) -> frozenset[str]:
    """Return the tools of which the next answer has to call one, by what was wrong with the answer before."""
    if DID_NOTHING in faults:
        return expected
    if NO_ACCESS in faults:
        return expected | reads
    return expected | reads | {SEARCH_ARTICLES} if ONLY_ANNOUNCED in faults else frozenset()


def _is_for(said: str, tool: Tool, messages: Sequence[AnyMessage]) -> bool:
    """Say whether an order names what the tool works on; the words of the deed itself name nothing."""
    if _names(said) or _THAT_ONE.search(said.casefold()):
        return True
    verb, *things = tool.name.split("_")
    records = [m.text for m in messages if isinstance(m, ToolMessage) and m.name != SEARCH_ARTICLES]
    words = set(content_stems(said)) - set(content_stems(" ".join((verb, *tool.also_called))))
    return any(words & set(content_stems(text)) for text in (" ".join(things), *records))


def _names(said: str) -> bool:
    return any(value.kind == "identifier" for value in find_values(said))
