"""Translate Agent Script of Salesforce: a draft for each topic that does something."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.procedures.authoring.imported_draft import READS, ImportedDraft, as_cel, identifier, kebab

TOPIC = re.compile(r"^(?:topic|subagent|start_agent)\s+(\w+)\s*:")
USED = re.compile(r"(?:\b(\w+)\s*:|run)\s*@actions\.(\w+)")
VARIABLE = re.compile(r"\b(\w+)\s*:\s*(?:mutable|linked)\s+(\w+)")
TYPES = {"number": "number", "boolean": "yes_no", "date": "date", "integer": "integer"}
TAKEN = re.compile(r"set\s+@variables\.(\w+)\s*=\s*@outputs\.(\w+)\s*$")
Row = tuple[int, int, str]
"""A row of the script: its number, its indentation, and its words."""


def agent_script(text: str) -> list[ImportedDraft]:
    """Return a draft for each topic that uses an action; topics that only lead to others are left to the choice."""
    rows = [
        (number, len(row) - len(row.lstrip()), row.strip())
        for number, row in enumerate(text.expandtabs(4).splitlines(), start=1)
        if row.strip() and not row.strip().startswith("#")
    ]
    variables = _described(rows, "variables:")
    matches = [VARIABLE.match(row) for _, _, row in rows]
    types = {match[1]: match[2] for match in matches if match}
    found = []
    for start, (_, indent, row) in enumerate(rows):
        if topic := TOPIC.match(row):
            work = _Topic(topic.group(1), variables, types)
            work.read(_block(rows, start, indent))
            found.append(work.made)
    return [draft for draft in found if draft.facts or draft.do] or found[:1]


def _block(rows: list[Row], start: int, indent: int) -> list[Row]:
    """Return the rows that stand further in than the one at `start`."""
    end = next((i for i in range(start + 1, len(rows)) if rows[i][1] <= indent), len(rows))
    return rows[start + 1 : end]


def _described(rows: list[Row], part: str) -> dict[str, str]:
    """Return the names in a part of the script with their descriptions."""
    found: dict[str, str] = {}
    for start, (_, indent, row) in enumerate(rows):
        if row != part:
            continue
        name = ""
        for _, _, inner in _block(rows, start, indent):
            if inner.startswith("description:") and name:
                found[name] = _unquoted(inner.partition(":")[2])
                name = ""
            elif named := re.match(r"\"?(\w+)\"?\s*:", inner):
                name = named.group(1)
                found.setdefault(name, "")
    return found


@dataclass
class _Use:
    """One use of an action, as far as it was read."""

    tool: str
    called: str
    """What instructions call it."""
    args: dict[str, str] = field(default_factory=dict)
    guards: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    """Variable → field of the result."""


class _Topic:
    """The work on one topic."""

    def __init__(self, name: str, variables: Mapping[str, str], types: Mapping[str, str]) -> None:
        self.made = ImportedDraft(kebab(name), "")
        self.types = types
        self.variables, self.inputs = variables, dict[str, str]()
        self.used: list[_Use] = []
        self.conditions = self.transitions = 0

    def read(self, rows: list[Row]) -> None:
        """Read the topic's rows; reads come before the writes whose conditions rest on them."""
        self.inputs = _described(rows, "inputs:")
        for number, _, row in rows:
            self.row(number, row)
        tools = {use.called: use.tool for use in self.used}
        self.made.guidance = [
            re.sub(r"@(\w+)", lambda found: f"@{tools.get(found[1], found[1])}", line) for line in self.made.guidance
        ]
        for use in sorted(self.used, key=lambda use: not READS.match(use.tool)):
            self.close(use)
        if self.transitions:
            self.made.report(f"{self.transitions} transitions to other topics: procedures are chosen by description")
        if self.conditions and not self.made.rules:
            self.made.report("conditions steer the instructions only: nothing guards the writes")

    def row(self, number: int, row: str) -> None:
        if row.startswith("description:") and not self.made.description and not self.used:
            self.made.description = _unquoted(row.partition(":")[2])
        elif row.startswith("|"):
            self.made.guidance.append(self.spoken(row[1:].strip()))
        elif used := USED.match(row):
            self.used.append(_Use(used.group(2), called=used.group(1) or used.group(2)))
        elif row.startswith("with ") and "=" in row and self.used:
            name, _, value = row.removeprefix("with ").partition("=")
            self.used[-1].args[name.strip().strip('"')] = value.strip()
        elif row.startswith("available when ") and self.used:
            self.used[-1].guards.append(as_cel(row.removeprefix("available when ").rstrip(":")))
        elif (taken := TAKEN.match(row)) and self.used:
            self.used[-1].outputs[taken.group(1)] = taken.group(2)
        elif "@utils.transition" in row or row.startswith("transition"):
            self.transitions += 1
        elif "@utils.escalate" in row:
            self.made.report(f"line {number}: `{row}`: a rule hands over with `else: hand_over`")
        elif row.startswith(("if ", "elif ")):
            self.conditions += 1
            self.made.report(f"line {number}: `{row}`: write it as a rule if a write depends on it")
        elif row.startswith(("set ", "before_reasoning", "after_reasoning")) or "@utils." in row:
            self.made.report(f"line {number}: `{row}`: procedures set no variables")

    def close(self, use: _Use) -> None:
        """Make a fact or a step of a use."""
        args = {name: self.value(name, value) for name, value in use.args.items()}
        if READS.match(use.tool):
            fact = self.made.add_read(use.tool, args)
            self.made.results |= {
                variable: f"{fact}.{name}" for variable, name in use.outputs.items() if variable not in self.made.slots
            }
            return
        names = [self.made.add_rule(self.ruled(guard), guard, "") for guard in use.guards]
        if not names:
            self.made.report(f"{use.tool} is available without a condition: write the rules that it needs")
        if use.outputs:
            returned = ", ".join(use.outputs)
            self.made.report(f"{use.tool}: what it returns ({returned}) is told by the agent, and kept nowhere")
        self.made.add_write(use.tool, args, names)

    def ruled(self, guard: str) -> str:
        """Return a name for the rule of a guard, and report what it rests on that nothing fills."""
        for name in dict.fromkeys(re.findall(r"(?<![\w.\"'])[A-Za-z_]\w*", re.sub(r"\"[^\"]*\"|'[^']*'", "", guard))):
            known = name in self.made.slots or name in self.made.results or name in ("true", "false", "null")
            if not known and name in self.variables:
                self.made.report(f"{name}: no action of the topic fills it: make it a slot or a fact")
        return guard

    def value(self, name: str, value: str) -> str:
        """Return an argument as an expression; what the model fills in is asked for."""
        if value == "...":
            self.made.add_slot(identifier(name), self.inputs.get(name, ""))
            return identifier(name)
        for variable in re.findall(r"@variables\.(\w+)", value):
            if variable not in self.made.results:
                self.made.add_slot(variable, self.variables.get(variable, ""), **self.form_of(variable))
        return self.made.in_facts(as_cel(value))

    def form_of(self, variable: str) -> dict[str, str]:
        """Return the type of the slot that stands for a variable."""
        return {"type": TYPES[self.types[variable]]} if self.types.get(variable) in TYPES else {}

    def spoken(self, text: str) -> str:
        """Return an instruction with our marks for slots and tools."""
        text = re.sub(r"\{!@actions\.(\w+)\}|@actions\.(\w+)", lambda found: f"@{found[1] or found[2]}", text)
        return re.sub(r"@variables\.(\w+)", r"\1", re.sub(r"\{!@variables\.(\w+)\}", r"{\1}", text))


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'")
