"""Know where the words come from that a model acts on: the customer, the business's records, or texts of others.

Articles, notes, names and results of tools are data, whatever they say and whether or not anybody recognises an order
in them. Whatever the model wants to change must be asked for in the customer's own words, and each argument must come
from these words or from a record; that is decided here, without a model.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.json_records import json_or_text
from core.language.confirmations import answer_to_confirmation
from core.language.reference_numbers import join_spelled
from core.language.requested_changes import asks_about
from core.language.text import normal, sentences, without_accents
from core.language.words import corrected
from core.message_marks import marks
from core.safety.injection_patterns import asks_for_action, directives
from graph.context_window.case_file import PREFERENCE, PROMISE, REQUEST
from graph.state import clip, text_of
from graph.tool_calls.named_records import called_by_name
from graph.tool_calls.wanted_changes import agrees, goes_on_with_it, mentions, sentences_that_ask, speaks_of_change
from graph.verification.call_arguments import checked_values
from graph.verification.evidence import Text
from graph.verification.evidence_reading import read_evidence
from graph.verification.values.value_reading import Value, find_values
from tools.registry import SEARCH_ARTICLES

_REMEMBERED = 1_000
"""Results that are not read again, though each request of a conversation asks about them."""
_FREE_TEXT = frozenset(
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
_LISTED = frozenset({"reason", "state", "country"})
"""Arguments that the business's policy lists, or that are spelled in too many ways to compare."""
_SHORT_FORMS = {
    short: word
    for word, shorts in {
        "street": "st str strasse",
        "road": "rd",
        "avenue": "ave av",
        "lane": "ln",
        "drive": "dr",
        "boulevard": "blvd bd",
        "court": "ct",
        "place": "pl",
        "square": "sq",
        "highway": "hwy",
        "apartment": "apt",
        "suite": "ste",
        "north": "n",
        "south": "s",
        "east": "e",
        "west": "w",
    }.items()
    for short in shorts.split()
}
"""What postal addresses shorten; `1 Elm St.` is `1 Elm Street`."""
_NUMBERS = frozenset({"amount", "number"})
"""Kinds of values that are the same however they are written: `$2` is `2.00`."""
_FEWEST_DIGITS = 3
"""Shorter bare numbers count things."""


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

    def of_customer(self) -> list[str]:
        """Return what the customer said, oldest first, without recordings in which somebody speaks to an agent."""
        kept = [fact for kind in (REQUEST, PREFERENCE) for fact in self.case_file.get(kind, ())]
        return kept + [clip(m.text) for m in self.messages if isinstance(m, HumanMessage) and not spoken_instruction(m)]

    def wishes(self, tool: str, also_called: Collection[str] = (), *, until: int | None = None) -> list[str]:
        """Return in the customer's words what they want of a tool, oldest first, without what was done or taken back.

        A wish is a sentence that asks for what the tool does, what completes one, or a yes to a reply about it where
        the customer spoke of it first. Of the messages those before the place `until` count, or all.
        """
        also_called = tuple(also_called)
        messages = [said for said in self._said if until is None or said.place < until]
        kept = [fact for kind in (REQUEST, PREFERENCE) for fact in self.case_file.get(kind, ())]
        if not any(mentions(text, tool, also_called) for text in (*kept, *(m.text for m in messages if m.typed))):
            return []
        found = [s for fact in kept for s in sentences_that_ask(fact, tool, also_called)]
        spoken_of = any(mentions(fact, tool, also_called) for fact in kept)
        going_on, reply, asked = bool(found), "", False
        for _, typed, text, asks, tells in messages:
            if not typed:
                if text:
                    reply, asked = text, self._is_of(asks, tool)
                if self._is_of(tells, tool):
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

    def _is_of(self, ids: Collection[str], tool: str) -> bool:
        """Say whether one of these actions is of a tool."""
        return bool(ids) and any(
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
        shown = (m for m in self.messages if isinstance(m, ToolMessage) and m.status != "error" and not _is_article(m))
        return [m.text for m in shown]


def spoken_instruction(message: HumanMessage) -> bool:
    """Say whether a recording holds words aimed at an agent: anybody in the room may have said them."""
    return "voice" in marks(message) and bool(directives(message.text))


def ungrounded_in_records(args: Mapping[str, Any], origins: MessageOrigins) -> list[str]:
    """Return the numbers, addresses and amounts of a write that neither the customer nor a record gives."""
    records = origins.of_records()
    whole = {normal(text) for text in records}
    said = origins.of_customer()
    evidence = read_evidence(
        [Text(t, "customer") for t in (*said, *map(join_spelled, said), *origins.of_ledger(), *records)]
    )
    values = [v for text, v in checked_values(args) if normal(text) not in whole and not evidence.stands(v)]
    return list(dict.fromkeys(value.text for value in values))


def not_asked_for(
    tool: str,
    args: Mapping[str, Any],
    origins: MessageOrigins,
    *,
    also_called: Collection[str] = (),
    listed: Collection[str] = (),
) -> str | None:
    """Return what the customer's own words lack of a write; None where they lack nothing.

    Args:
        tool: The tool's name.
        args: Its arguments.
        origins: The conversation.
        also_called: How customers call what the tool does, where its name does not tell.
        listed: Arguments whose values the tool itself lists.
    """
    wishes = origins.wishes(tool, also_called)
    if not wishes:
        return "that they want this"
    said = origins.of_customer()
    records = {normal(text) for text in origins.of_records()}
    own = [_tokens(join_spelled(text)) for text in said]
    numbers = {key for text in said for v in find_values(text) if v.kind in _NUMBERS for key in v.keys}
    numbers |= {key for text in records for key in _as_number(text)}
    leaves = [*_texts(args, keep=lambda name: name not in _FREE_TEXT | _LISTED and name not in listed)]
    for name, value in leaves:
        identifiers = [v for v in find_values(value) if v.kind == "identifier" and len(value.split()) == 1]
        others = {other for _, other in leaves if other != value}
        by_name = identifiers and called_by_name(
            value, _newest_without_number(wishes), map(json_or_text, origins.shown())
        )
        if identifiers and not (by_name or _chosen(identifiers[0], wishes, said, besides=others)):
            return f"the {name.replace('_', ' ')} {value}"
        if identifiers or normal(value) in records or _stands_whole(value, own):
            continue
        if not _as_number(value) & numbers:
            return f"the {name.replace('_', ' ')} {value!r}"
    return None


def _chosen(value: Value, wishes: Sequence[str], said: Sequence[str], *, besides: Collection[str]) -> bool:
    """Say whether an identifier is the one the customer named; where they named none of its sort, a record gives it."""
    for texts in (wishes, said):
        named = [v for text in texts for v in _named(text) if _same_sort(v, value) and v.text not in besides]
        if named:
            return any(v.keys & value.keys or _digits(v) == _digits(value) for v in named)
    return True


def _newest_without_number(wishes: Sequence[str]) -> str:
    """Return the newest wishes that give no number, oldest first."""
    return " ".join(reversed([*takewhile(lambda wish: not _named(wish), reversed(wishes))]))


def _named(text: str) -> list[Value]:
    return [v for v in find_values(join_spelled(text)) if v.kind in ("identifier", "phone", "number")]


def _as_number(text: str) -> frozenset[Hashable]:
    """Return what a text that is one number or amount as a whole stands for; other texts stand for none."""
    return frozenset(key for v in find_values(text) if v.text == text and v.kind in _NUMBERS for key in v.keys)


def _same_sort(named: Value, value: Value) -> bool:
    """Say whether two numbers name the same sort of thing: `AF1` and `AF22`; a bare one counts where it is as long."""
    letters = _letters(named)
    return letters == _letters(value) if letters else len(_digits(named)) == len(_digits(value)) > _FEWEST_DIGITS


def _letters(value: Value) -> str:
    return re.sub(r"[\W\d_]", "", value.text).casefold()


def _digits(value: Value) -> str:
    return re.sub(r"\D", "", value.text)


def _stands_whole(value: str, own: Sequence[Sequence[str]]) -> bool:
    """Say whether a customer wrote a value word for word, but for case, accents and short forms of street words."""
    wanted = _tokens(value)
    return not wanted or any(
        [*text[start : start + len(wanted)]] == wanted for text in own for start in range(len(text) - len(wanted) + 1)
    )


def _tokens(text: str) -> list[str]:
    return [_SHORT_FORMS.get(word, word) for word in re.findall(r"\w+", without_accents(text))]


def _is_article(message: ToolMessage) -> bool:
    return bool(message.artifact) or message.name == SEARCH_ARTICLES


@lru_cache(maxsize=_REMEMBERED)
def _fields(result: str) -> tuple[str, ...]:
    """Return the fields of a record that are the business's and ask for nothing; what is no JSON counts as a whole."""
    fields = (text for _, text in _texts(json_or_text(result), keep=lambda name: name not in _FREE_TEXT))
    return tuple(text for text in fields if not asks_for_action(text))


def _texts(value: Any, name: str = "", *, keep: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers in a value with the name of their field, but those below a name not kept."""
    if not keep(name):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, str(key), keep=keep)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner, name, keep=keep)
    elif value is not None and not isinstance(value, bool) and str(value).strip():
        yield name, str(value)
