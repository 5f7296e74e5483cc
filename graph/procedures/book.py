"""Hold the procedures of a business beside the tools that they read and guard."""

import asyncio
import datetime
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.prebuilt.tool_node import ToolRuntime

from core.clock import utc_now
from core.errors import BackendUnavailable, Refused
from core.json_records import parsed_json
from core.language.words import content_stems
from graph.procedures.cases import Case, case_for, kept, open_case
from graph.procedures.choice import Asks, Chooser, Embed, nobody_asks
from graph.procedures.format.catalogue import Catalogue, ToolSpec, spec_from_schema
from graph.procedures.format.compile import compile_procedure
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import parse_procedure
from graph.procedures.gate import ReadTool, decide
from graph.procedures.interpreter import reading
from graph.procedures.next_steps import StopNext
from graph.procedures.wording import said_with
from tools.actions.changes import Change, Outcome
from tools.context import Context
from tools.tool import Tool, Write

Record = Callable[[Context, Mapping[str, Any]], Awaitable[Any]]
"""Read on behalf of a customer and return plain JSON; raises Refused or BackendUnavailable."""

READ_SECONDS = 10.0
"""How long one read for a condition may take before it counts as unanswered."""


class CaseStopped(Refused):
    """Refuse a write that its procedure does not allow now; the text is feedback for the model."""

    def __init__(self, feedback: str, case: Case, stop: StopNext | None) -> None:
        super().__init__(feedback)
        self.case = case
        self.stop = stop


@dataclass(frozen=True, kw_only=True)
class ProcedureBook:
    """The procedures of a business, and what following them takes."""

    procedures: Mapping[str, Procedure]
    catalogue: Catalogue
    records: Mapping[str, Record] = field(default_factory=dict)
    """The reads that conditions may call, as plain JSON."""
    lists: Sequence[str] = ()
    """The reads that tell what the codes in records stand for."""
    called: frozenset[str] = frozenset()
    """Stems of what records of any kind are called, which describe none of them."""
    chooser: Chooser | None = None
    """Chooses among procedures where no model does, or where one did nothing with a request."""
    leads: bool = False
    """Whether procedures ask and act themselves: the offline model leaves open cases to them."""
    now: Callable[[], datetime.datetime] = utc_now
    _earlier: dict[str, Procedure | None] = field(default_factory=dict)
    """Versions that open cases began with and no file has any more."""

    @property
    def sorted(self) -> list[Procedure]:
        """Return the procedures by name."""
        return [self.procedures[name] for name in sorted(self.procedures)]

    def of(self, case: Case) -> Procedure | None:
        """Return a case's procedure in the version it began with; None where the tools it names are gone."""
        current = self.procedures.get(case["procedure"])
        if current is not None and current.version == case["version"]:
            return current
        if case["version"] not in self._earlier:
            read, _ = parse_procedure(case["text"], "an earlier version")
            self._earlier[case["version"]] = compile_procedure(read, self.catalogue)[0] if read else None
        return self._earlier[case["version"]]

    def owner_of(self, tool: str) -> Procedure | None:
        """Return the procedure through which alone a write runs, or None where none owns it."""
        return next((p for p in self.procedures.values() if tool in p.writes), None)

    def reader(self, context: Context) -> ReadTool:
        """Return what reads on behalf of the customer of a context."""

        async def read(tool: str, args: Mapping[str, Any]) -> Any:
            if tool not in self.records:
                raise BackendUnavailable(f"{tool} cannot be read for a condition")
            try:
                return await asyncio.wait_for(self.records[tool](context, args), READ_SECONDS)
            except TimeoutError:
                raise BackendUnavailable(f"{tool} did not answer within {READ_SECONDS:g} seconds") from None

        return read

    def guarded(self, tools: Sequence[Tool]) -> list[Tool]:
        """Return the tools, every write behind the gate: an open case may own it after its file is gone."""
        return [
            replace(tool, write=GuardedWrite(tool.name, tool.write, self)) if tool.write else tool for tool in tools
        ]


@dataclass(frozen=True)
class GuardedWrite:
    """A write that is planned only where its procedure, if any, allows it, on records read at that moment."""

    tool: str
    inner: Write
    book: ProcedureBook

    async def plan(self, context: Context, args: Mapping[str, Any], *, waited_days: int = 0) -> Change:
        """Return what would be done; raises CaseStopped, or as the write itself."""
        followed = self._case(context)
        if followed is None:
            return await self.inner.plan(context, args, waited_days=waited_days)
        procedure, case = followed
        verdict = await decide(
            procedure,
            case,
            self.tool,
            args,
            self.book.reader(context),
            now=self.book.now() - datetime.timedelta(days=waited_days),
            customer_id=context.customer_id,
            locale=context.locale,
        )
        if verdict.do is None:
            raise CaseStopped(verdict.feedback, verdict.case, verdict.stop)
        change = await self.inner.plan(context, verdict.do.args, waited_days=waited_days)
        led = {
            "name": procedure.name,
            "version": procedure.version,
            "step": verdict.do.step,
            "case": kept(verdict.case),
        }
        read = reading(procedure, verdict.case, now=self.book.now(), customer_id=context.customer_id)
        told = said_with(procedure.steps[verdict.do.step].step, read, context.locale)
        approval = change.approval or (f"the procedure {procedure.name} asks for it" if verdict.do.approve else None)
        return replace(change, procedure=led, approval=approval, summary=f"{change.summary} {told}".strip())

    def _case(self, context: Context) -> tuple[Procedure, Case] | None:
        """Return the case the write belongs to: the open one that has this write, or a new one of its owner's."""
        case = case_for(context.case)
        procedure = self.book.of(case) if case else None
        if case and procedure and self.tool in procedure.writes:
            return procedure, case
        owner = self.book.owner_of(self.tool)
        return (owner, open_case(owner)) if owner else None

    async def apply(self, change: Change, *, key: str) -> Outcome:
        """Do a planned change."""
        return await self.inner.apply(change, key=key)

    async def find_outcome(self, change: Change, *, key: str) -> Outcome | None:
        """Return what came of a change that was perhaps applied under this key."""
        return await self.inner.find_outcome(change, key=key)


def open_book(
    procedures: Sequence[Procedure],
    tools: Sequence[Tool],
    *,
    embed: Embed | None = None,
    asks: Asks = nobody_asks,
    leads: bool = True,
    now: Callable[[], datetime.datetime] = utc_now,
) -> ProcedureBook:
    """Return the book of checked procedures.

    Args:
        procedures: What `check_folder` found sound.
        tools: The business's tools.
        embed: Compares messages with examples; without it only a model chooses.
        asks: Tells whether a text asks for what a tool does, so that no procedure takes it for its own.
        leads: Whether procedures ask and act themselves, as there is no model that does.
        now: Tells when it is.
    """
    writes = [tool for tool in tools if tool.effect == "write"]
    return ProcedureBook(
        procedures={procedure.name: procedure for procedure in procedures},
        catalogue=catalogue_of(tools),
        records={tool.name: record_of(tool) for tool in tools if tool.effect == "read"},
        lists=[tool.name for tool in tools if tool.explains_codes],
        called=frozenset(
            content_stems(" ".join(c for tool in tools if tool.effect == "read" for c in tool.also_called))
        ),
        chooser=Chooser(procedures, embed, writes=writes, asks=asks) if embed else None,
        leads=leads and embed is not None,
        now=now,
    )


def record_of(tool: Tool) -> Record:
    """Return what reads a tool as a record: the JSON that a model would read of it."""
    run = getattr(tool.bound, "coroutine", None)
    takes_runtime = run is not None and "runtime" in inspect.signature(run).parameters

    async def read(context: Context, args: Mapping[str, Any]) -> Any:
        if run is None:
            raise BackendUnavailable(f"{tool.name} cannot be read for a condition")
        given = {**args, "runtime": _runtime(context)} if takes_runtime else dict(args)
        text = await run(**given)
        try:
            return parsed_json(text) if isinstance(text, str) else text
        except ValueError:
            raise BackendUnavailable(f"{tool.name} returns a text, no record: conditions cannot read it") from None

    return read


def _runtime(context: Context) -> ToolRuntime[Context, Any]:
    return ToolRuntime(
        state=None, context=context, config={}, stream_writer=lambda _: None, tool_call_id=None, store=None
    )


def catalogue_of(tools: Sequence[Tool]) -> dict[str, ToolSpec]:
    """Return what procedures may know of tools."""
    found = {}
    for tool in tools:
        schema = convert_to_openai_tool(tool.bound)["function"]
        found[tool.name] = spec_from_schema(
            tool.name,
            tool.effect,
            schema.get("parameters") or {},
            description=str(schema.get("description") or ""),
            result=tool.result,
        )
    return found
