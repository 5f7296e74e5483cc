"""Read a procedure file: front matter that is the contract, Markdown that is the guidance.

Every problem names the line of the file. YAML is read as people write it: only `true` and `false` are booleans, a key
stands once, and there are no aliases.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from core.yaml_files import SafeLoader, refuse_aliases

LARGEST = 100_000
"""Bytes of a procedure file; nobody reads a longer one, and a model is shown all of it."""

Where = tuple[str | int, ...]
"""A place in the front matter, such as `("rules", "unflown", "must")`."""

PLACE = re.compile(r"\{([A-Za-z_]\w*)((?:\.\w+)*)\}")
"""A value of the case in a sentence: `{slot}` or `{fact.field}`."""

Text = str | dict[str, str]
"""A sentence for customers: in the business's default language, or by language."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a procedure, for its author."""

    file: str
    line: int
    kind: str
    """What sort of problem, as a stable key such as `unknown-tool`."""
    message: str
    """What is wrong and what to do."""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.message} [{self.kind}]"


class Part(BaseModel):
    """A part of a procedure; a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Slot(Part):
    """Something to learn from the customer or to find in records."""

    ask: Text | None = None
    find: str | None = None
    """An expression whose value is taken, or offered where it is a list, before anybody is asked."""
    pattern: str | None = None
    one_of: list[str] | None = Field(None, min_length=1)
    also_called: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(default_factory=dict)
    """English words, by the answer that they give: a choice, or `yes` or `no`; `*` stands for any ending."""
    type: Literal["text", "number", "integer", "yes_no", "date", "json"] = "text"
    """`json` takes any value; only a model can give one."""
    when: str | None = None
    """Where this is false, the slot does not apply: a yes_no is false then, anything else null."""
    source: Literal["customer"] | None = Field(None, alias="from")
    """`customer`: what is said here is a claim, whatever records say."""

    @model_validator(mode="after")
    def _calls_answers(self) -> Self:
        answers = self.one_of or (["yes", "no"] if self.type == "yes_no" else [])
        if strange := self.also_called.keys() - answers:
            told = ", ".join(answers) or "none, as neither one_of nor yes_no is asked for"
            raise ValueError(f"also_called names {min(strange)!r}, which is no answer here (there are: {told})")
        return self


class Rule(Part):
    """A condition under which a step may run."""

    must: str
    otherwise: Literal["refuse", "hand_over"] = Field("refuse", alias="else")
    say: Text
    """What the customer is told where the condition is false."""
    claim: bool = False
    """Whether the customer's word alone is meant to be enough."""


class Step(Part):
    """A write and what it needs."""

    tool: str
    args: dict[str, str] = Field(default_factory=dict)
    needs: list[Name] = Field(default_factory=list)
    when: str | None = None
    """Where this is false, the step is left out."""
    approve: str | bool = False
    """Whether staff have to approve, as a condition or outright."""
    say: Text | None = None
    """What the customer is told with the proposal; left out where a value in it is not known."""


class Call(Part):
    """A read whose result is a fact."""

    tool: str
    args: dict[str, str] = Field(default_factory=dict)
    each: str | None = None
    """A list: the tool is called for each of its items, which arguments name as `each`, and the results are a list."""


def _as_text(value: Any) -> Any:
    """Take `done_when: true` and numbers for the expressions they are."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Expression = Annotated[str, BeforeValidator(_as_text)]


class FrontMatter(Part):
    """The contract of a procedure, as its author wrote it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    description: Annotated[str, Field(min_length=1, max_length=1024)]
    examples: list[str] = Field(default_factory=list)
    tools: list[str] = Field(default_factory=list)
    """The reads it works with."""
    slots: dict[Name, Slot] = Field(default_factory=dict)
    facts: dict[Name, Call | Expression] = Field(default_factory=dict)
    rules: dict[Name, Rule] = Field(default_factory=dict)
    do: dict[Name, Step] = Field(default_factory=dict)
    done_when: Expression | None = None


@dataclass(frozen=True)
class ProcedureFile:
    """One file as it was read."""

    file: str
    version: str
    """Hash of the whole text; an open case keeps the one it began with."""
    contract: FrontMatter
    guidance: str
    text: str
    """The whole file."""
    lines: Mapping[Where, int] = field(repr=False)
    """Line of each key and item of the front matter."""
    guidance_line: int = 1
    """Line of the first row of the guidance."""

    @property
    def guidance_rows(self) -> list[str]:
        """Return the rows of the guidance as they stand in the file."""
        return self.text.splitlines()[self.guidance_line - 1 :]

    def line(self, *where: str | int) -> int:
        """Return the line of a place, or of what encloses it."""
        return next((self.lines[where[:n]] for n in range(len(where), -1, -1) if where[:n] in self.lines), 1)

    def problem(self, kind: str, message: str, *where: str | int, warning: bool = False) -> Problem:
        """Return a problem at a place of this file."""
        return Problem(self.file, self.line(*where), kind, message, "warning" if warning else "error")


class _Loader(SafeLoader):
    """YAML in which `yes`, `no`, `on` and `off` are words."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":timestamp"))]
    for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def version_of(text: str) -> str:
    """Return the version of a procedure's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_procedure(path: Path, *, name: str | None = None) -> tuple[ProcedureFile | None, list[Problem]]:
    """Read a file from disk; see `parse_procedure`."""
    shown = name or path.name
    size = path.stat().st_size
    if size > LARGEST:
        message = f"{size} bytes; at most {LARGEST} are read: split it into several procedures"
        return None, [Problem(shown, 1, "too-large", message)]
    try:
        return parse_procedure(path.read_text("utf-8"), shown)
    except UnicodeDecodeError as error:
        return None, [Problem(shown, 1, "not-text", f"it is no UTF-8 text (byte {error.start}): save it as UTF-8")]


def parse_procedure(text: str, file: str) -> tuple[ProcedureFile | None, list[Problem]]:
    """Read a procedure, or return what keeps it from being read."""
    if len(text.encode()) > LARGEST:
        return None, [Problem(file, 1, "too-large", f"more than {LARGEST} bytes: split it into several procedures")]
    rows = text.lstrip("\ufeff").splitlines()
    ends = [number for number, row in enumerate(rows) if row.rstrip() == "---"]
    if len(ends) < 2 or ends[0] != 0:
        message = "no front matter: begin with a line `---`, the contract in YAML, and a second line `---`"
        return None, [Problem(file, 1, "no-front-matter", message)]
    # Line feeds in front keep YAML's own line numbers those of the file.
    front = "\n" + "\n".join(rows[1 : ends[1]]) + "\n"
    lines: dict[Where, int] = {(): 1}
    try:
        refuse_aliases(front)
        loader = _Loader(front)
        node = loader.get_single_node()
        doubled = _places(node, (), lines)
        values = loader.construct_document(node) if node else {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "it cannot be read"
        if begun := getattr(error, "context_mark", None):
            said = f"{said} ({getattr(error, 'context', None)}, begun in line {begun.line + 1})"
        return None, [Problem(file, mark.line + 1 if mark else 1, "yaml", f"the front matter is no YAML: {said}")]
    if doubled:
        return None, [Problem(file, line, "double-key", f"{key!r} stands twice: keep one") for key, line in doubled]
    try:
        contract = FrontMatter.model_validate(values)
    except ValidationError as error:
        return None, _format_problems(file, error, lines)
    read = ProcedureFile(
        file, version_of(text), contract, "\n".join(rows[ends[1] + 1 :]).strip(), text, lines, ends[1] + 2
    )
    return read, []


def _places(node: yaml.Node | None, where: Where, lines: dict[Where, int]) -> list[tuple[str, int]]:
    """Note the line of each key and item; return the keys that stand twice."""
    doubled: list[tuple[str, int]] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place = (*where, str(key.value))
            line = key.start_mark.line + 1
            if place in lines:
                doubled.append((str(key.value), line))
            lines[place] = line
            doubled += _places(value, place, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[(*where, index)] = item.start_mark.line + 1
            doubled += _places(item, (*where, index), lines)
    return doubled


def _format_problems(file: str, error: ValidationError, lines: Mapping[Where, int]) -> list[Problem]:
    """Return what pydantic says, one problem a place."""
    found: dict[tuple[int, str], Problem] = {}
    for one in error.errors():
        where = tuple(one["loc"])
        known = next((where[:n] for n in range(len(where), -1, -1) if where[:n] in lines), ())
        line = lines[known]
        shown = ".".join(str(part) for part in known) or "the front matter"
        if one["type"] == "extra_forbidden":
            message = f"{shown} is not a key of the format: see docs/guides/procedures.md for those that are"
            kind = "unknown-key"
        elif one["type"] == "missing":
            message = f"{shown} lacks {where[-1]!r}: add it"
            kind = "missing-key"
        else:
            message = f"{shown}: {one['msg']}"
            kind = "bad-value"
        found.setdefault((line, shown), Problem(file, line, kind, message))
    return list(found.values())
