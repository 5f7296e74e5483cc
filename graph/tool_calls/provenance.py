"""Know where the words come from that a model acts on: the customer, the shop's records, or texts of others.

Articles, notes, names and transcripts are data. Where one of them asks for an action, whatever the model then wants to change
must be asked for in the customer's own words; that is decided here, without a model.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.language.confirmations import answer_to_confirmation
from core.language.requested_changes import asked_for, asks_about
from core.message_marks import marks
from core.passages import Passage
from core.safety.injection_patterns import asks_for_action, directives
from graph.context_window.case_file import PREFERENCE, PROMISE, REQUEST
from graph.context_window.prompts import clip
from graph.verification.call_arguments import checked_values
from graph.verification.evidence import Text
from graph.verification.evidence_reading import lay_ground
from graph.verification.turn_evidence import MADE_UP
from graph.verification.values.value_reading import find_values
from tools.search import SEARCH_ARTICLES

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
"""Fields of a record that hold somebody's words; a number in them is no number of the shop."""
_LISTED = {"reason", "state", "country"}
"""Arguments that the shop's policy lists, or that are spelled in too many ways to compare."""


@dataclass(frozen=True)
class Sayings:
    """Hold a conversation as far as it is still at hand."""

    messages: Sequence[AnyMessage]
    case_file: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Facts of turns that left it."""

    def of_customer(self) -> list[str]:
        """Return what the customer said, oldest first, without recordings in which somebody speaks to an agent."""
        kept = [fact for kind in (REQUEST, PREFERENCE) for fact in self.case_file.get(kind, ())]
        return kept + [clip(m.text) for m in self.messages if isinstance(m, HumanMessage) and not overheard(m)]

    def of_ledger(self) -> list[str]:
        """Return what was said in the ledger's words, and the facts that are kept of earlier turns."""
        kept = [fact for kind, facts in self.case_file.items() if kind != PROMISE for fact in facts]
        ours = [m for m in self.messages if isinstance(m, AIMessage) and {"asks", "tells"} & marks(m).keys()]
        return kept + [m.text for m in ours]

    def mail_addresses(self) -> set[str]:
        """Return the e-mail addresses, in lower case, that the customer or a record of the shop names."""
        texts = (*self.of_customer(), *self.of_shop())
        return {value.text.lower() for text in texts for value in find_values(text) if value.kind == "email"}

    def of_shop(self) -> list[str]:
        """Return the fields of the shop's records that tools have shown, without articles and anybody's words."""
        shown = (m for m in self.messages if isinstance(m, ToolMessage) and m.status != "error" and not _is_article(m))
        return [text for m in shown for text in _fields(m.text)]


def demands(messages: Sequence[AnyMessage], passages: Sequence[Passage], *, earlier: str = "") -> list[str]:
    """Return the names of what the model is shown that asks for an action without being the customer's own words.

    `earlier` is what is told of turns that left the conversation.
    """
    found = [
        f"the article {p.title!r}"
        for p in passages
        if asks_for_action("\n".join((p.title, *p.headings, p.text, p.url)))
    ]
    for message in messages:
        if isinstance(message, ToolMessage) and not _is_ours(message) and _asks(message.text):
            found.append(f"a result of {message.name}")
        elif isinstance(message, HumanMessage) and overheard(message):
            found.append("a voice message")
    if directives(earlier):
        found.append("the summary of earlier turns")
    return list(dict.fromkeys(found))


def overheard(message: HumanMessage) -> bool:
    """Say whether a recording holds words aimed at an agent: they may be anybody's in the room; a customer can type hers."""
    return "voice" in marks(message) and bool(directives(message.text))


def ungrounded_in_records(args: Mapping[str, Any], sayings: Sayings) -> list[str]:
    """Return the numbers, addresses and amounts in a write's arguments that neither the customer nor a record of the shop gives."""
    shop = sayings.of_shop()
    whole = {_normal(text) for text in shop}
    ground = lay_ground([Text(t, "customer") for t in (*sayings.of_customer(), *sayings.of_ledger(), *shop)])
    values = [v for text, v in checked_values(args) if _normal(text) not in whole and not ground.stands(v)]
    return list(dict.fromkeys(value.text for value in values))


def not_asked_for(tool: str, args: Mapping[str, Any], sayings: Sayings) -> str | None:
    """Return what the customer's own words lack of a write that somebody else asks for, too; None where they lack nothing."""
    said = sayings.of_customer()
    if not asked_for(said, tool):
        return "that they want this"
    shop = {_normal(text) for text in sayings.of_shop()}
    words = set(_words(" ".join(said)))
    for name, value in _texts(args, keep=lambda _: True):
        if "order" in name:
            if not _names(said, value):
                return "the number of the order"
        elif name not in _LISTED and _normal(value) not in shop and not set(_words(value)) <= words:
            return f"the {name.replace('_', ' ')}"
    return None


def was_declined(tool: str, args: Mapping[str, Any], messages: Sequence[AnyMessage]) -> bool:
    """Say whether the customer said no to such a change of the same record and has not asked for one since."""
    asked: set[str] = set()
    since: list[str] | None = None
    for message in messages:
        if isinstance(message, AIMessage) and not message.tool_calls:
            asked = set(marks(message).get("asks", ()))
        elif isinstance(message, HumanMessage):
            if asked and answer_to_confirmation(message.text) == "no" and _about(asked, tool, args, messages):
                since = []
            elif since is not None:
                since.append(message.text)
            asked = set()
    return since is not None and not asked_for([text for text in since if not asks_about(text)], tool)


def _about(actions: Collection[str], tool: str, args: Mapping[str, Any], messages: Sequence[AnyMessage]) -> bool:
    """Say whether one of the actions is a call of the tool for the record that the arguments name."""
    calls = {call["id"]: call for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
    proposed = [
        calls[m.tool_call_id]
        for m in messages
        if isinstance(m, ToolMessage) and marks(m).get("action") in actions and m.tool_call_id in calls
    ]
    record = {name: value for name, value in args.items() if name.endswith("_id") and "payment" not in name}
    return any(
        call["name"] == tool
        and all(_normal(str(call["args"].get(name))) == _normal(str(value)) for name, value in record.items())
        for call in proposed
    )


def _names(said: Sequence[str], order_id: str) -> bool:
    """Say whether the newest text of the customer that names any number names this order."""
    wanted = find_values(order_id)
    naming = (t for t in reversed(said) if any(v.kind in ("identifier", "number", "phone") for v in find_values(t)))
    newest = next(naming, "")
    return bool(wanted) and all(lay_ground([Text(newest, "customer")]).stands(value) for value in wanted)


@lru_cache(maxsize=_REMEMBERED)
def _asks(result: str) -> bool:
    texts = [text for _, text in _texts(_read(result), keep=lambda _: True)]
    return any(asks_for_action(text) for text in texts) or bool(directives("\n".join(texts)))


def _is_ours(message: ToolMessage) -> bool:
    """Say whether a result holds only words of this program: the ledger's, or a refusal."""
    return "action" in marks(message) or message.text.startswith(MADE_UP)


def _is_article(message: ToolMessage) -> bool:
    return bool(message.artifact) or message.name == SEARCH_ARTICLES


@lru_cache(maxsize=_REMEMBERED)
def _fields(result: str) -> tuple[str, ...]:
    """Return the fields of a record that are the shop's and ask for nothing; a result that is no JSON counts as a whole."""
    fields = (text for _, text in _texts(_read(result), keep=lambda name: name not in _FREE_TEXT))
    return tuple(text for text in fields if not asks_for_action(text))


def _read(result: str) -> Any:
    try:
        return json.loads(result)
    except ValueError:
        return result


def _texts(value: Any, name: str = "", *, keep: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers in a value with the name of their field, except those below a name that is not kept."""
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


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())
