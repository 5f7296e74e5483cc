"""Make tools of declarations: reads that show only a customer's own records, writes that are planned, done once and
looked up.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import re2
from langchain_core.tools import StructuredTool
from langgraph.prebuilt import ToolRuntime

from core.conditions import Condition, ConditionError, Names, compile_condition
from core.errors import BackendUnavailable, NotIdentified, OutcomeUnknown, Refused
from core.language.fixed_sentences import phrase
from core.language.words import stem, stems
from core.safety.invisible_characters import visible
from core.yaml_files import FilesError, Problem, YamlFile
from tools.actions.changes import Change
from tools.actions.changes import Outcome as Done
from tools.connectors.declarations import ConnectorFile, Look, ToolDeclaration, in_language, language_said
from tools.connectors.declared_cards import declared_cards
from tools.connectors.json_schemas import at
from tools.connectors.source import LARGEST, Arguments, Offered, SchemaError, Source
from tools.context import Context
from tools.tool import Tool, Velocity

log = logging.getLogger(__name__)

MOST_LOOKS = 20
"""Items of a list that are looked up for one write."""
_SLOT = re.compile(r"\{([a-z_][\w.]*)\}", re.IGNORECASE)
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
            result = _unwrapped(
                await self.connector.source.call(self.name, self.with_bound(args, context, key="")), self.connector
            )
        except OutcomeUnknown as error:
            raise BackendUnavailable(str(error)) from None
        except Refused as no:
            told = "" if self.owner else _sentence(str(no))
            raise Refused(told or phrase("not_yours" if self.owner else "not_found", context.locale)) from None
        if len(json.dumps(result, default=str)) > LARGEST:
            raise BackendUnavailable(f"{self.name} returned more than {LARGEST:,} characters")
        if self.owner and not self.owner.holds({"result": result, "customer": customer, "args": dict(args)}):
            raise Refused(phrase("not_yours", context.locale))
        return result

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


@dataclass(frozen=True)
class DeclaredWrite:
    """Fulfil `tools.tool.Write` by a declaration."""

    call: Call
    calls: Mapping[str, Call]
    rules: tuple[tuple[Condition, Any], ...]
    approve: Condition | None
    because: Any
    done: Condition | None
    looks: Mapping[str, str | Look]

    async def plan(self, context: Context | None, args: Mapping[str, Any], *, waited_days: int = 0) -> Change:
        """Return what would be done, after the records were looked at and every rule held."""
        customer = self.call.customer(context)
        assert context is not None  # noqa: S101 - `customer` has refused that
        if self.call.arguments.misfit(args):
            wrong = sorted(set(args) or self.call.arguments.schema["required"])
            raise Refused(phrase("details_wrong", context.locale, names=", ".join(wrong)))
        declaration = self.call.declaration
        before: dict[str, Any] = {}
        for name, look in self.looks.items():
            before[name] = await self._looked(look, context, {"args": dict(args), **before})
        now = self.call.connector.now() - timedelta(days=waited_days)
        known = {"args": dict(args), "customer": customer, "now": now, **before}
        for rule, say in self.rules:
            if rule.holds(known) is not True:
                raise Refused(_filled(in_language(say, context.locale), known))
        approval = None
        if self.approve and self.approve.holds(known) is not False:
            approval = _filled(in_language(self.because, context.locale), known)
        once = declaration.once or list(args)
        return Change(
            operation=self.call.name,
            customer_id=context.customer_id or "",
            record_id=str(args[once[0]]) if len(once) == 1 and once[0] in args else None,
            args=dict(sorted(args.items())),
            summary=self._said(declaration.ask, context, known, "{what}."),
            done=self._said(declaration.done, context, known, "Done: {what}."),
            before=before,
            after={},
            approval=approval,
            thread_id=context.thread_id,
            locale=language_said(declaration.ask, context.locale, self.call.connector.language),
        )

    async def apply(self, change: Change, *, key: str) -> Done:
        """Call the tool once."""
        context = _context(change)
        try:
            result = await self.call.connector.source.call(
                self.call.name, self.call.with_bound(change.args, context, key=key)
            )
        except Refused as no:
            log.info("%s was refused: %s", self.call.name, no)
            told = phrase("not_accepted", context.locale)
            raise Refused(f"{told} {_sentence(str(no))}".strip()) from None
        return Done(key=key, operation=change.operation, after={"result": _unwrapped(result, self.call.connector)})

    async def find_outcome(self, change: Change, *, key: str) -> Done | None:
        """Look the record up; without a way to, a tool that takes the key may be called again, and any other
        may not.
        """
        outcome = self.call.declaration.outcome_read
        if outcome is None:
            if "$key" in self.call.bound.values():
                return None
            raise OutcomeUnknown(f"nothing tells whether {self.call.name} was done; a person has to look")
        context = _context(change)
        now = await self._look(outcome.tool, context, change.args)
        before = next((change.before.get(n) for n, look in self.looks.items() if look == outcome.tool), None)
        if self.done and self.done.holds({"record": now, "before": before, "args": dict(change.args)}) is True:
            return Done(key=key, operation=change.operation, after={"record": now})
        if before is not None and now == before:
            return None
        raise OutcomeUnknown(
            f"the record of {self.call.name} is neither as before it nor as after it; a person has to look"
        )

    async def _looked(self, look: str | Look, context: Context, known: Mapping[str, Any]) -> Any:
        if isinstance(look, str):
            return await self._look(look, context, known["args"])
        items = _at(known, look.each)
        if not isinstance(items, list):
            raise Refused(phrase("not_accepted", context.locale))
        found = []
        for item in items[:MOST_LOOKS]:
            args = {name: item if field == "." else _at(item, field) for name, field in look.args.items()}
            found.append(await self.calls[look.tool].read(context, args))
        return found

    async def _look(self, tool: str, context: Context, args: Mapping[str, Any]) -> Any:
        read = self.calls[tool]
        return await read.read(context, {n: args[n] for n in read.arguments.schema["properties"] if n in args})

    def _said(self, text: Any, context: Context, known: Mapping[str, Any], otherwise: str) -> str:
        if text is not None:
            return _filled(in_language(text, context.locale), known)
        listed = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in known["args"].items())
        what = self.call.name.replace("_", " ").capitalize()
        return otherwise.format(what=f"{what} ({listed})" if listed else what)


def _at(value: Any, path: str) -> Any:
    """Return what stands at a path of names, or None."""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _unwrapped(result: Any, connector: Connector) -> Any:
    path = connector.declared.result
    return result if path is None or not isinstance(result, Mapping) else _at(result, path)


def _context(change: Change) -> Context:
    return Context(customer_id=change.customer_id or None, thread_id=change.thread_id, locale=change.locale)


def _filled(text: str, known: Mapping[str, Any]) -> str:
    """Put values in the places of a sentence: an argument by its name, a field of a record by its path."""

    def value(match: re.Match[str]) -> str:
        head, *rest = match[1].split(".")
        found = known["args"].get(head, known.get(head)) if not rest else known.get(head)
        for part in rest:
            found = found.get(part) if isinstance(found, Mapping) else None
        return _shown(found)

    return visible(_SLOT.sub(value, text))


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(_shown(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(_shown(each) for each in value.values())
    return str(value)


def _sentence(text: str) -> str:
    """Return a short sentence of a source as one line, or nothing where it is more than that."""
    line = " ".join(visible(text).split())
    return line if len(line) <= 200 and "://" not in line else ""


def declared_tools(connector: Connector, problems: list[Problem]) -> list[Tool]:
    """Return the tools of a connector; what is wrong with a declaration is noted, and that tool left out."""
    calls = {}
    for name, declaration in connector.declared.tools.items():
        try:
            calls[name] = _call(connector, name, declaration, problems)
        except FilesError as error:
            problems.extend(error.problems)
    tools = []
    for call in calls.values():
        try:
            tools.append(_write_tool(call, calls) if call.declaration.effect == "write" else _read_tool(call))
        except FilesError as error:
            problems.extend(error.problems)
    return tools


def _call(connector: Connector, name: str, declaration: ToolDeclaration, problems: list[Problem]) -> Call:
    file, here = connector.file, ("tools", name)
    offered = connector.offered.get(name)
    if offered is None:
        there = ", ".join(sorted(connector.offered)) or "no tools"
        raise FilesError(
            [file.problem(here, f"the source has no tool {name}; it has {there}"[:400], "correct the name")]
        )
    known = offered.parameters.get("properties") or {}
    bound = {n: v for n, v in connector.declared.bind.items() if n in known} | declaration.bind
    for argument, value in bound.items():
        if argument not in known:
            raise FilesError([file.problem((*here, "bind"), f"{name} has no argument {argument}", "correct the name")])
        if isinstance(value, str) and value.startswith("$") and value not in _BOUND:
            said = f"{value} stands for nothing"
            raise FilesError([file.problem((*here, "bind"), said, f"use one of {', '.join(_BOUND)}")])
    if offered.read_only is not None and offered.read_only != (declaration.effect == "read"):
        said = f"its server says that {name} is {'a read' if offered.read_only else 'a write'}"
        problems.append(file.problem(here, said, f"it is used as declared, as a {declaration.effect}", warning=True))
    for argument in declaration.once:
        if argument not in known:
            raise FilesError([file.problem((*here, "once"), f"{name} has no argument {argument}", "correct the name")])
    try:
        arguments = Arguments.without(offered.parameters, bound)
    except (SchemaError, RecursionError) as error:
        raise FilesError(
            [file.problem(here, f"the schema of {name} is none ({str(error)[:80]})", "ask its owner")]
        ) from None
    owner = _condition(file, (*here, "owner"), declaration.owner, {"result": None, "customer": None, "args": None})
    if declaration.effect == "read" and owner is None and not declaration.open and "$customer" not in bound.values():
        said = (
            f"{name} has no owner rule and is not bound to the customer, so it shows every customer everything it knows"
        )
        problems.append(file.problem(here, said, "add owner:, bind: or open: true", warning=True))
    return Call(name, declaration, arguments, bound, owner, connector)


def _condition(file: YamlFile, path: tuple[object, ...], source: str | None, names: Names) -> Condition | None:
    if source is None:
        return None
    try:
        return compile_condition(source, names)
    except ConditionError as error:
        raise FilesError([file.problem(path, str(error), "correct the condition")]) from None


def _read_tool(call: Call) -> Tool:
    async def read(runtime: ToolRuntime[Context, Any], **args: Any) -> str:
        result = await call.read(runtime.context or Context(), args)
        return visible(json.dumps(result, ensure_ascii=False, separators=(",", ":"), default=str))

    declaration = call.declaration
    return Tool(
        bound=_bound(call, read),
        result=_result(call.connector, call.name),
        also_called=declaration.also_called,
        ahead=_ahead(call),
        cards=partial(declared_cards, declaration.card_labels) if declaration.card else None,
        personal=declaration.personal,
        rank=declaration.rank,
    )


def _result(connector: Connector, name: str) -> Mapping[str, Any] | None:
    """Return the schema of what counts in a result."""
    schema, path = connector.offered[name].result, connector.declared.result
    return schema if path is None else at(schema, path)


def _ahead(call: Call) -> Callable[[str], Sequence[Mapping[str, Any]]] | None:
    """Return what finds in a message the arguments that the read is made with before the model is asked."""
    declared = call.declaration.ahead
    if declared is None:
        return None
    if declared.pattern and declared.into:
        into = declared.into
        try:
            pattern = re2.compile(declared.pattern)
        except re2.error as error:
            where = ("tools", call.name, "ahead", "pattern")
            raise FilesError(
                [call.connector.file.problem(where, f"no pattern of RE2: {error}", "correct it")]
            ) from None
        return lambda text: [{into: found.group(0)} for found in pattern.finditer(text)]
    asked_about = {
        stem(word) for word in f"{call.name.replace('_', ' ')} {' '.join(call.declaration.also_called)}".split()[1:]
    }
    return lambda text: [{}] if asked_about & set(stems(text)) else []


def _write_tool(call: Call, calls: Mapping[str, Call]) -> Tool:
    declaration, file, here = call.declaration, call.connector.file, ("tools", call.name)
    outcome = declaration.outcome_read
    looked = [("look", look if isinstance(look, str) else look.tool) for look in declaration.looks.values()]
    for place, tool in [*looked, *((("outcome", outcome.tool),) if outcome else ())]:
        if tool not in calls or calls[tool].declaration.effect != "read":
            raise FilesError(
                [file.problem((*here, place), f"{tool} is no read of this connector", "declare it with effect: read")]
            )
    names: dict[str, Any] = {
        "args": call.arguments.schema,
        "customer": None,
        "now": {"type": "string", "format": "date-time"},
    }
    names |= dict.fromkeys(declaration.looks)
    rules = [
        (_condition(file, (*here, "rules", n, "must"), rule.must, names), rule.say)
        for n, rule in enumerate(declaration.rules)
    ]
    steps = DeclaredWrite(
        call,
        calls,
        tuple((condition, say) for condition, say in rules if condition),
        _condition(file, (*here, "approve", "when"), declaration.approve.when if declaration.approve else None, names),
        declaration.approve.because if declaration.approve else "",
        _condition(
            file, (*here, "outcome"), outcome.done if outcome else None, {"record": None, "before": None, "args": None}
        ),
        declaration.looks,
    )

    async def preview(runtime: ToolRuntime[Context, Any], **args: Any) -> str:
        change = await steps.plan(runtime.context, args)
        return f"Not done yet; the customer has to say yes first: {change.summary}"

    limit = declaration.limit
    return Tool(
        bound=_bound(call, preview),
        effect="write",
        write=steps,
        rank=declaration.rank,
        velocity=Velocity(limit.most, limit.days) if limit else None,
        also_called=declaration.also_called,
        personal=declaration.personal,
    )


def _bound(call: Call, coroutine: Callable[..., Any]) -> StructuredTool:
    offered = call.connector.offered[call.name]
    return StructuredTool(
        name=call.name,
        description=(call.declaration.description or offered.description)[:1_000],
        args_schema=dict(call.arguments.schema),
        coroutine=coroutine,
    )
