"""Draw a procedure as a Mermaid flowchart."""

import re
from collections.abc import Iterator

from graph.procedures.format.procedure_file import ProcedureFile, Slot

WIDEST = 80


def chart(file: ProcedureFile) -> str:
    """Return a Mermaid flowchart: what is asked and read, the rules, and the writes they guard."""
    return "\n".join(["flowchart TD", *_lines(file)])


def _lines(file: ProcedureFile) -> Iterator[str]:
    contract = file.contract
    for name, slot in contract.slots.items():
        yield f"  slot_{name}[/{_label(name, _asked(slot))}/]"
    for name, fact in contract.facts.items():
        source = fact if isinstance(fact, str) else f"{fact.tool}({', '.join(fact.args.values())})"
        yield f"  fact_{name}[({_label(name, source)})]"
    for name, rule in contract.rules.items():
        yield f"  rule_{name}{{{_label(name, rule.must)}}}"
        end = "a person takes over" if rule.otherwise == "hand_over" else "refused"
        yield f"  rule_{name} -- no --> stop_{name}([{_label(end, _first(rule.say))}])"
    for name, step in contract.do.items():
        approval = (
            ""
            if step.approve is False
            else " · staff approve" + ("" if step.approve is True else f" if {step.approve}")
        )
        yield f"  do_{name}[[{_label(name, step.tool + approval)}]]"
        chain = [f"rule_{rule}" for rule in step.needs]
        for before, after in zip(chain, [*chain[1:], f"do_{name}"], strict=True):
            yield f"  {before} -- yes --> {after}"
    known = {**{n: f"slot_{n}" for n in contract.slots}, **{n: f"fact_{n}" for n in contract.facts}}
    for name, fact in contract.facts.items():
        text = fact if isinstance(fact, str) else " ".join(fact.args.values())
        yield from (f"  {known[other]} --> fact_{name}" for other in _named(text, known) if other != name)
    for name, rule in contract.rules.items():
        yield from (f"  {known[other]} -.-> rule_{name}" for other in _named(rule.must, known))


def _asked(slot: Slot) -> str:
    return _first(slot.ask) if slot.ask else f"found: {slot.find}"


def _first(text: str | dict[str, str]) -> str:
    return text if isinstance(text, str) else next(iter(text.values()), "")


def _named(text: str, known: dict[str, str]) -> list[str]:
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    return [name for name in known if re.search(rf"(?<![\w.]){name}\b", bare)]


def _label(name: str, text: str) -> str:
    """Return a node's text, quoted as Mermaid wants it."""
    short = text if len(text) <= WIDEST else f"{text[:WIDEST]}…"
    escaped = f"{name}: {short}".replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return f'"{escaped}"'
