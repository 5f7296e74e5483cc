"""Translate flows of Rasa CALM, with the slots and responses of their domain.

A flow walks from step to step; a procedure has none of that. What a flow asks for becomes slots, what it looks up
facts, a branch that ends with a sentence a rule, and what it does a step that needs those rules.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graph.procedures.authoring.imported_draft import READS, ImportedDraft, as_cel, identifier, kebab

PARTS = ("flows", "slots", "responses")
"""What is read of a project's files."""
OWN = "pattern_"
"""How the flows begin by which Rasa repairs conversations; the agent has ways of its own."""
DEEPEST = 4
"""Flows that call each other."""


def rasa_flows(flows: Mapping[str, Any], slots: Mapping[str, Any], responses: Mapping[str, Any]) -> list[ImportedDraft]:
    """Return a draft for each flow."""
    found = [(str(name), flow) for name, flow in flows.items() if isinstance(flow, dict)]
    return [_Flow(name, flow, flows, slots, responses).draft() for name, flow in found if not name.startswith(OWN)]


class _Flow:
    """The work on one flow."""

    def __init__(
        self,
        name: str,
        flow: Mapping[str, Any],
        flows: Mapping[str, Any],
        slots: Mapping[str, Any],
        responses: Mapping[str, Any],
    ) -> None:
        self.flow, self.flows, self.slots, self.responses = flow, flows, slots, responses
        self.made = ImportedDraft(kebab(name), str(flow.get("description") or flow.get("name") or ""))
        self.ids = [step["id"] for step in _inside(flow.get("steps")) if "id" in step]
        self.last_read = ""

    def draft(self) -> ImportedDraft:
        """Return the draft."""
        match self.flow.get("if"):
            case None:
                pass
            case False:
                self.made.report("only other flows start it: its steps are in those that call it")
            case guard:
                self.made.report(f"its own guard `if: {guard}`: procedures are chosen by description")
        self.steps(self.flow.get("steps"), 0)
        for name in [name for name in self.made.slots if "confirm" in name]:
            self.made.report(f"{name}: the agent itself asks for the customer's yes before each write")
            self.made.drop(name)
        if not self.made.do:
            self.made.report("it changes nothing: an article or a read answers it, and no procedure is needed")
            self.made.rules.clear()
        return self.made

    def steps(self, steps: Any, depth: int) -> None:
        for step in steps if isinstance(steps, list) else []:
            if not isinstance(step, dict):
                self.made.report(f"a step that is no mapping: {step!r}")
                continue
            if "collect" in step:
                self.collect(step)
            elif "action" in step:
                self.action(str(step["action"]))
            elif "call" in step:
                self.call(str(step["call"]), depth)
            elif "link" in step:
                self.made.report(f"link {step['link']}: another procedure, which the customer asks for")
            elif "set_slots" in step:
                self.made.report(f"set_slots {step['set_slots']}: make it a fact")
            elif not {"noop", "next", "id"} & step.keys():
                kind = next(iter(step), "an empty step")
                self.made.report(f"{kind} {step.get(kind)}: it has no counterpart")
            self.next(step, depth)

    def collect(self, step: Mapping[str, Any]) -> None:
        name = identifier(str(step["collect"]))
        ask = self.said(str(step.get("utter") or f"utter_ask_{step['collect']}")) or str(step.get("description") or "")
        self.made.add_slot(name, ask, **_form(self.slots.get(str(step["collect"])) or {}))
        for number, rejection in enumerate(step.get("rejections") or [], start=1):
            said = self.said(str(rejection.get("utter", "")))
            self.made.add_rule(f"{name}_{number}", f"!({as_cel(str(rejection.get('if', '')))})", said)

    def action(self, action: str) -> None:
        if action.startswith("utter_"):
            said = self.said(action) or f"Say: {action.removeprefix('utter_').replace('_', ' ')}"
            self.made.guidance.append(said)
            return
        tool = action.removeprefix("action_")
        if READS.match(tool):
            self.last_read = self.made.add_read(tool, {slot: slot for slot in self.made.slots})
            self.made.report(f"{action} is taken for a read whose result is the fact {self.last_read}: name its fields")
        else:
            self.made.add_write(tool, {}, list(self.made.rules))
            self.made.report(f"{action} is taken for a write: check its tool and arguments")

    def call(self, name: str, depth: int) -> None:
        called = self.flows.get(name)
        if isinstance(called, dict) and depth < DEEPEST:
            self.steps(called.get("steps"), depth + 1)
        else:
            self.made.report(f"call {name}: it is in none of the files, so its steps are not there")

    def next(self, step: Mapping[str, Any], depth: int) -> None:
        following = step.get("next")
        if isinstance(following, str):
            self.jump(following, step)
        for branch in following if isinstance(following, list) else []:
            if not isinstance(branch, dict):
                continue
            then = branch.get("then", branch.get("else"))
            if "if" in branch and (then == "END" or _only_tells(then)):
                self.forbid(str(branch["if"]), then)
            elif isinstance(then, list):
                if "if" in branch:
                    said = f"a branch `if {branch['if']}` that goes on: its steps are taken, its condition is not"
                    self.made.report(said)
                self.steps(then, depth)
            elif isinstance(then, str):
                self.jump(then, step)

    def forbid(self, condition: str, then: Any) -> None:
        """Make a rule of a branch that ends with a sentence; after a write it only tells how that went."""
        said = next((self.said(str(s["action"])) for s in then if "action" in s), "") if isinstance(then, list) else ""
        if self.made.do:
            self.made.report(f"`if {condition}` after the write: the agent tells how it went in words of its connector")
            return
        held = as_cel(condition)
        for name in re.findall(r"!(\w+)|^(\w+)$", held):  # asked for as a text, and taken for a yes or a no
            if slot := self.made.slots.get("".join(name)):
                slot["type"] = "yes_no"
        self.name_results(held)
        self.made.add_rule(f"not_{held}", f"!({held})", said)

    def name_results(self, condition: str) -> None:
        """Take the slots that nobody is asked for, and that an action sets, for fields of what it read last."""
        for name in map(identifier, self.slots):
            if self.last_read and name in condition and name not in self.made.slots:
                self.made.results[name] = f"{self.last_read}.{name}"

    def jump(self, target: str, step: Mapping[str, Any]) -> None:
        """Report a jump that leads back or elsewhere; one that leads on is the order of the steps."""
        here = self.ids.index(step["id"]) if step.get("id") in self.ids else -1
        if target != "END" and (target not in self.ids or self.ids.index(target) <= here):
            self.made.report(f"a jump to {target!r}: procedures have no order of steps")

    def said(self, utter: str) -> str:
        """Return the sentence of a response."""
        found = self.responses.get(utter)
        return str(found[0].get("text", "")) if isinstance(found, list) and found and isinstance(found[0], dict) else ""


def _form(slot: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form of a slot of the domain."""
    values = slot.get("values")
    match slot.get("type"):
        case "bool":
            return {"type": "yes_no"}
        case "float":
            return {"type": "number"}
        case "categorical" if isinstance(values, list) and values:
            return {"one_of": [str(value) for value in values]}
        case _:
            return {}


def _only_tells(then: Any) -> bool:
    """Say whether a branch says something and ends, or asks again."""
    steps = then if isinstance(then, list) else []
    telling = [step for step in steps if isinstance(step, dict) and str(step.get("action", "")).startswith("utter_")]
    rest = [step for step in steps if isinstance(step, dict) and not {"action", "set_slots"} & step.keys()]
    return bool(telling) and not rest and all("action" not in s or s in telling for s in steps)


def _inside(steps: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all steps of a flow, those in branches too."""
    for step in steps if isinstance(steps, list) else []:
        if isinstance(step, dict):
            yield step
            branches = step.get("next")
            for branch in branches if isinstance(branches, list) else []:
                if isinstance(branch, dict):
                    yield from _inside(branch.get("then", branch.get("else")))
