"""Draw a procedure as a flowchart: its parts and the ways between them, and as Mermaid."""

import re
from dataclasses import dataclass
from typing import Literal

from graph.procedures.format.procedure_file import ProcedureFile, Slot

WIDEST = 80


Kind = Literal["slot", "fact", "rule", "stop", "do"]
Way = Literal["feeds", "decides", "yes", "no"]


@dataclass(frozen=True)
class Node:
    """A part of a procedure: what is asked, read, ruled, said where a rule ends it, or done."""

    kind: Kind
    name: str
    text: str

    @property
    def id(self) -> str:
        """Return what names it among all nodes."""
        return f"{self.kind}_{self.name}"


@dataclass(frozen=True)
class Edge:
    """A way from one part of a procedure to another."""

    start: str
    end: str
    way: Way


def flow(file: ProcedureFile) -> tuple[list[Node], list[Edge]]:
    """Return what is asked and read, the rules, the writes they guard, and the ways between them."""
    contract = file.contract
    nodes = [Node("slot", name, _asked(slot)) for name, slot in contract.slots.items()]
    edges: list[Edge] = []
    for name, fact in contract.facts.items():
        nodes.append(
            Node("fact", name, fact if isinstance(fact, str) else f"{fact.tool}({', '.join(fact.args.values())})")
        )
    for name, rule in contract.rules.items():
        end = "a person takes over" if rule.otherwise == "hand_over" else "refused"
        nodes += [Node("rule", name, rule.must), Node("stop", name, f"{end}: {_first(rule.say)}")]
        edges.append(Edge(f"rule_{name}", f"stop_{name}", "no"))
    for name, step in contract.do.items():
        nodes.append(Node("do", name, step.tool + _approval(step.approve)))
        chain = [f"rule_{rule}" for rule in step.needs]
        edges += [Edge(*pair, "yes") for pair in zip(chain, [*chain[1:], f"do_{name}"], strict=True)]
    known = {**{n: f"slot_{n}" for n in contract.slots}, **{n: f"fact_{n}" for n in contract.facts}}
    for name, fact in contract.facts.items():
        text = fact if isinstance(fact, str) else " ".join(fact.args.values())
        edges += [Edge(known[other], f"fact_{name}", "feeds") for other in _named(text, known) if other != name]
    for name, rule in contract.rules.items():
        edges += [Edge(known[other], f"rule_{name}", "decides") for other in _named(rule.must, known)]
    return nodes, edges


SHAPES: dict[Kind, tuple[str, str]] = {
    "slot": ("[/", "/]"),
    "fact": ("[(", ")]"),
    "rule": ("{", "}"),
    "stop": ("([", "])"),
    "do": ("[[", "]]"),
}
ARROWS: dict[Way, str] = {"feeds": "-->", "decides": "-.->", "yes": "-- yes -->", "no": "-- no -->"}


def chart(file: ProcedureFile) -> str:
    """Return a procedure as a Mermaid flowchart."""
    nodes, edges = flow(file)
    drawn = [f"  {node.id}{SHAPES[node.kind][0]}{_label(node)}{SHAPES[node.kind][1]}" for node in nodes]
    return "\n".join(["flowchart TD", *drawn, *(f"  {e.start} {ARROWS[e.way]} {e.end}" for e in edges)])


def _approval(approve: bool | str) -> str:
    if approve is False:
        return ""
    return " · staff approve" + ("" if approve is True else f" if {approve}")


def _asked(slot: Slot) -> str:
    return _first(slot.ask) if slot.ask else f"found: {slot.find}"


def _first(text: str | dict[str, str]) -> str:
    return text if isinstance(text, str) else next(iter(text.values()), "")


def _named(text: str, known: dict[str, str]) -> list[str]:
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    return [name for name in known if re.search(rf"(?<![\w.]){name}\b", bare)]


def _label(node: Node) -> str:
    """Return a node's text, quoted as Mermaid wants it."""
    short = node.text if len(node.text) <= WIDEST else f"{node.text[:WIDEST]}…"
    named = short if node.kind == "stop" else f"{node.name}: {short}"
    escaped = named.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
    return f'"{escaped}"'
