"""Run nodes that follow one another in one step of the graph, where a run saves nothing between them."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from langgraph.types import Command, Overwrite

from graph.runtime.node_wrappers import Node
from graph.state import State, extend_unique
from tools.context import Context

ONE_STEP = "one_step"
"""Name of the wish in a run's configuration; a step of the library takes half a millisecond."""


@dataclass(frozen=True)
class Step:
    """A node, and what follows it."""

    name: str
    node: Node
    route: Callable[[State], str | Sequence[str]]


def in_one_step(steps: Sequence[Step]) -> Callable[..., Coroutine[Any, Any, Command[Any]]]:
    """Return the first node; where a run asks for it, those behind it follow as far as each leads to the next."""

    async def run(state: State, *, config: RunnableConfig, runtime: Runtime[Context]) -> Command[Any]:
        together = config["configurable"].get(ONE_STEP, False)
        written: dict[str, Any] = {}
        following: str | Sequence[str] = ""
        for step in steps:
            if following not in ("", step.name, [step.name]) or (following and not together):
                break
            update = await step.node(state, config=config, runtime=runtime)
            state = applied(state, update)
            written |= update | {"messages": [*written.get("messages", ()), *update.get("messages", ())]}
            following = step.route(state)
        if "passage_ids" in written:
            written["passage_ids"] = Overwrite(state.passage_ids)
        return Command(update=written, goto=following)

    run.__name__ = steps[0].name
    return run


def applied(state: State, update: Mapping[str, Any]) -> State:
    """Return a state as the graph has it after an update."""
    values = {name: value for name, value in update.items() if name != "messages"}
    if update.get("messages"):
        before: Any = state.messages
        values["messages"] = add_messages(before, update["messages"])
    if "passage_ids" in update:
        found = update["passage_ids"]
        overwrites = isinstance(found, Overwrite)
        values["passage_ids"] = found.value if overwrites else extend_unique(state.passage_ids, found)
    return replace(state, **values)
