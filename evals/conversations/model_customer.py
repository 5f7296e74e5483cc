"""Let a model play the customer: any OpenAI-compatible endpoint, its name, prompt and seed pinned in every report."""

import hashlib
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from evals.conversations.scenarios import Scenario

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
