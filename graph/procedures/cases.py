"""Keep what is known of each case of a conversation: a stack of plain values, the open one last.

Nothing that follows from something else is stored: facts and found slots are computed from the reads, and a read is
kept under its exact arguments. A corrected slot therefore leaves every read that rested on the old value behind; what
the customer answered *because of* it is forgotten with it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast
from uuid import uuid4

from graph.procedures.format.procedure import Procedure

MOST_CASES = 5
"""Cases that are kept open at a time; the oldest is dropped for a sixth."""
TAKEN_BACK = "taken back by the customer"
"""The problem of a case that the customer has called off, until they have read so."""
MOST_SAID = 8
"""Messages of the customer that a case keeps."""
LONGEST_SAID = 500
MOST_CHARACTERS = 60_000
"""Characters of one read that a case keeps; a longer result counts as one that could not be read."""


class Known(TypedDict):
    """A value and where it came from."""

    value: Any
    source: str
    """`message:ID` for what the customer said, `call` for an argument of the model's."""


class Read(TypedDict):
    """One read of the business's records."""

    tool: str
    args: dict[str, Any]
    value: Any
    refused: str | None
    """The sentence of a tool that found nothing or did not answer, or None."""
    failed: bool
    """Whether nobody answered, or nobody is signed in; the next turn tries again."""
    sign_in: bool
    """Whether `refused` asks the customer to say who they are."""


class StepDone(TypedDict):
    """What became of a write."""

    ok: bool
    result: Any
    action: str
    """The ledger's row."""


class Aside(TypedDict):
    """What is said once beside an open question."""

    say: str
    alone: bool
    """Whether the question is not put again with it."""
    among: list[str]
    """The choices that it tells of: a yes means the only one."""


class Case(TypedDict):
    """One request of the customer, led by a procedure."""

    id: str
    procedure: str
    version: str
    slots: dict[str, Known]
    reads: dict[str, Read]
    steps: dict[str, StepDone]
    text: str
    """The procedure as it was when the case began: an open case keeps its version, whatever becomes of the file."""
    asked: str | None
    """The slot that was asked for last."""
    asks: dict[str, str]
    """The slots the customer was asked for, each with the message after which it was first asked."""
    choices: dict[str, dict[str, str]]
    """What the question for each slot offered as answers, each with the words that stood beside it."""
    said: list[str]
    """What the customer has said since the case began, the newest last."""
    today: str
    """The day, in ISO 8601, when it was last looked at."""
    again: int
    """How often the open question was put again because a message held no answer to it."""
    beside: str
    """What the request said beside what it asks for, or an empty text: the answer to a question why."""
    note: str
    """Why a slot is asked for again: what was said about the last answer, or an empty text."""
    stopped: dict[str, str] | None
    """The rule that stopped it and the sentence it said, or None."""
    aside: Aside | None
    """What is said once with the open question, or in its place, or None."""


def open_case(procedure: Procedure) -> Case:
    """Return a case of which nothing is known yet."""
    return Case(
        id=uuid4().hex,
        procedure=procedure.name,
        version=procedure.version,
        text=procedure.source.text,
        slots={},
        reads={},
        steps={},
        asked=None,
        asks={},
        choices={},
        said=[],
        today="",
        again=0,
        beside="",
        note="",
        stopped=None,
        aside=None,
    )


def case_for(values: Mapping[str, Any] | None) -> Case | None:
    """Return a case that was kept as plain values; one of another shape is none."""
    if values is None:
        return None
    values = {
        "id": "",
        "choices": {},
        "said": [],
        "today": "",
        "again": 0,
        "beside": "",
        "aside": None,
        **values,
    }  # the first had none of them
    return cast(Case, values) if Case.__required_keys__ <= values.keys() else None


def cases_of(stored: Sequence[Mapping[str, Any]]) -> list[Case]:
    """Return a stack that was kept in a conversation."""
    return [case for values in stored if (case := case_for(values))]


def kept(case: Case) -> Case:
    """Return a case as it is kept beside a write: what was read is read anew when it runs."""
    return {**case, "reads": {}}


def asking(case: Case, slot: str, source: str, offered: Mapping[str, str] | None = None) -> Case:
    """Return the case with a question to the customer noted, and what it offers as answers."""
    choices = case["choices"] | {slot: dict(offered or {})}
    return {**case, "asked": slot, "asks": {slot: source} | case["asks"], "choices": choices}


def heard(case: Case, text: str) -> Case:
    """Return the case with a message kept among what the customer has said."""
    return {**case, "said": [*case["said"], text[:LONGEST_SAID]][-MOST_SAID:]}


def slot_value(case: Case, name: str) -> Any:
    """Return what a slot holds, or None where it is not filled."""
    return case["slots"][name]["value"] if name in case["slots"] else None


def is_done(case: Case, step: str) -> bool:
    """Say whether a step has run and succeeded."""
    return step in case["steps"] and case["steps"][step]["ok"]


def on_top(cases: list[Case], *several: Case) -> list[Case]:
    """Return the stack with cases on top, the last one open; one that is in it already comes up in its new shape."""
    ids = {case["id"] for case in several}
    return [*(case for case in cases if case["id"] not in ids), *several][-MOST_CASES:]


def about(cases: Sequence[Case], procedure: Procedure, record: Any) -> Case | None:
    """Return the newest case of a procedure that is about a record, or about none yet; None stands for any record."""
    own = [case for case in reversed(cases) if case["procedure"] == procedure.name]
    values = [(case, slot_value(case, procedure.subject) if procedure.subject else None) for case in own]
    exact = next((case for case, value in values if value == record), None)
    return exact or next((case for case, value in values if None in (value, record)), None)


def replaced(cases: list[Case], case: Case) -> list[Case]:
    """Return the stack with its top replaced."""
    return [*cases[:-1], case]


def alike(procedure: Procedure, case: Case, records: Sequence[Any], source: str) -> list[Case]:
    """Return the case for the first of several records, and one for each of the others, knowing what was said."""
    subject = procedure.subject or ""
    first, *more = [with_slot(procedure, case, subject, record, source) for record in records]
    return [first, *(another(case) for case in more)]


def another(case: Case) -> Case:
    """Return a case of its own that knows what this one does, and has done nothing."""
    return {**case, "id": uuid4().hex, "steps": {}}


def shared(procedure: Procedure, cases: list[Case], source: str) -> list[Case]:
    """Return the stack with what the customer said of no record in particular known to all cases of the procedure."""
    of_none = {
        name
        for name, slot in procedure.slots.items()
        if slot.slot.source == "customer" and procedure.subject not in procedure.behind(name)
    }
    said = {
        name: known
        for case in cases
        if case["procedure"] == procedure.name
        for name, known in case["slots"].items()
        if name in of_none and known["source"] == source
    }
    return [
        {**case, "slots": said | case["slots"]} if said and case["procedure"] == procedure.name else case
        for case in cases
    ]


def popped(cases: list[Case]) -> list[Case]:
    """Return the stack without its top: the case below goes on."""
    return cases[:-1]


def with_slot(procedure: Procedure, case: Case, name: str, value: Any, source: str) -> Case:
    """Return the case with a slot filled; another value than before clears what was answered because of the old one."""
    before = case["slots"].get(name)
    slots = {**case["slots"], name: Known(value=value, source=source)}
    if before is not None and before["value"] != value:
        slots = {other: known for other, known in slots.items() if name not in procedure.behind(other)}
    asked = None if case["asked"] == name else case["asked"]
    return {**case, "slots": slots, "asked": asked, "note": "", "stopped": None}


def without_slot(procedure: Procedure, case: Case, name: str) -> Case:
    """Return the case with a slot forgotten, and what was answered because of it."""
    slots = {o: known for o, known in case["slots"].items() if o != name and name not in procedure.behind(o)}
    return {**case, "slots": slots, "stopped": None}


def read_key(tool: str, args: Mapping[str, Any]) -> str:
    """Return what names a read: its tool and exact arguments."""
    return f"{tool}({json.dumps(args, sort_keys=True, default=str, ensure_ascii=False)})"


def with_read(
    case: Case,
    tool: str,
    args: Mapping[str, Any],
    value: Any,
    *,
    refused: str | None = None,
    failed: bool = False,
    sign_in: bool = False,
) -> Case:
    """Return the case with the result of a read."""
    if len(json.dumps(value, default=str)) > MOST_CHARACTERS:
        value, refused, failed = None, f"{tool} returned more than can be kept.", True
    found = Read(tool=tool, args=dict(args), value=value, refused=refused, failed=failed, sign_in=sign_in)
    return {**case, "reads": {**case["reads"], read_key(tool, args): found}}


def without_reads(case: Case, *, only_failed: bool = False) -> Case:
    """Return the case with nothing read, or without the reads that failed: they are made anew."""
    kept = {key: read for key, read in case["reads"].items() if only_failed and not read["failed"]}
    return {**case, "reads": kept}


def with_step(case: Case, name: str, *, ok: bool, result: Any, action: str) -> Case:
    """Return the case with what became of a write; the records it may have changed are read anew."""
    done = StepDone(ok=ok, result=result, action=action)
    return {**case, "steps": {**case["steps"], name: done}, "reads": {}}
