"""Make tools of declarations: reads of a customer's own records, writes planned, done once and looked up."""

import logging
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from langchain_core.tools import StructuredTool
from langgraph.prebuilt.tool_node import ToolRuntime

from core.conditions import Condition
from core.errors import OutcomeUnknown, Refused
from core.language.fixed_sentences import ENGLISH, phrase
from core.safety.untrusted_text import short_sentence, visible
from core.yaml_files import FilesError, Problem
from tools.actions.changes import Change
from tools.actions.changes import Outcome as Done
from tools.actions.shown_arguments import in_one_line, listed, shown
from tools.connectors.declarations import ReadPerItem, Text, in_language, language_said
from tools.connectors.declared_calls import Call, at, condition, is_bounded, look_up, looked
from tools.connectors.declared_cards import declared_cards
from tools.connectors.json_schemas import schema_at
from tools.connectors.reads_ahead import asked_ahead, led_to
from tools.context import Context
from tools.tool import Tool, Velocity, result_text

log = logging.getLogger(__name__)

MOST_SHOWN = 500
"""Characters of an argument that a customer can be asked about."""
_SHORT_ID = 3
_SLOT = re.compile(r"\{([a-z_][\w.]*)\}", re.IGNORECASE)


@dataclass(frozen=True)
class DeclaredWrite:
    """Fulfil `tools.tool.Write` by a declaration."""

    call: Call
    calls: Mapping[str, Call]
    rules: tuple[tuple[Condition, Any], ...]
    approve: Condition | None
    because: Any
    done: Condition | None
    looks: Mapping[str, str | ReadPerItem]

    async def plan(self, context: Context | None, args: Mapping[str, Any], *, waited_days: int = 0) -> Change:
        """Return what would be done, after the records were looked at and every rule held."""
        customer = self.call.customer(context)
        assert context is not None  # noqa: S101 - `customer` has refused that
        args = in_one_line(args)
        if too_long := [name for name, value in args.items() if len(shown(value, ENGLISH)) > MOST_SHOWN]:
            raise Refused(phrase("details_wrong", context.locale, names=", ".join(sorted(too_long))))
        if self.call.arguments.misfit(args):
            wrong = sorted(set(args) or self.call.arguments.schema["required"])
            raise Refused(phrase("details_wrong", context.locale, names=", ".join(wrong)))
        declaration = self.call.declaration
        self.call.keep_out_of_texts(args, context)
        before: dict[str, Any] = {}
        for name, look in self.looks.items():
            before[name] = await looked(self.calls, look, context, {"args": dict(args), **before})
        now = self.call.connector.now() - timedelta(days=waited_days)
        known = {"args": dict(args), "customer": customer, "now": now, **before}
        for rule, say in self.rules:
            if rule.holds(known) is not True:
                raise Refused(self._filled(say, context, known))
        approval = None
        if self.approve and self.approve.holds(known) is not False:
            approval = self._filled(self.because, context, known)
        once = declaration.once or list(args)
        alone = once[0] if len(once) == 1 and once[0] in args else None
        if alone in declaration.personal:  # the audit trail keeps which record it was, also after an erasure
            alone = None
        return Change(
            operation=self.call.name,
            customer_id=context.customer_id or "",
            record_id=str(args[alone]) if alone else None,
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
            found = await self.call.ask(change.args, context, key=key)
        except Refused as no:
            log.info("%s was refused: %s", self.call.name, no)
            told = phrase("not_accepted", context.locale)
            raise Refused(f"{told} {short_sentence(str(no))}".strip()) from None
        if not is_bounded(found):  # it was done; only what was said of it is too much to keep
            log.warning("%s returned more than is kept of a result", self.call.name)
            found = None
        return Done(key=key, operation=change.operation, after={"result": found})

    async def find_outcome(self, change: Change, *, key: str) -> Done | None:
        """Look the record up; without a way to, a tool that takes the key may be called again, any other may not."""
        outcome = self.call.declaration.outcome_read
        if outcome is None:
            if "$key" in self.call.bound.values():
                return None
            raise OutcomeUnknown(f"nothing tells whether {self.call.name} was done; a person has to look")
        context = _context(change)
        now = await look_up(self.calls, outcome.tool, context, change.args)
        before = next((change.before.get(n) for n, look in self.looks.items() if look == outcome.tool), None)
        if self.done and self.done.holds({"record": now, "before": before, "args": dict(change.args)}) is True:
            return Done(key=key, operation=change.operation, after={"record": now})
        if before is not None and now == before:
            return None
        raise OutcomeUnknown(
            f"the record of {self.call.name} is neither as before it nor as after it; a person has to look"
        )

    def _said(self, text: Any, context: Context, known: Mapping[str, Any], otherwise: str) -> str:
        """Return a sentence of the declaration, or one that lists the arguments; what it leaves out comes last."""
        if text is not None:
            said, told = self._filled(text, context, known), _named(text, context.locale)
            if text is not self.call.declaration.ask:
                return said
            spoken = language_said(text, context.locale, self.call.connector.language)
            unsaid = {n: v for n, v in known["args"].items() if n not in told and not _stands(v, said)}
            return f"{said} ({listed(unsaid, spoken)})" if unsaid else said
        args = listed(known["args"], ENGLISH)
        what = self.call.name.replace("_", " ").capitalize()
        return otherwise.format(what=f"{what} ({args})" if args else what)

    def _filled(self, text: Text, context: Context, known: Mapping[str, Any]) -> str:
        """Put values in the places of a sentence: an argument by its name, a field of a record by its path."""
        spoken = language_said(text, context.locale, self.call.connector.language)

        def value(match: re.Match[str]) -> str:
            name = match[1]
            return shown(known["args"][name] if name in known["args"] else at(known, name), spoken)

        return visible(_SLOT.sub(value, in_language(text, context.locale)))


def _context(change: Change) -> Context:
    return Context(customer_id=change.customer_id or None, thread_id=change.thread_id, locale=change.locale)


def _named(text: Text, locale: str) -> set[str]:
    """Return the arguments that a sentence shows as a whole."""
    return {match[1].removeprefix("args.") for match in _SLOT.finditer(in_language(text, locale))}


def _stands(value: Any, said: str) -> bool:
    """Say whether an identifier stands in a sentence, where a field of a record shows it."""
    is_id = isinstance(value, str) and len(value) > _SHORT_ID and any(c.isdigit() for c in value)
    return is_id and bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", said))


def declared_tools(calls: Mapping[str, Call], problems: list[Problem]) -> list[Tool]:
    """Return the tools behind calls; what is wrong with a declaration is noted, and that tool left out."""
    tools = []
    for call in calls.values():
        try:
            tools.append(_write_tool(call, calls) if call.declaration.effect == "write" else _read_tool(call, calls))
            problems += _left_out(call)
        except FilesError as error:
            problems.extend(error.problems)
    return tools


def _left_out(call: Call) -> list[Problem]:
    """Warn of a question that does not name each argument."""
    ask, known = call.declaration.ask, call.arguments.schema["properties"]
    languages = [] if ask is None else [""] if isinstance(ask, str) else ask
    left_out = sorted({name for language in languages for name in known if name not in _named(ask or "", language)})
    if not left_out:
        return []
    names = ", ".join(left_out)
    said = f"the question of {call.name} leaves out {names}; customers read each behind it where it is given"
    do = f"name it in ask: as {{{left_out[0]}}}, or bind it"
    return [call.connector.file.problem(("tools", call.name, "ask"), said, do, warning=True)]


def _read_tool(call: Call, calls: Mapping[str, Call]) -> Tool:
    async def read(runtime: ToolRuntime[Context, Any], **args: Any) -> str:
        result = await call.read(runtime.context or Context(), args)
        return result_text(result)

    declaration = call.declaration
    return Tool(
        bound=_bound(call, read),
        result=_result(call),
        also_called=declaration.also_called,
        ahead=asked_ahead(call, calls),
        reads_whole=bool(declaration.ahead and declaration.ahead.when),
        explains_codes=declaration.open and not call.arguments.schema.get("required"),
        led_to=led_to(call, calls),
        cards=partial(declared_cards, declaration.card_labels) if declaration.card else None,
        personal=declaration.personal,
        rank=declaration.rank,
    )


def _result(call: Call) -> Mapping[str, Any] | None:
    """Return the schema of what counts in a result."""
    schema, path = call.connector.offered[call.source_name].result, call.connector.declared.result
    return schema if path is None else schema_at(schema, path)


def _write_tool(call: Call, calls: Mapping[str, Call]) -> Tool:
    declaration, file, here = call.declaration, call.connector.file, ("tools", call.name)
    outcome = declaration.outcome_read
    looked = [("look", look if isinstance(look, str) else look.tool) for look in declaration.looks.values()]
    for place, tool in [*looked, *((("outcome", outcome.tool),) if outcome else ())]:
        if tool not in calls or calls[tool].declaration.effect != "read":
            raise file.failure((*here, place), f"{tool} is no read of this connector", "declare it with effect: read")
    names: dict[str, Any] = {
        "args": call.arguments.schema,
        "customer": None,
        "now": {"type": "string", "format": "date-time"},
    }
    names |= dict.fromkeys(declaration.looks)
    rules = [
        (condition(file, (*here, "rules", n, "must"), rule.must, names), rule.say)
        for n, rule in enumerate(declaration.rules)
    ]
    sentences = {"ask": declaration.ask, "done": declaration.done}
    sentences |= {f"rules.{n}.say": rule.say for n, rule in enumerate(declaration.rules)}
    sentences |= {"approve.because": declaration.approve.because} if declaration.approve else {}
    for place, text in sentences.items():
        _check_places(call, (*here, *place.split(".")), text, {*names, *call.arguments.schema["properties"]})
    steps = DeclaredWrite(
        call,
        calls,
        tuple((condition, say) for condition, say in rules if condition),
        condition(file, (*here, "approve", "when"), declaration.approve.when if declaration.approve else None, names),
        declaration.approve.because if declaration.approve else "",
        condition(
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


def _check_places(call: Call, path: tuple[str, ...], text: Text | None, known: Collection[str]) -> None:
    """Raise FilesError for a sentence with a place that nothing fills."""
    said = [text] if isinstance(text, str) else (text or {}).values()
    unknown = {slot for one in said for slot in _SLOT.findall(one) if slot.split(".")[0] not in known}
    if unknown:
        what = f"nothing fills {{{min(unknown)}}}; there is {', '.join(sorted(known))}"
        raise call.connector.file.failure(path, what, "correct the sentence")


def _bound(call: Call, coroutine: Callable[..., Any]) -> StructuredTool:
    offered = call.connector.offered[call.source_name]
    said, also = (call.declaration.description or offered.description)[:1_000], call.declaration.also_called
    if also and call.declaration.effect == "read":
        said = f"{said} Also called: {', '.join(also)}."
    return StructuredTool(
        name=call.name,
        description=said,
        args_schema=dict(call.arguments.schema),
        coroutine=coroutine,
    )
