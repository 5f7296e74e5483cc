"""A procedure as far as another system's file could be translated, and the words that both sides share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

FILL_IN = "FILL IN"
READS = re.compile(r"(?i:check|get|fetch|look|find|validate|show|list|ask|search|verify|retrieve|is|has)(?![a-z])")
"""How the names of actions begin that only look something up."""


@dataclass
class ImportedDraft:
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
    results: dict[str, str] = field(default_factory=dict)
    """Variables that a read fills, each with the field of the fact that stands for it."""

    def text(self) -> str:
        """Return the procedure file."""
        front: dict[str, Any] = {"name": self.name, "description": self.description or FILL_IN, "examples": []}
        tools = {value["tool"] for value in self.facts.values()}
        parts = {"tools": sorted(tools), "slots": self.slots, "facts": self.facts, "rules": self.rules, "do": self.do}
        front |= {name: part for name, part in parts.items() if part}
        lines = [re.sub(r"\{(\w+)\}", lambda m: m[0] if m[1] in self.slots else m[1], line) for line in self.guidance]
        body = "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
        return f"---\n{yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=120)}---\n{body}\n"

    def report(self, line: str) -> None:
        """Note what was not translated, once."""
        if line not in self.left:
            self.left.append(line)

    def add_slot(self, name: str, ask: str = "", **more: Any) -> None:
        """Add something to ask for, unless it is there."""
        self.slots.setdefault(name, {"ask": ask or f"What is the {name.replace('_', ' ')}?", **more})

    def add_rule(self, name: str, must: str, say: str) -> str:
        """Add a rule and return its name; what reads have found is named by their facts."""
        short = identifier(name).lower()[:48].strip("_")
        self.rules[short] = {"must": self.in_facts(must), "say": say or FILL_IN}
        return short

    def add_write(self, tool: str, args: Mapping[str, str], rules: list[str]) -> None:
        """Add a step; of several calls of one tool the first stays."""
        taken = dict(args) or {slot: slot for slot in self.slots}
        args = {argument: self.in_facts(value) for argument, value in taken.items()}
        self.do.setdefault(f"do_{identifier(tool)}", {"tool": tool, "args": args, "needs": list(rules)})

    def add_read(self, tool: str, args: Mapping[str, str]) -> str:
        """Add a fact and return its name."""
        name = f"{identifier(tool)}_result"
        self.facts[name] = {"tool": tool, "args": {a: self.in_facts(value) for a, value in args.items()}}
        return name

    def drop(self, slot: str) -> None:
        """Take a slot out, with the rules that rest on it."""
        del self.slots[slot]
        gone = [name for name, rule in self.rules.items() if re.search(rf"(?<![\w.]){slot}\b", rule["must"])]
        self.rules = {name: rule for name, rule in self.rules.items() if name not in gone}
        for step in self.do.values():
            step["needs"] = [rule for rule in step["needs"] if rule not in gone]
            step["args"] = {name: value for name, value in step["args"].items() if value != slot}
        for fact in self.facts.values():
            fact["args"] = {name: value for name, value in fact["args"].items() if value != slot}

    def in_facts(self, expression: str) -> str:
        """Return an expression with variables that a read fills as fields of its fact."""
        for variable, found in self.results.items():
            expression = re.sub(rf"(?<![\w.]){variable}\b", found, expression)
        return expression


def identifier(text: str) -> str:
    """Return a name that slots, rules and steps may have."""
    cleaned = re.sub(r"\W+", "_", text).strip("_")
    return cleaned if cleaned and not cleaned[0].isdigit() else f"n_{cleaned}"


def kebab(text: str) -> str:
    """Return a name that a procedure may have."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64] or "draft"


TO_CEL = (
    (r"\bis\s+not\b", "!="),
    (r"\bis\b", "=="),
    (r"<>", "!="),
    (r"(?<![=!<>])=(?!=)", "=="),
    (r"(\S+)\s+not\s+in\s+(\[[^\]]*\]|\S+)", r"!(\1 in \2)"),
    (r"\band\b", "&&"),
    (r"\bor\b", "||"),
    (r"\bnot\s+", "!"),
    (r"\bTrue\b", "true"),
    (r"\bFalse\b", "false"),
    (r"\b(?:None|none|undefined)\b", "null"),
)


def as_cel(condition: str) -> str:
    """Return a condition of the other system in CEL: its words for and, or, not and is, and its prefixes of names."""
    texts = re.findall(r"\"[^\"]*\"|'[^']*'", condition)
    words = re.sub(r"\"[^\"]*\"|'[^']*'", "\0", condition)  # what stands in quotes stays as it is
    words = re.sub(r"\b(?:slots|context)\.|@(?:variables|inputs|outputs)\.", "", words)
    for pattern, cel in TO_CEL:
        words = re.sub(pattern, cel, words)
    return re.sub("\0", lambda _: texts.pop(0), words).strip()
