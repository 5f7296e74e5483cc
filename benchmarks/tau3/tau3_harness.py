"""Replay the τ³ gold actions through our graph under the official harness, and let the harness score them.

Needs the harness (the package `tau2`, github sierra-research/tau2-bench, Python 3.12 or newer) with its data folder.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, BaseMessage
from tau2.data_model.message import AssistantMessage, UserMessage
from tau2.domains.retail.environment import get_environment, get_tasks
from tau2.evaluator.evaluator_env import EnvironmentEvaluator
from tau2.orchestrator.orchestrator import Orchestrator
from tau2.user.user_simulator_base import HalfDuplexUser, UserState

from benchmarks.support.models.scripted import ScriptedChatModel
from benchmarks.tau3.tau3_agent import GraphAgent
from graph.builder import Parts

STOP = "###STOP###"
MAX_STEPS = 200


@dataclass(frozen=True)
class HarnessScore:
    """How the harness scored one task."""

    task: str
    reward: float
    remark: str


class OneMessageCustomer(HalfDuplexUser[UserState]):  # type: ignore[misc]  # its types are there only with the harness
    """Say everything in one message and stop at the first reply."""

    def __init__(self, text: str) -> None:
        super().__init__(instructions=text, tools=None)
        self._lines = [text]

    def get_init_state(self, message_history: list[Any] | None = None) -> UserState:
        """Return an empty state."""
        return UserState(system_messages=[], messages=[])

    def generate_next_message(self, message: AssistantMessage, state: UserState) -> tuple[UserMessage, UserState]:
        """Return the one message, then the word that ends the conversation."""
        text = self._lines.pop(0) if self._lines else STOP
        return UserMessage(role="user", content=text), state

    @classmethod
    def is_stop(cls, message: UserMessage) -> bool:
        """Say whether the conversation is over."""
        return STOP in (message.content or "")


def replay_under_harness(
    parts: Parts, *, split: str = "train", told: Callable[[], None] = lambda: None
) -> list[HarnessScore]:
    """Return the reward of each retail task that the harness scores by the end state alone."""
    scores = []
    for task in get_tasks(split):
        actions = list(task.evaluation_criteria.actions or [])
        environment = get_environment()
        agent = GraphAgent(
            environment.get_tools(),
            environment.get_policy(),
            parts=parts,
            model=ScriptedChatModel(answers=[replay_model(actions)]),
        )
        # The customer names every argument themselves: our graph refuses identifiers that nobody mentioned.
        said = json.dumps([action.arguments for action in actions], ensure_ascii=False)
        user = OneMessageCustomer(f"Please do what this says: {said}")
        run = Orchestrator(
            domain="retail", agent=agent, user=user, environment=environment, task=task, max_steps=MAX_STEPS, seed=0
        ).run()
        found = EnvironmentEvaluator.calculate_reward(get_environment, task, run.messages)
        scores.append(HarnessScore(task=str(task.id), reward=float(found.reward), remark=str(run.termination_reason)))
        told()
    return scores


def replay_model(actions: Sequence[Any]) -> Callable[[list[BaseMessage]], AIMessage]:
    """Return a script that calls the gold actions one after the other and then says nothing that could be wrong."""
    left = [action for action in actions if action.requestor == "assistant"]

    def next_call(request: list[BaseMessage]) -> AIMessage:
        if not left:
            return AIMessage("Is there anything else?")
        action = left.pop(0)
        return AIMessage("", tool_calls=[{"name": action.name, "args": action.arguments, "id": uuid4().hex}])

    return next_call
