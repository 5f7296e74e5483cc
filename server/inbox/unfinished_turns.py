"""Bring turns without a reply to an end: those that cannot be processed, and those that the customer stopped."""

import logging
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage

from core.message_marks import mark
from graph.agent import SupportAgent
from graph.handoff.handoff_notice import handoff_notice
from graph.memory.fencing import TURN_TOKEN
from graph.state import run_config
from server.records import Turn
from tools.desk.tickets import TicketDraft, TicketRequest

log = logging.getLogger(__name__)
_SHOWN = 400


class DeadLetterHandler:
    """Open a ticket with the message in it, and leave a notice in the conversation.

    Nothing here reads the message with a model or a classifier: one of those may be what it broke.
    """

    def __init__(self, agent: SupportAgent, *, attempts: int) -> None:
        self._agent = agent
        self._attempts = attempts

    async def __call__(self, turn: Turn, error: str) -> dict[str, Any]:
        """Return what the customer is told; raises BackendUnavailable while the desk is down, to be tried again."""
        parts = self._agent.parts
        assert parts is not None  # noqa: S101 - a server's agent is opened with them
        expected_answer = await parts.availability.expected_answer()
        ticket = await parts.desk.open_ticket(
            TicketRequest(
                thread_id=turn.thread_id,
                customer_id=turn.customer_id,
                reason="unavailable",
                detail=f"the message could not be processed: {error}",
                draft=_draft(turn),
                channel=turn.channel,
                locale=turn.locale,
                callback=not expected_answer.staffed,
            )
        )
        notice = handoff_notice("unavailable", ticket.id, expected_answer, turn.locale)
        if turn.attempt <= self._attempts + 2:  # where even this kills the process, the ticket alone has to do
            await self._put_into_conversation(turn, notice, ticket.id, ticket.status)
        return {"text": notice, "sources": [], "owner": ticket.status, "ticket_id": ticket.id, "handoff": "unavailable"}

    async def _put_into_conversation(self, turn: Turn, notice: str, ticket_id: str, owner: str) -> None:
        config = run_config(turn.thread_id)
        config["configurable"][TURN_TOKEN] = turn.token
        named = mark(ticket_id=ticket_id, handed_over=ticket_id)
        messages = [
            HumanMessage(turn.text, id=turn.id),
            AIMessage(notice, id=f"notice-{turn.id}", additional_kwargs=named),
        ]
        update = {"messages": messages, "owner": owner, "ticket_id": ticket_id, "handoff": "unavailable"}
        try:
            await self._agent.graph.aupdate_state(config, update, as_node="escalate")
        except Exception as error:  # noqa: BLE001  a conversation that cannot be written must not hide the ticket
            log.error("the notice of ticket %s could not be put into its conversation: %r", ticket_id, error)


def _draft(turn: Turn) -> TicketDraft:
    shown = turn.text if len(turn.text) <= _SHOWN else f"{turn.text[:_SHOWN]}…"
    return TicketDraft(
        category="problem",
        queue="general",
        priority="high",
        sentiment="neutral",
        language="und",
        summary=f"The assistant could not process a message, {turn.attempt} attempts failed. It begins: {shown}",
        facts=(),
        steps_tried=(),
        next_step="Answer the customer; the assistant was out of order for this message.",
        wish=shown,
    )


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
