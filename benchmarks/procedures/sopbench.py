"""Put the tasks of SOPBench through the gate: constraint trees become procedures, its environment the tools.

Its code and data stay where they are (github Leezekun/SOPBench): the checkout is named by `--env`, the tasks by
`--sopbench`. Every service action becomes a procedure with one step; each leaf of its constraint tree a fact that the
environment itself evaluates, and each part of an `and` or `chain` at the top a rule. A leaf that the benchmark links to
an action of the session, such as signing in, is that action's result.
"""

import copy
import datetime
import importlib
import inspect
import json
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.procedures.near_misses import AUDIT
from core.errors import Refused
from graph.procedures.cases import Case, open_case, with_slot
from graph.procedures.format.catalogue import ToolSpec
from graph.procedures.format.compile import compile_procedure
from graph.procedures.format.procedure import Procedure
from graph.procedures.format.procedure_file import parse_procedure
from graph.procedures.gate import Verdict, decide

NOW = datetime.datetime(2024, 11, 21, 16, 25, tzinfo=datetime.UTC)
TRADES = ("bank", "dmv", "healthcare", "online_market")
CHECK = "check_"
Tree = list[Any] | tuple[Any, ...] | None


@dataclass
class Environment:
    """One task's world: the benchmark's own system, with its tracker of the session."""

    system: Any
    tracker: Any
    strict: Any
    calls: int = 0

    async def read(self, tool: str, args: Mapping[str, Any]) -> Any:
        """Run a session action, or evaluate a leaf as the benchmark does."""
        self.calls += 1
        try:
            if not tool.startswith(CHECK):
                return succeeded(getattr(self.strict, tool)(**args))
            leaf = tool.removeprefix(CHECK)
            owner = self.tracker if hasattr(self.tracker, leaf) else self.system
            found = getattr(owner, leaf)(**args)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Refused(f"{tool} found nothing.") from error
        return found if isinstance(found, bool) else bool(found[1])

    def act(self, tool: str, args: Mapping[str, Any]) -> bool:
        """Do an action without any check of the benchmark's own."""
        self.calls += 1
        return succeeded(getattr(self.system, tool)(**args))

    def allows(self, tool: str, args: Mapping[str, Any]) -> bool:
        """Say whether the benchmark's own evaluator allows an action now."""
        try:
            return bool(self.strict.domain_dep.process(method_str=tool, **args))
        except (KeyError, TypeError, AttributeError, ValueError):
            return False


def succeeded(found: Any) -> bool:
    """Return what an action says of itself: a boolean, alone or before its result."""
    return bool(found[0]) if isinstance(found, tuple | list) else bool(found)


@dataclass
class Trade:
    """A trade of the benchmark: its classes, its actions and their usual constraints."""

    name: str
    assistant: Any
    strict: Any
    system: Any
    constraints: Mapping[str, Tree]
    parameters: Mapping[str, tuple[str, ...]]
    """The arguments of each action."""
    example: Any
    """The trade's own data, in the shape that its code expects."""
    procedures: dict[str, Procedure] = field(default_factory=dict)

    @property
    def session(self) -> set[str]:
        """Return the actions whose results are facts of the session."""
        return {action for action, _ in self.assistant.constraint_links.values()}

    def environment(self, task: Mapping[str, Any]) -> Environment:
        """Return the world of a task as it is at the beginning."""
        wanted = dict(self.constraints) | {task["user_goal"]: task["constraints"]}
        data = shaped(task["initial_database"], self.example)
        innate = self.assistant.action_innate_dependencies
        strict = self.strict(data, innate, wanted, task["constraint_parameters"])
        return Environment(strict.evaluation_get_domain_system(), strict.state_tracker, strict)


def load_trade(checkout: Path, name: str) -> Trade:
    """Import a trade from a checkout of the benchmark."""
    if str(checkout) not in sys.path:
        sys.path.insert(0, str(checkout))
    module = importlib.import_module(f"env.domains.{name}.{name}")
    assistant = importlib.import_module(f"env.domains.{name}.{name}_assistant")
    helpers = importlib.import_module("env.helpers")
    classes = {n: c for n, c in vars(module).items() if inspect.isclass(c) and c.__module__ == module.__name__}
    strict = next(c for n, c in classes.items() if n.endswith("_Strict"))
    system = next(c for n, c in classes.items() if f"{n}_Strict" == strict.__name__)
    constraints = helpers.gather_action_default_dependencies(
        assistant.action_required_dependencies,
        assistant.action_customizable_dependencies,
        assistant.constraint_dependencies,
        "full",
    )
    parameters = {a: tuple(parameters_of(getattr(system, a))) for a in constraints if hasattr(system, a)}
    return Trade(name, assistant, strict, system, constraints, parameters, getattr(module, "default_data", {}))


def shaped(value: Any, example: Any) -> Any:
    """Return a task's data in the shape of the example: some tasks list records that the code looks up by a key."""
    if isinstance(example, dict) and example:
        records = [item for item in example.values() if isinstance(item, dict)]
        keyed = len(records) == len(example)
        merged = _merged(records) if keyed else {}
        if isinstance(value, list) and keyed and all(isinstance(item, dict) for item in value):
            found = {}
            for item in value:
                key = next((name for name in item if name not in merged), next(iter(item)))
                found[item[key]] = {name: field for name, field in item.items() if name != key}
            return found
        if isinstance(value, dict):
            return {name: shaped(item, merged if keyed else example.get(name)) for name, item in value.items()}
    return copy.deepcopy(value)


def _merged(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one example record with every field that some record fills."""
    merged: dict[str, Any] = {}
    for record in records:
        merged |= {name: item for name, item in record.items() if item or name not in merged}
    return merged


def parameters_of(method: Callable[..., Any]) -> Iterator[str]:
    """Yield the named arguments of a method."""
    for name, parameter in inspect.signature(method).parameters.items():
        if name != "self" and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield name


def procedure_for(trade: Trade, action: str, tree: Tree, known: Mapping[str, Any]) -> Procedure:
    """Return the procedure that a constraint tree of an action amounts to."""
    facts: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    innate = trade.assistant.action_innate_dependencies.get(action)
    conditions = {_condition(trade, part, facts): part for part in [*_parts(tree), *_parts(innate)]}
    for index, (condition, part) in enumerate(conditions.items()):
        leaf = next(_leaves(part))[1].replace("not ", "no_")
        rules[f"r{index}_{leaf}"[:64]] = {"must": condition, "say": f"{leaf.replace('_', ' ')} has to hold."}
    slots = {name for fact in facts.values() for name in fact["args"].values() if name.isidentifier()}
    slots |= set(trade.parameters[action])
    front = {
        "name": action.replace("_", "-"),
        "description": str(trade.assistant.action_descriptions.get(action, action))[:1000],
        "slots": {name: {"ask": f"What is the {name.replace('_', ' ')}?", "type": "json"} for name in sorted(slots)},
        "facts": facts,
        "rules": rules,
        "do": {
            "act": {
                "tool": action,
                "args": {name: name for name in trade.parameters[action] if name in known},
                "needs": list(rules),
            }
        },
    }
    text = f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n"
    read, problems = parse_procedure(text, f"{action}.md")
    compiled, more = compile_procedure(read, _catalogue(trade, action, facts)) if read else (None, [])
    if compiled is None:
        raise ValueError(f"{action}: {[str(p) for p in [*problems, *more]]}")
    return compiled


def _catalogue(trade: Trade, goal: str, facts: Mapping[str, Any]) -> dict[str, ToolSpec]:
    """Return the tools that a procedure knows: every action, and what it checks."""
    found = {
        action: ToolSpec(
            name=action,
            effect="read" if action in trade.session and action != goal else "write",
            parameters={name: {} for name in parameters},
        )
        for action, parameters in trade.parameters.items()
    }
    for fact in facts.values():
        if fact["tool"] not in found:
            arguments: dict[str, Any] = {name: {} for name in fact["args"]}
            result = {"type": "boolean"}
            found[fact["tool"]] = ToolSpec(name=fact["tool"], effect="read", parameters=arguments, result=result)
    return {name: spec if spec.effect == "write" else _boolean(spec) for name, spec in found.items()}


def _boolean(spec: ToolSpec) -> ToolSpec:
    return ToolSpec(name=spec.name, effect="read", parameters=spec.parameters, result={"type": "boolean"})


def _parts(tree: Tree) -> list[Any]:
    """Return the parts that all have to hold, in their order."""
    if not tree:
        return []
    if tree[0] in ("and", "chain"):
        return [part for child in tree[1] for part in _parts(child)]
    return [tree]


def _leaves(tree: Any) -> Iterator[Any]:
    if tree[0] == "single":
        yield tree
    else:
        for child in tree[1]:
            yield from _leaves(child)


def _condition(trade: Trade, tree: Any, facts: dict[str, Any]) -> str:
    """Return a tree as CEL over facts, which are added."""
    if tree[0] != "single":
        joint = " && " if tree[0] in ("and", "chain") else " || "
        return "(" + joint.join(_condition(trade, child, facts) for child in tree[1]) + ")"
    negated, leaf = tree[1].startswith("not "), tree[1].removeprefix("not ")
    mapping = tree[2] or {}
    link = trade.assistant.constraint_links.get(leaf)
    if link and not negated:
        action = link[0]
        fact = {"tool": action, "args": {p: mapping.get(p, p) for p in trade.parameters[action]}}
        before = [_condition(trade, part, facts) for part in _parts(trade.constraints[action])]
    else:
        before = []
        fact = {"tool": CHECK + leaf, "args": {name: _source(value) for name, value in mapping.items()}}
    name = next((n for n, f in facts.items() if f == fact), None) or f"f{len(facts)}"
    facts[name] = fact
    if before:
        return f"({' && '.join([*before, name])})"
    return f"!{name}" if negated else name


def _source(value: str) -> str:
    return json.dumps(value.removeprefix("value ").strip("'\"")) if value.startswith("value ") else value


@dataclass
class Result:
    """What one way of working made of one task."""

    reached: bool
    """Whether the target action was done."""
    forbidden: int
    """Actions that were done though the benchmark's evaluator forbids them."""
    named: bool
    """Whether a refusal named a rule, or what is missing."""
    calls: int
    """Calls that the model made from the first of the target on."""
    reads: int
    """Calls of the environment by model and gate together."""
    fewest: int
    """Calls on the shortest way of the benchmark's own graph."""


class Agent:
    """A model in a task's world that can act through the gate alone."""

    def __init__(self, trade: Trade, task: Mapping[str, Any]) -> None:
        self.trade, self.task = trade, task
        self.goal: str = task["user_goal"]
        self.known: Mapping[str, Any] = task["user_known"]
        self.env = trade.environment(task)
        self.procedure = procedure_for(trade, self.goal, task["constraints"], self.arguments(self.goal))
        self.reached, self.forbidden, self.calls, self.verdict = False, 0, 0, Verdict(open_case(self.procedure))

    def arguments(self, action: str) -> dict[str, Any]:
        """Return the arguments that the customer can name, and defaults for what an assistant works out itself."""
        own = getattr(self.trade.assistant, "action_params_user_not_needed", {}).get(action, ())
        given = {name: self.known[name] for name in self.trade.parameters[action] if name in self.known}
        return given | {name: 0 for name in own if name not in given}

    async def call(self, action: str) -> bool:
        """Call an action as a model would; a gated one runs only where its procedure allows it."""
        args = self.arguments(action)
        self.calls += bool(self.calls) or action == self.goal
        if action != self.goal and (action in self.trade.session or action.startswith("internal_")):
            if action in self.trade.session:
                try:
                    await self.env.read(action, args)
                except Refused:
                    return False
            return True
        procedure = self.procedure if action == self.goal else self._usual(action)
        case = self._told(procedure)
        verdict = await decide(procedure, case, action, args, self.env.read, now=NOW, customer_id="customer")
        AUDIT.note(procedure, verdict, now=NOW, customer_id="customer")
        if action == self.goal:
            self.verdict = verdict
        if verdict.do is None:
            return False
        self.forbidden += not self.env.allows(action, verdict.do.args)
        done = self.env.act(action, verdict.do.args)
        self.reached = self.reached or (action == self.goal and done)
        return done

    def _usual(self, action: str) -> Procedure:
        if action not in self.trade.procedures:
            self.trade.procedures[action] = procedure_for(
                self.trade, action, self.trade.constraints[action], self.arguments(action)
            )
        return self.trade.procedures[action]

    def _told(self, procedure: Procedure) -> Case:
        """Return a case in which the customer has said what they know."""
        case = open_case(procedure)
        for name in procedure.slots:
            if name in self.known:
                case = with_slot(procedure, case, name, self.known[name], "message:1")
        return case

    def result(self) -> Result:
        """Return what came of it."""
        named = bool(self.verdict.feedback) and (self.verdict.stop is None or self.verdict.stop.rule is not None)
        return Result(self.reached, self.forbidden, named, self.calls, self.env.calls, len(true_calls(self.task)))


def true_calls(task: Mapping[str, Any]) -> list[str]:
    """Return the actions of the benchmark's graph in an order that it allows, each once with its arguments."""
    graph = task["directed_action_graph"]
    nodes = graph["nodes"]
    after: dict[int, list[int]] = {}
    for start, end in graph["connections"]:
        after.setdefault(start, []).append(end)

    def way(index: int, above: frozenset[int]) -> list[tuple[str, str]]:
        ways = [way(i, above | {index}) for i in sorted(after.get(index, ())) if i not in above]
        if nodes[index] == "or":
            return min(ways, key=len) if ways else []
        before = list(dict.fromkeys(call for one in ways for call in one))
        if isinstance(nodes[index], str):
            return before
        name, parameters = nodes[index]
        return list(dict.fromkeys([*before, (name, json.dumps(parameters, sort_keys=True))]))

    return [name for name, _ in way(0, frozenset())]


async def true_way(trade: Trade, task: Mapping[str, Any]) -> Result:
    """Make the benchmark's own calls."""
    agent = Agent(trade, task)
    for action in true_calls(task):
        await agent.call(action)
    return agent.result()


async def gullible(trade: Trade, task: Mapping[str, Any]) -> Result:
    """Call the target at once, and again as long as the feedback says what to add."""
    agent = Agent(trade, task)
    for _ in range(3):
        if await agent.call(agent.goal) or agent.verdict.stop is not None:
            break
    return agent.result()


async def random_order(trade: Trade, task: Mapping[str, Any], seed: int) -> Result:
    """Call every action of the trade in random order, then the target as the feedback says."""
    agent = Agent(trade, task)
    actions = sorted(action for action in trade.parameters if not action.startswith("internal_"))
    random.Random(seed).shuffle(actions)
    for action in actions[: actions.index(agent.goal) + 1]:
        if set(trade.parameters[action]) <= agent.arguments(action).keys():
            await agent.call(action)
    return agent.result()


def load_tasks(folder: Path, trade: str) -> list[dict[str, Any]]:
    """Return the tasks of a trade."""
    found = json.loads((folder / f"{trade}_tasks.json").read_text("utf-8"))
    return [task for tasks in found.values() for task in tasks]
