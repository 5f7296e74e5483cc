"""Play a customer: from a script, or by a model whose name, prompt and seed every report names."""

import hashlib
from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from evals.conversations.scenarios import Scenario, When


class ScriptedCustomer:
    """Say the scenario's lines; before each, answer the last reply where a branch fits it."""

    def __init__(self, scenario: Scenario) -> None:
        self._lines = list(scenario.lines)
        self._answers = list(scenario.answers)
        self._left = [answer.times for answer in scenario.answers]

    async def next_line(self, turns: list[dict[str, Any]]) -> str | None:
        """Return the next message: a fitting answer, else the next line that applies, else None."""
        if turns:
            for number, answer in enumerate(self._answers):
                if self._left[number] and fits(answer.to, turns[-1]):
                    self._left[number] -= 1
                    return answer.say
        while self._lines:
            line = self._lines.pop(0)
            if line.when is None or (turns and fits(line.when, turns[-1])):
                return line.text
        return None


def fits(when: When, turn: Mapping[str, Any]) -> bool:
    """Say whether the last reply is as a branch wants it."""
    reply = turn["reply"].casefold()
    if when.confirmation is not None and when.confirmation != turn["confirmation"]:
        return False
    if when.words and not any(word.casefold() in reply for word in when.words):
        return False
    return when.owner is None or when.owner == ("human" if turn["ticket_id"] else "bot")


DONE = "###DONE###"
PROMPT = """You play a customer who writes to the support chat of a business. You are not an assistant and you \
never help.
Who you are: {who}
What you want: {wants}
What you know: {knows}
What you do not know, and never make up: {does_not_know}
How you write: {persona}

Rules:
- Write one short chat message at a time, in the first person, nothing else.
- Say what you want first; give further details only when you are asked for them.
- When the agent lists exactly what you want and asks for your yes, say yes. When it lists something else, say what \
is wrong.
- When you have what you want, were refused for good, or were handed to a person, write only {done}"""


def prompt_digest() -> str:
    """Return a digest of the prompt; another prompt plays another customer, which moves every score."""
    return hashlib.sha256(PROMPT.encode()).hexdigest()[:12]


class ModelCustomer:
    """Play the scenario's customer with a chat model."""

    def __init__(self, scenario: Scenario, model: BaseChatModel, *, seed: int) -> None:
        self._model = model.bind(seed=seed)
        self._system = PROMPT.format(
            who=scenario.who,
            wants=scenario.wants,
            knows="; ".join(scenario.knows) or "only what stands above",
            does_not_know="; ".join(scenario.does_not_know) or "anything else",
            persona=scenario.persona or "plainly and politely",
            done=DONE,
        )

    async def next_line(self, turns: list[dict[str, Any]]) -> str | None:
        """Return what the model says next, or None when it is done or says nothing."""
        # Seen from the customer's side: what they wrote is the model's own, the agent's replies are what it is told.
        request: list[BaseMessage] = [SystemMessage(self._system), HumanMessage("Hello, how can I help you?")]
        for turn in turns:
            request += [AIMessage(turn["customer"]), HumanMessage(turn["reply"] or "(no reply)")]
        said = str((await self._model.ainvoke(request)).text).strip()
        return None if not said or DONE.strip("#") in said else said
