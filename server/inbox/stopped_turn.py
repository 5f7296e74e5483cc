"""Put a turn whose reply the customer stopped into the conversation: what they wrote, and what they have read."""

from typing import Any

from langchain_core.messages import AIMessage, HumanMessage

from graph.agent import SupportAgent
from graph.memory.fencing import TURN_TOKEN
from graph.state import run_config
from server.records import Turn

CUT = " …"


class StoppedTurn:
    """Fulfil `KeepStopped`; the conversation stays with the agent."""

    def __init__(self, agent: SupportAgent) -> None:
        self._agent = agent

    async def __call__(self, turn: Turn, written: str) -> dict[str, Any]:
        """Return the reply, which is what was written of it, and nothing where that is nothing."""
        text = written.rstrip() + CUT if written.strip() else ""
        config = run_config(turn.thread_id)
        config["configurable"][TURN_TOKEN] = turn.token
        said = [AIMessage(text, id=f"stopped-{turn.id}")] if text else []
        update: dict[str, Any] = {"messages": [HumanMessage(turn.text, id=turn.id), *said]}
        if turn.customer_id:  # an open chat that proved itself keeps its customer
            update["customer_id"] = turn.customer_id
        await self._agent.graph.aupdate_state(config, update, as_node="escalate")
        owner = (await self._agent.state(turn.thread_id)).owner
        return {"text": text, "sources": [], "owner": owner, "ticket_id": None, "handoff": None}
