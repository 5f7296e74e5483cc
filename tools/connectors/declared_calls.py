"""Call the tools that a connector declares on behalf of a customer."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.conditions import Condition, ConditionError, Names, compile_condition
from core.errors import BackendUnavailable, NotIdentified, OutcomeUnknown, Refused
from core.language.fixed_sentences import phrase
from core.privacy.known_people import KNOWN
from core.safety.untrusted_text import short_sentence
from core.yaml_files import FilesError, Problem, YamlFile
from tools.connectors.declarations import ConnectorFile, ReadPerItem, ToolDeclaration
from tools.connectors.source import LARGEST, Arguments, Offered, Source
from tools.context import Context

_NAME = re.compile(r"[A-Za-z_][\w-]{0,63}", re.ASCII)
MOST_LOOKS = 20
"""Items of a list that are looked up for one write."""
_BOUND = ("$customer", "$thread", "$locale", "$now", "$today", "$key", "$state")


@dataclass(frozen=True, kw_only=True)
class Connector:
    """One opened connector: its source and how its tools may be used."""

    file: YamlFile
    source: Source
    offered: Mapping[str, Offered]
    declared: ConnectorFile
    now: Callable[[], datetime]
    state: str = ""
    """What $state stands for."""
    language: str = "en"
    """The language of what is written in one only."""


@dataclass(frozen=True)
class Call:
    """Calls of one tool, with what its declaration says."""

    name: str
    declaration: ToolDeclaration
    arguments: Arguments
    bound: Mapping[str, Any]
    owner: Condition | None
    connector: Connector

    @property
    def source_name(self) -> str:
        """Return what its source calls it."""
        return self.declaration.tool or self.name

    def customer(self, context: Context | None) -> Mapping[str, Any]:
        """Return the customer as conditions know them; raises NotIdentified where nobody is signed in."""
        if context is None or (context.customer_id is None and not self.declaration.open):
            raise NotIdentified(phrase("sign_in", context.locale if context else "en"))
        return {"id": context.customer_id}

    async def read(self, context: Context, args: Mapping[str, Any]) -> Any:
        """Return the result of a read on behalf of a customer; a foreign record and an unknown one look the same.

        Raises:
            Refused, BackendUnavailable: as its source says.
        """
        customer = self.customer(context)
        try:
            result = await self.ask(args, context)
        except OutcomeUnknown as error:
            raise BackendUnavailable(str(error)) from None
        except Refused as no:
            told = "" if self.owner else short_sentence(str(no))
            raise Refused(told or phrase("not_yours" if self.owner else "not_found", context.locale)) from None
        if not is_bounded(result):
            raise BackendUnavailable(f"{self.name} returned more than {LARGEST:,} characters")
        if self.owner and not self.owner.holds({"result": result, "customer": customer, "args": dict(args)}):
            raise Refused(phrase("not_yours", context.locale))
        self.keep_out_of_texts(result, context)
        return result

    async def ask(self, args: Mapping[str, Any], context: Context, *, key: str = "") -> Any:
        """Call the tool as its source knows it, and return what counts in its result."""
        result = await self.connector.source.call(self.source_name, self.with_bound(args, context, key=key))
        path = self.connector.declared.result
        return result if path is None or not isinstance(result, Mapping) else at(result, path)

    def keep_out_of_texts(self, value: Any, context: Context) -> None:
        """Let the redactor know what the personal fields of a result or of arguments say about the customer."""
        if context.customer_id and self.declaration.personal:
            known = [(field, inner) for field, inner in _fields(value) if field in self.declaration.personal]
            names = [text for field, inner in known if "name" in field for text in _lines(inner, joined=True)]
            others = [text for field, inner in known if "name" not in field for text in _lines(inner, joined=False)]
            KNOWN.add(context.customer_id, names=names, addresses=others)

    def with_bound(self, args: Mapping[str, Any], context: Context, *, key: str) -> dict[str, Any]:
        """Return the arguments with those that no model fills in."""
        now = self.connector.now()
        values = {
            "$customer": context.customer_id,
            "$thread": context.thread_id,
            "$locale": context.locale,
            "$now": now.isoformat(),
            "$today": now.date().isoformat(),
            "$key": key,
            "$state": self.connector.state,
        }
        return {**args, **{n: values.get(v, v) if isinstance(v, str) else v for n, v in self.bound.items()}}


def declared_calls(connector: Connector, problems: list[Problem]) -> dict[str, Call]:
    """Return what a connector declares, by name; what is wrong is noted, and that tool left out."""
    calls = {}
    for name, declaration in connector.declared.tools.items():
        try:
            calls[name] = _call(connector, name, declaration, problems)
        except FilesError as error:
            problems.extend(error.problems)
    return calls


async def looked(calls: Mapping[str, Call], look: str | ReadPerItem, context: Context, known: Mapping[str, Any]) -> Any:
    """Return the result of a read, or those of one for each item of a list; arguments come from `known["args"]`.

    Raises:
        Refused, BackendUnavailable: as the source says.
    """
    if isinstance(look, str):
        return await look_up(calls, look, context, known["args"])
    items = at(known, look.each)
    if not isinstance(items, list):
        raise Refused(phrase("not_accepted", context.locale))
    found = []
    for item in items[:MOST_LOOKS]:
        args = {name: item if field == "." else at(item, field) for name, field in look.args.items()}
        found.append(await calls[look.tool].read(context, args))
    return found


async def look_up(calls: Mapping[str, Call], tool: str, context: Context, args: Mapping[str, Any]) -> Any:
    """Return the result of a read with those of the arguments that it takes."""
    read = calls[tool]
    return await read.read(context, {n: args[n] for n in read.arguments.schema["properties"] if n in args})


def at(value: Any, path: str) -> Any:
    """Return what stands at a path of names, or None."""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def is_bounded(result: Any) -> bool:
    """Say whether a result is JSON of a size that is kept."""
    try:
        return len(json.dumps(result, default=str)) <= LARGEST
    except (RecursionError, ValueError):
        return False


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every named field of a result, also inside others."""
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        yield name, inner
        yield from _fields(inner)
    for item in value if isinstance(value, list) else ():
        yield from _fields(item)


def _lines(value: Any, *, joined: bool) -> list[str]:
    """Return the texts of a personal field; the parts of a name, such as first and last, are one."""
    parts = [value] if isinstance(value, str) else [v for _, v in _fields({"": value}) if isinstance(v, str)]
    return [" ".join(parts)] if joined and parts else parts


def _call(connector: Connector, name: str, declaration: ToolDeclaration, problems: list[Problem]) -> Call:
    file, here, wanted = connector.file, ("tools", name), declaration.tool or name
    offered = connector.offered.get(wanted)
    if offered is None:
        there = ", ".join(sorted(connector.offered)) or "no tools"
        raise file.failure(here, f"the source has no tool {wanted}; it has {there}"[:400], "correct the name")
    if not _NAME.fullmatch(name):
        do = f"choose one of letters, digits, - and _, and write `tool: {wanted}` below it"
        raise file.failure(here, f"no model can call a tool {name[:80]!r}", do)
    known = offered.parameters.get("properties") or {}
    bound = {n: v for n, v in connector.declared.bind.items() if n in known} | declaration.bind
    for argument, value in bound.items():
        if argument not in known:
            raise file.failure((*here, "bind"), f"{name} has no argument {argument}", "correct the name")
        if isinstance(value, str) and value.startswith("$") and value not in _BOUND:
            said = f"{value} stands for nothing"
            raise file.failure((*here, "bind"), said, f"use one of {', '.join(_BOUND)}")
    if offered.read_only is not None and offered.read_only != (declaration.effect == "read"):
        said = f"its source says that {name} is {'a read' if offered.read_only else 'a write'}"
        problems.append(file.problem(here, said, f"it is used as declared, as a {declaration.effect}", warning=True))
    for argument in declaration.once:
        if argument not in known:
            raise file.failure((*here, "once"), f"{name} has no argument {argument}", "correct the name")
    try:
        arguments = Arguments.without(offered.parameters, bound)
    except (ValueError, RecursionError) as error:
        raise file.failure(here, f"the schema of {name} is none ({str(error)[:80]})", "ask its owner") from None
    owner = condition(file, (*here, "owner"), declaration.owner, {"result": None, "customer": None, "args": None})
    if declaration.effect == "read" and owner is None and not declaration.open and "$customer" not in bound.values():
        said = (
            f"{name} has no owner rule and is not bound to the customer, so it shows every customer everything it knows"
        )
        problems.append(file.problem(here, said, "add owner:, bind: or open: true", warning=True))
    return Call(name, declaration, arguments, bound, owner, connector)


def condition(file: YamlFile, path: tuple[object, ...], source: str | None, names: Names) -> Condition | None:
    """Return a condition of a file, or None where there is none; raises FilesError for one that does not compile."""
    if source is None:
        return None
    try:
        return compile_condition(source, names)
    except ConditionError as error:
        raise file.failure(path, str(error), "correct the condition") from None
