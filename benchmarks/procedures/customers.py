"""Let the interpreter alone talk to scripted customers: no model, records read in this process.

The customers answer out of order, correct themselves, ask something in between, want two things, take a request back,
claim what only a record may say. Each conversation of a `customers_N.yaml` says which writes have to run, or which
words have to be said.
"""

import datetime
import importlib.util
import inspect
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from langchain_core.messages import AIMessage, ToolCall

from benchmarks.procedures.airline import NOW, Airline, catalogue
from benchmarks.procedures.airline import PROCEDURES as AIRLINE
from benchmarks.procedures.near_misses import AUDIT
from benchmarks.support.figures import Figure
from core.embeddings.minilm import embedded_minilm
from core.errors import Refused
from core.language.confirmations import answer_to_confirmation
from graph.procedures.authoring.procedure_checks import check_folder
from graph.procedures.book import ProcedureBook, Record
from graph.procedures.case_messages import apply_message
from graph.procedures.cases import Case
from graph.procedures.choice import Chooser
from graph.procedures.format.catalogue import Catalogue, ToolSpec
from graph.procedures.gate import decide
from graph.procedures.rule_led_cases import goes_on, said_next, with_outcome
from tools.business.starting import Answers, write_business
from tools.context import Context

HERE = Path(__file__).parent
EXAMPLES = AIRLINE.parents[1]
NOVANET = EXAMPLES / "novanet"
LATER = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)
PERSON = "request_human"


@dataclass
class World:
    """A business as a conversation finds it: its procedures, and what its tools do."""

    book: ProcedureBook
    run: Any
    """Takes a tool and its arguments and does it."""


@dataclass
class Talk:
    """One conversation without a model."""

    world: World
    context: Context
    cases: list[Case] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    proposed: ToolCall | None = None
    """What waits for a yes: the customer's, or that of the end of the conversation."""

    async def say(self, text: str) -> None:
        """Say something and let the procedures go on as far as they do."""
        book, source = self.world.book, f"message:{len(self.said)}"
        if self.proposed and answer_to_confirmation(text) == "yes":
            await self.agree()
            return
        after = await apply_message(book, self.cases, text, source, self.context, chooses=True)
        self.cases = after.cases
        if not after.led:
            self.said.append("(the articles)" if not after.dropped else "(dropped)")
            self.proposed = None if after.dropped else self.proposed
            return
        message, self.cases = said_next(book, self.cases, self.context, person_tool=PERSON)
        self._hear(message)

    async def agree(self) -> None:
        """Have done what is proposed, and let the case below go on."""
        call, self.proposed = self.proposed, None
        assert call
        await self._do(call["name"], call["args"])
        source = f"message:{len(self.said)}"
        message, self.cases = await goes_on(self.world.book, self.cases, source, self.context, person_tool=PERSON)
        self._hear(message)

    def _hear(self, message: AIMessage | None) -> None:
        self.said.append(message.text if message else "")
        calls = message.tool_calls if message else []
        self.proposed = next((call for call in calls if call["name"] != PERSON), None)

    async def _do(self, tool: str, args: Mapping[str, Any]) -> None:
        """Run a write through the gate."""
        book, case = self.world.book, self.cases[-1]
        procedure = book.of(case)
        if procedure is None:
            return
        now, customer = book.now(), self.context.customer_id
        verdict = await decide(procedure, case, tool, args, book.reader(self.context), now=now, customer_id=customer)
        AUDIT.note(procedure, verdict, now=now, customer_id=customer)
        if verdict.do is None:
            self.said[-1] += verdict.feedback
            return
        self.world.run(tool, verdict.do.args)
        self.actions.append({"tool": tool, **verdict.do.args})
        led = {"name": procedure.name, "step": verdict.do.step, "case": verdict.case}
        self.cases = with_outcome(book, self.cases, led, ok=True, action="act")


def world_of(business: str, customer: str, data: Path) -> World:
    """Return a business with fresh records."""
    if business == "skylark":
        records = Airline(customer)
        reads: dict[str, Record] = {}
        for name, spec in catalogue().items():
            if spec.effect == "read":
                reads[name] = _reading(records.read, name)
        return World(_book(AIRLINE, catalogue(), reads, NOW), records.run)
    folder = NOVANET if business == "novanet" else starter(data)
    languages = ("en", "fr") if business == "novanet" else ("en",)
    tools = _python_tools(folder, customer, data)
    reads = {name: _reading(tools.read, name) for name, spec in tools.catalogue.items() if spec.effect == "read"}
    return World(_book(folder / "procedures", tools.catalogue, reads, LATER, languages), tools.run)


def starter(data: Path) -> Path:
    """Write the business that `support-agent new` begins with, and the procedure of the guide."""
    folder = data / "starter"
    if not folder.exists():
        write_business(folder, Answers("Mill"))
        guide = (EXAMPLES.parent / "docs" / "guides" / "procedures.md").read_text("utf-8")
        text = guide.partition("```markdown\n")[2].partition("```")[0]
        (folder / "procedures").mkdir(exist_ok=True)
        (folder / "procedures" / "cancel-booking.md").write_text(text, encoding="utf-8")
    return folder


@dataclass
class PythonTools:
    """The tools of a folder's tools.py, on behalf of one customer, over a database of their own."""

    module: Any
    bound: Mapping[str, str]
    catalogue: Mapping[str, ToolSpec]

    def run(self, tool: str, args: Mapping[str, Any]) -> Any:
        """Run a tool; what it refuses is a refusal."""
        function = getattr(self.module, tool)
        takes = inspect.signature(function).parameters
        try:
            return function(**args, **{name: value for name, value in self.bound.items() if name in takes})
        except ValueError as error:
            raise Refused(str(error)) from error

    async def read(self, tool: str, args: Mapping[str, Any]) -> Any:
        """Read for a condition; a record of somebody else looks like none."""
        found = self.run(tool, args)
        if isinstance(found, dict) and found.get("customer_id", self.bound["customer_id"]) != self.bound["customer_id"]:
            raise Refused("There is no such record.")
        return found


def _python_tools(folder: Path, customer: str, data: Path) -> PythonTools:
    database = Path(tempfile.mkdtemp(dir=data)) / "records.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(next(folder.glob("*.sql")).read_text("utf-8"))
    spec = importlib.util.spec_from_file_location(f"tools_of_{folder.name}", folder / "tools.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    bound = {"customer_id": customer, "database": str(database)}
    found = {}
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if not name.startswith("_") and name != "closing":
            own = [p for p in inspect.signature(function).parameters if p not in bound]
            effect: Any = "write" if name.startswith(("book_", "cancel_")) else "read"
            found[name] = ToolSpec(name=name, effect=effect, parameters={p: {} for p in own}, required=tuple(own))
    return PythonTools(module, bound, found)


def _reading(read: Callable[[str, Mapping[str, Any]], Awaitable[Any]], name: str) -> Record:
    async def of_customer(context: Context, args: Mapping[str, Any]) -> Any:
        return await read(name, args)

    return of_customer


def _book(
    folder: Path,
    tools: Catalogue,
    reads: Mapping[str, Record],
    now: datetime.datetime,
    languages: tuple[str, ...] = ("en",),
) -> ProcedureBook:
    found, problems = check_folder(folder, tools, languages=languages)
    if wrong := [str(problem) for problem in problems if problem.severity == "error"]:
        raise ValueError("\n".join(wrong))
    return ProcedureBook(
        procedures={p.name: p for p in found},
        catalogue=tools,
        records=reads,
        chooser=Chooser(found, embedded_minilm().embed_array),
        leads=True,
        now=lambda: now,
    )


async def held(one: Mapping[str, Any], data: Path) -> tuple[bool, Talk]:
    """Hold a conversation and return whether it ended as it should."""
    locale = one.get("locale", "en")
    talk = Talk(world_of(one["business"], one["customer"], data), Context(customer_id=one["customer"], locale=locale))
    for line in one["says"]:
        await talk.say(line)
    while talk.proposed:
        await talk.agree()
    wanted, heard = one.get("actions", []), "\n".join(talk.said).casefold()
    done = len(wanted) == len(talk.actions) and all(
        expected.items() <= {k: v for k, v in found.items() if k in expected}.items()
        for expected, found in zip(wanted, talk.actions, strict=False)
    )
    return done and all(words.casefold() in heard for words in one.get("words", [])), talk


async def figures() -> list[Figure]:
    """Return how many of the scripted customers got what they should."""
    found = []
    for batch in sorted(HERE.glob("customers_*.yaml")):
        conversations = yaml.safe_load(batch.read_text("utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            right = [(await held(one, Path(folder)))[0] for one in conversations]
        named = f"interpreter alone, {batch.stem.replace('_', ' ')}: right endings of {len(right)}"
        found.append(Figure(named, sum(right), 0.9 * len(right)))
    return found
