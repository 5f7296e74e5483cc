"""Know where the words come from that a model acts on: the customer, the business's records, or texts of others.

Articles, notes, names and results of tools are data, whatever they say and whether or not anybody recognises an order
in them. Whatever the model wants to change must be asked for in the customer's own words, and each argument must come
from these words or from a record; `argument_origins` decides that, without a model.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.json_records import json_or_text
from core.language.confirmations import answer_to_confirmation
from core.language.requested_changes import asks_about
from core.language.text import sentences
from core.language.words import corrected
from core.message_marks import marks
from core.safety.injection_patterns import asks_for_action, directives
from graph.context_window.case_file import PREFERENCE, PROMISE, REQUEST
from graph.state import clip, newest_turn, text_of
from graph.tool_calls.wanted_changes import agrees, goes_on_with_it, mentions, sentences_that_ask, speaks_of_change
from graph.verification.values.value_reading import find_values
from tools.registry import SEARCH_ARTICLES

_REMEMBERED = 1_000
"""Results that are not read again, though each request of a conversation asks about them."""
FREE_TEXT = frozenset(
    [
        "name",
        "title",
        "description",
        "note",
        "notes",
        "comment",
        "comments",
        "message",
        "text",
        "body",
        "summary",
        "section",
        "options",
        "cancel_reason",
        "reason",
    ]
)
"""Fields of a record that hold somebody's words; a number in them is no number of the business."""


class _Said(NamedTuple):
    """A message as wishes are read from it."""

    place: int
    """Its place among the messages of the conversation."""
    typed: bool
    """Whether the customer wrote it."""
    text: str
    asks: Collection[str] = ()
    tells: Collection[str] = ()


@dataclass(frozen=True)
class MessageOrigins:
    """A conversation as far as it is still at hand."""

    messages: Sequence[AnyMessage]
    case_file: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Facts of turns that left it."""
    _wishes: dict[tuple[str, tuple[str, ...], int | None], list[str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was read already; one request asks for the wishes of a tool more than once."""

    def of_customer(self) -> list[str]:
        """Return what the customer said, oldest first, without recordings in which somebody speaks to an agent."""
        kept = [fact for kind in (REQUEST, PREFERENCE) for fact in self.case_file.get(kind, ())]
        return kept + [clip(m.text) for m in self.messages if isinstance(m, HumanMessage) and not spoken_instruction(m)]

    def wishes(self, tool: str, also_called: Collection[str] = (), *, until: int | None = None) -> list[str]:
        """Return in the customer's words what they want of a tool, oldest first, without what was done or taken back.

        A wish is a sentence that asks for what the tool does, what completes one, or a yes to a reply about it where
        the customer spoke of it first. Of the messages those before the place `until` count, or all.
        """
        asked = (tool, tuple(also_called), until)
        if asked not in self._wishes:
            self._wishes[asked] = self._read_wishes(*asked)
        return self._wishes[asked]

    def new_wishes(self, tool: str, also_called: Collection[str] = ()) -> list[str]:
        """Return those wishes that the newest turn adds to the ones before it."""
        if not (wanted := self.wishes(tool, also_called)):
            return []
        newest = newest_turn(list(self.messages))
        return wanted[len(self.wishes(tool, also_called, until=len(self.messages) - len(newest))) :]

    def _read_wishes(self, tool: str, also_called: tuple[str, ...], until: int | None) -> list[str]:
        messages = [said for said in self._said if until is None or said.place < until]
        kept = [fact for kind in (REQUEST, PREFERENCE) for fact in self.case_file.get(kind, ())]
        written = (*kept, *(said.text for said in messages if said.typed))
        if not self._agrees and not any(sentences_that_ask(text, tool, also_called) for text in written):
            return []
        found = [s for fact in kept for s in sentences_that_ask(fact, tool, also_called)]
        spoken_of = any(mentions(fact, tool, also_called) for fact in kept)
        going_on, reply, asked = bool(found), "", False
        for _, typed, text, asks, tells in messages:
            if not typed:
                if text:
                    reply, asked = text, bool(asks) and self._is_of(asks, tool)
                if tells and self._is_of(tells, tool):
                    found = [s for s in found if any(v.kind == "identifier" for v in find_values(s))]
            else:
                if asked and answer_to_confirmation(text) == "no":
                    found, going_on = [], False
                elif wanted := sentences_that_ask(text, tool, also_called):
                    found, going_on = [*found, *wanted], True
                elif speaks_of_change(text):
                    going_on = mentions(text, tool, also_called) and not asks_about(text)
                elif (going_on and goes_on_with_it(text)) or (
                    spoken_of and agrees(text) and mentions(reply, tool, also_called)
                ):
                    found, going_on = [*found, *(sentences(text) if going_on else [text])], True
                spoken_of = spoken_of or mentions(text, tool, also_called)
                asked = False
        return found

    @cached_property
    def _said(self) -> list[_Said]:
        """Return what the customer typed, slips put right, and what was said to them, oldest first."""
        found = []
        for place, message in enumerate(self.messages):
            if isinstance(message, AIMessage):
                mark = marks(message)
                found.append(_Said(place, False, text_of(message).strip(), mark.get("asks", ()), mark.get("tells", ())))
            elif isinstance(message, HumanMessage) and not spoken_instruction(message):
                found.append(_Said(place, True, corrected(clip(text_of(message)))))
        return found

    @cached_property
    def _agrees(self) -> bool:
        """Say whether the customer said yes to anything."""
        return any(agrees(said.text) for said in self._said if said.typed)

    def _is_of(self, ids: Collection[str], tool: str) -> bool:
        """Say whether one of these actions is of a tool."""
        return any(
            isinstance(m, ToolMessage) and m.name == tool and marks(m).get("action") in ids for m in self.messages
        )

    def of_ledger(self) -> list[str]:
        """Return what was said in the ledger's words, and the facts that are kept of earlier turns."""
        kept = [fact for kind, facts in self.case_file.items() if kind != PROMISE for fact in facts]
        ours = [m for m in self.messages if isinstance(m, AIMessage) and {"asks", "tells"} & marks(m).keys()]
        return kept + [m.text for m in ours]

    def mail_addresses(self) -> set[str]:
        """Return the e-mail addresses, in lower case, that the customer or a record of the business names."""
        texts = (*self.of_customer(), *self.of_records())
        return {value.text.lower() for text in texts for value in find_values(text) if value.kind == "email"}

    def of_records(self) -> list[str]:
        """Return the fields of the business's records that tools have shown, without articles and anybody's words."""
        return [text for result in self.shown() for text in _fields(result)]

    def shown(self) -> list[str]:
        """Return the results of tools in which records of the business stand."""
        shown = (
            m
            for m in self.messages
            if isinstance(m, ToolMessage) and m.status != "error" and not (m.artifact or m.name == SEARCH_ARTICLES)
        )
        return [m.text for m in shown]


def spoken_instruction(message: HumanMessage) -> bool:
    """Say whether a recording holds words aimed at an agent: anybody in the room may have said them."""
    return "voice" in marks(message) and bool(directives(message.text))


@lru_cache(maxsize=_REMEMBERED)
def _fields(result: str) -> tuple[str, ...]:
    """Return the fields of a record that are the business's and ask for nothing; what is no JSON counts as a whole."""
    fields = (text for _, text in texts_of_fields(json_or_text(result), keep=lambda name: name not in FREE_TEXT))
    return tuple(text for text in fields if not asks_for_action(text))


def texts_of_fields(value: Any, name: str = "", *, keep: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers in a value with the name of their field, but those below a name not kept."""
    if not keep(name):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts_of_fields(inner, str(key), keep=keep)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_of_fields(inner, name, keep=keep)
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield name, str(value)
