"""Run the tests that come with a procedure: short conversations over records that the test itself states.

    id: too-late
    customer: mia
    now: 2026-05-15T15:00:00Z
    records:
      - {tool: get_reservation_details, args: {reservation_id: AB12CD}, result: {user_id: mia, cabin: economy, …}}
    lines: [cancel AB12CD]
    answers:
      - {to: {slot: reason}, say: change of plan}
    expect: {stopped: eligible}          # or actions: [{tool: …, args: {…}}], or asks: SLOT

Lines are said in order; an answer is given as often as its slot is asked for. The interpreter leads alone: no model, no
graph.
"""

import asyncio
import datetime
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import ConversationFileError, Refused
from graph.procedures.answers import answered_case
from graph.procedures.cases import Case, asking, open_case, read_key, with_slot, with_step, without_slot
from graph.procedures.format.procedure import Procedure
from graph.procedures.gate import Verdict, advance, decide
from graph.procedures.next_steps import AskNext, DoNext, StopNext

MOST_TURNS = 12
NOTHING_THERE = "There is no such record."


class Section(BaseModel):
    """A part of a test; a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Record(Section):
    """What one read returns."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict)
    result: Any = None


class To(Section):
    """What an answer is for."""

    slot: str


class Answer(Section):
    """What the customer says when asked for a slot."""

    to: To
    say: str


class Action(Section):
    """A write that is expected."""

    tool: str
    args: dict[str, Any] | None = None
    approve: bool | None = None


class Expected(Section):
    """How the conversation has to end."""

    actions: list[Action] = Field(default_factory=list)
    stopped: str | None = None
    asks: str | None = None


class ProcedureTest(Section):
    """One conversation with its right ending."""

    id: str
    customer: str | None = "customer"
    now: datetime.datetime = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)
    wants: str = ""
    records: list[Record] = Field(default_factory=list)
    slots: dict[str, Any] = Field(default_factory=dict)
    """What a model has read out of the conversation: lists, say, which no rule can hear in a sentence."""
    lines: list[str] = Field(min_length=1)
    answers: list[Answer] = Field(default_factory=list)
    expect: Expected


@dataclass
class Ending:
    """How a conversation ended."""

    verdicts: list[Verdict] = field(default_factory=list)
    """What the gate said of the writes that ran."""
    stopped: str | None = None
    asks: str | None = None
    skipped: list[str] = field(default_factory=list)
    """Writes that the case proposed although the gate, on records read anew, does not allow them."""

    @property
    def actions(self) -> list[DoNext]:
        """Return the writes that ran."""
        return [verdict.do for verdict in self.verdicts if verdict.do]


def load_tests(folder: Path) -> list[ProcedureTest]:
    """Return the tests of a folder.

    Raises:
        ConversationFileError: A file is no test; the message names it.
    """
    found = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found.append(ProcedureTest.model_validate(yaml.safe_load(path.read_text("utf-8"))))
        except (yaml.YAMLError, ValidationError) as error:
            first = str(error).splitlines()
            raise ConversationFileError(f"{path}: {' '.join(first[:3])}; see docs/guides/procedures.md") from None
    return found


def passes(procedure: Procedure, test: ProcedureTest) -> bool:
    """Say whether a conversation ends as its test expects."""
    with ThreadPoolExecutor(1) as thread:  # there may be a running event loop here
        ending, expect = thread.submit(asyncio.run, run(procedure, test)).result(), test.expect
    if len(ending.actions) != len(expect.actions) or ending.stopped != expect.stopped:
        return False
    if expect.asks is not None and ending.asks != expect.asks:
        return False
    return all(
        done.tool == wanted.tool
        and (wanted.args is None or dict(done.args) == wanted.args)
        and (wanted.approve is None or done.approve == wanted.approve)
        for done, wanted in zip(ending.actions, expect.actions, strict=True)
    )


async def run(procedure: Procedure, test: ProcedureTest) -> Ending:
    """Hold a conversation and return how it ended."""
    records = {read_key(record.tool, record.args): record.result for record in test.records}

    async def read(tool: str, args: Mapping[str, Any]) -> Any:
        key = read_key(tool, args)
        if key not in records:
            raise Refused(NOTHING_THERE)
        return records[key]

    ending, case, lines = Ending(), open_case(procedure), list(test.lines)
    for name, value in test.slots.items():
        case = with_slot(procedure, case, name, value, "call")
    answers = {answer.to.slot: answer.say for answer in test.answers}
    text: str | None = lines.pop(0)
    for turn in range(MOST_TURNS):
        if text is not None:
            case = answered_case(procedure, case, text, f"message:{turn}")
        case, found = await advance(procedure, case, read, now=test.now, customer_id=test.customer)
        match found:
            case AskNext():
                if found.note:
                    case = without_slot(procedure, case, found.slot)
                case = asking(case, found.slot, f"message:{turn}")
                text = answers.get(found.slot) or (lines.pop(0) if lines else None)
                if text is None:
                    ending.asks = found.slot
                    return ending
            case DoNext():
                if lines:  # what is still to be said may change what is done
                    text = lines.pop(0)
                    continue
                case = await _done(procedure, case, found, read, test, ending)
                text = None
            case StopNext():
                ending.stopped = found.rule or "undecided"
                return ending
            case _:
                return ending
    return ending


async def _done(
    procedure: Procedure, case: Case, found: DoNext, read: Any, test: ProcedureTest, ending: Ending
) -> Case:
    """Run a write through the gate, as the graph does."""
    verdict = await decide(procedure, case, found.tool, found.args, read, now=test.now, customer_id=test.customer)
    if verdict.do is None:
        ending.skipped.append(found.tool)
        return with_step(case, found.step, ok=False, result=None, action="")
    ending.verdicts.append(verdict)
    return with_step(verdict.case, found.step, ok=True, result=None, action="")


def failing(procedure: Procedure, tests: Sequence[ProcedureTest]) -> list[str]:
    """Return the tests that do not pass."""
    return [test.id for test in tests if not passes(procedure, test)]
