"""Read what people leave behind, flows of Rasa CALM and Agent Script of Salesforce, as drafts of procedures.

Nothing is guessed silently: what has no counterpart is listed for the author, with its line where it is known.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from core.errors import DocumentError

FILL_IN = "FILL IN"


@dataclass
class Draft:
    """A procedure as far as it could be translated, and what could not."""

    name: str
    description: str
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    do: dict[str, dict[str, Any]] = field(default_factory=dict)
    guidance: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What was not translated, each with the reason."""

    def text(self) -> str:
        """Return the procedure file."""
        front: dict[str, Any] = {"name": self.name, "description": self.description or FILL_IN, "examples": []}
        tools = {value["tool"] for value in self.facts.values()}
        parts = {"tools": sorted(tools), "slots": self.slots, "facts": self.facts, "rules": self.rules, "do": self.do}
        front |= {name: part for name, part in parts.items() if part}
        body = "\n".join(f"{number}. {line}" for number, line in enumerate(self.guidance, start=1))
        return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=120)}---\n{body}\n"

    def add_write(self, tool: str, args: Mapping[str, str], rules: list[str]) -> None:
        """Add a step; of several calls of one tool the first stays."""
        name = identifier(tool)
        if name not in self.do:
            self.do[name] = {"tool": tool, "args": dict(args) or {s: s for s in self.slots}, "needs": list(rules)}


def import_file(text: str, file: str) -> list[Draft]:
    """Return the drafts that a file amounts to.

    Raises:
        DocumentError: It is neither a Rasa flow file nor Agent Script.
    """
    if file.endswith(".agent") or re.search(r"^(?:start_agent|topic|subagent)\s+\w+\s*:", text, re.MULTILINE):
        return list(_agent_script(text))
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DocumentError(f"{file} is no YAML: {' '.join(str(error).split())[:200]}") from None
    flows = content.get("flows") if isinstance(content, dict) else None
    if not isinstance(flows, dict):
        raise DocumentError(f"{file} has no `flows:` of Rasa CALM and is no Agent Script (.agent); give one of those")
    responses = content.get("responses") or {}
    return [_flow(str(name), flow, responses) for name, flow in flows.items() if isinstance(flow, dict)]


def identifier(text: str) -> str:
    """Return a name that slots, rules and steps may have."""
    cleaned = re.sub(r"\W+", "_", text).strip("_")
    return cleaned if cleaned and not cleaned[0].isdigit() else f"n_{cleaned}"


def kebab(text: str) -> str:
    """Return a name that a procedure may have."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "draft"


def as_cel(condition: str) -> str:
    """Return a condition of the other system in CEL: its words for and, or, not and is, and its prefixes of names."""
    pieces = re.split(r"(\"[^\"]*\"|'[^']*')", condition)
    for index in range(0, len(pieces), 2):
        piece = re.sub(r"\b(?:slots|context)\.|@(?:variables|inputs|outputs)\.", "", pieces[index])
        for pattern, cel in (
            (r"\bis\s+not\b", "!="), (r"\bis\b", "=="), (r"\bnot\s+in\b", "not_in"), (r"\band\b", "&&"), (r"\bor\b",
            "||"),
            (r"\bnot\s+", "!"), (r"\bTrue\b", "true"), (r"\bFalse\b", "false"), (r"\b(?:None|none|undefined)\b",
            "null"),
        ):  # fmt: skip
            piece = re.sub(pattern, cel, piece)
        pieces[index] = piece
    return "".join(pieces).strip()


def _flow(name: str, flow: Mapping[str, Any], responses: Mapping[str, Any]) -> Draft:
    draft = Draft(kebab(name), str(flow.get("description") or flow.get("name") or ""))
    if "if" in flow:
        draft.left.append(f"{name}: the flow's own guard `if: {flow['if']}`: procedures are chosen by description")
    _steps(flow.get("steps") or [], draft, responses, [])
    return draft


def _steps(steps: Any, draft: Draft, responses: Mapping[str, Any], guards: list[str]) -> None:
    for step in steps if isinstance(steps, list) else []:
        if not isinstance(step, dict):
            draft.left.append(f"a step that is no mapping: {step!r}")
            continue
        if "collect" in step:
            _collect(step, draft, responses)
        elif "action" in step:
            _action(str(step["action"]), draft, responses)
        elif "set_slots" in step:
            draft.left.append(f"set_slots {step['set_slots']}: make it a fact")
        elif "noop" not in step and "next" not in step:
            kind = next(iter(step), "an empty step")
            draft.left.append(f"{kind} {step.get(kind)}: procedures do not call or link each other")
        _next(step.get("next"), draft, responses, guards)


def _collect(step: Mapping[str, Any], draft: Draft, responses: Mapping[str, Any]) -> None:
    name = identifier(str(step["collect"]))
    ask = _said(str(step.get("utter") or f"utter_ask_{step['collect']}"), responses) or str(
        step.get("description") or ""
    )
    draft.slots[name] = {"ask": ask or f"What is the {name.replace('_', ' ')}?"}
    for number, rejection in enumerate(step.get("rejections") or [], start=1):
        said = _said(str(rejection.get("utter", "")), responses) or FILL_IN
        draft.rules[f"{name}_{number}"] = {"must": f"!({as_cel(str(rejection.get('if', '')))})", "say": said}


def _action(action: str, draft: Draft, responses: Mapping[str, Any]) -> None:
    if action.startswith("utter_"):
        draft.guidance.append(_said(action, responses) or f"Say: {action.removeprefix('utter_').replace('_', ' ')}")
        return
    tool = action.removeprefix("action_")
    if re.match(r"(?:check|get|fetch|look|find|validate|show|list|ask|search|verify|is_|has_)", tool):
        fact = identifier(tool)
        draft.facts[fact] = {"tool": tool, "args": {slot: slot for slot in draft.slots}}
        draft.left.append(
            f"{action} is taken for a read whose result is the fact {fact}; it set slots in Rasa: name its fields"
        )
    else:
        draft.add_write(tool, {}, list(draft.rules))
        draft.left.append(f"{action} is taken for a write: check its tool and arguments")


def _next(following: Any, draft: Draft, responses: Mapping[str, Any], guards: list[str]) -> None:
    for branch in following if isinstance(following, list) else []:
        if not isinstance(branch, dict):
            continue
        then = branch.get("then", branch.get("else"))
        ends = then == "END" or (isinstance(then, list) and _only_ends(then))
        if "if" in branch and ends:
            said = (
                next((_said(str(s["action"]), responses) for s in then if "action" in s), None)
                if isinstance(then, list)
                else None
            )
            condition = as_cel(str(branch["if"]))
            draft.rules[identifier(f"not_{condition}")[:48].strip("_")] = {
                "must": f"!({condition})",
                "say": said or FILL_IN,
            }
        elif isinstance(then, list):
            if "if" in branch:
                draft.left.append(
                    f"a branch `if {branch['if']}` that goes on: its steps are taken, its condition is not"
                )
            _steps(then, draft, responses, guards)
        elif isinstance(then, str) and then != "END":
            draft.left.append(f"a jump to {then!r}: procedures have no order of steps")


def _only_ends(steps: list[Any]) -> bool:
    return all(isinstance(s, dict) and str(s.get("action", "utter_")).startswith("utter_") for s in steps)


def _said(utter: str, responses: Mapping[str, Any]) -> str:
    found = responses.get(utter)
    return str(found[0].get("text", "")) if isinstance(found, list) and found and isinstance(found[0], dict) else ""


TOPIC = re.compile(r"^(?:topic|subagent|start_agent)\s+(\w+)\s*:")


def _agent_script(text: str) -> Iterator[Draft]:
    """Yield a draft for each topic of an Agent Script."""
    rows = [
        (number, len(row) - len(row.lstrip()), row.strip())
        for number, row in enumerate(text.expandtabs(4).splitlines(), start=1)
        if row.strip() and not row.strip().startswith("#")
    ]
    variables = _variables(rows)
    for start, (_, indent, row) in enumerate(rows):
        if not (topic := TOPIC.match(row)):
            continue
        end = next((i for i in range(start + 1, len(rows)) if rows[i][1] <= indent), len(rows))
        draft = Draft(kebab(topic.group(1)), "")
        _topic(rows[start + 1 : end], draft, variables)
        yield draft


def _variables(rows: list[tuple[int, int, str]]) -> dict[str, str]:
    """Return the variables of a script with their descriptions."""
    found: dict[str, str] = {}
    begun = next((i for i, (_, indent, row) in enumerate(rows) if row == "variables:" and indent == 0), None)
    if begun is None:
        return found
    name = ""
    for _, indent, row in rows[begun + 1 :]:
        if indent == 0:
            break
        if variable := re.match(r"(\w+)\s*:\s*(?:mutable|linked)\b", row):
            name = variable.group(1)
            found[name] = ""
        elif name and row.startswith("description:"):
            found[name] = _unquoted(row.partition(":")[2])
    return found


def _topic(rows: list[tuple[int, int, str]], draft: Draft, variables: Mapping[str, str]) -> None:
    tool, args, guards = "", dict[str, str](), list[str]()
    condition = ""
    for number, _, row in rows:
        if row.startswith("description:") and not draft.description:
            draft.description = _unquoted(row.partition(":")[2])
        elif row.startswith("|"):
            draft.guidance.append(_spoken(row[1:].strip(), variables, draft))
        elif used := re.match(r"(?:\w+\s*:|run)\s*@actions\.(\w+)", row):
            _close(draft, tool, args, guards)
            tool, args, guards = used.group(1), {}, []
        elif row.startswith("with ") and "=" in row:
            name, _, value = row.removeprefix("with ").partition("=")
            args[name.strip()] = _value(value.strip(), variables, draft)
        elif row.startswith("available when "):
            guards.append(as_cel(row.removeprefix("available when ").rstrip(":")))
        elif row.startswith("if "):
            condition = row.removeprefix("if ").rstrip(":")
            draft.left.append(f"line {number}: `{row}`: write it as a rule if a write depends on it")
        elif (
            row.startswith(("set ", "transition", "else", "elif", "before_reasoning", "after_reasoning"))
            or "@utils." in row
        ):
            draft.left.append(f"line {number}: `{row}`: procedures set no variables and have no transitions")
    _close(draft, tool, args, guards)
    if condition and not draft.rules:
        draft.left.append("conditions steer the instructions only: nothing guards the writes")


def _close(draft: Draft, tool: str, args: Mapping[str, str], guards: list[str]) -> None:
    if not tool:
        return
    if re.match(r"(?:get|look|find|check|fetch|list|search|verify|validate|retrieve)", tool, re.IGNORECASE):
        draft.facts[identifier(tool).lower()] = {"tool": tool, "args": dict(args)}
        return
    names = []
    for guard in guards:
        name = identifier(guard)[:48].strip("_").lower()
        draft.rules[name] = {"must": guard, "say": FILL_IN}
        names.append(name)
    if not names:
        draft.left.append(f"{tool} is available without a condition: write the rules that it needs")
    draft.add_write(tool, args, names)


def _value(value: str, variables: Mapping[str, str], draft: Draft) -> str:
    if value == "...":
        draft.left.append("an argument that the model fills in (`...`): make it a slot")
        return FILL_IN
    for name in re.findall(r"@variables\.(\w+)", value):
        draft.slots.setdefault(name, {"ask": variables.get(name) or f"What is the {name.replace('_', ' ')}?"})
    return as_cel(value)


def _spoken(text: str, variables: Mapping[str, str], draft: Draft) -> str:
    for name in re.findall(r"\{!@variables\.(\w+)\}", text):
        draft.slots.setdefault(name, {"ask": variables.get(name) or f"What is the {name.replace('_', ' ')}?"})
    return re.sub(r"\{!@variables\.(\w+)\}", r"{\1}", re.sub(r"\{!@actions\.(\w+)\}", r"@\1", text))


def _unquoted(text: str) -> str:
    return text.strip().strip("\"'")
