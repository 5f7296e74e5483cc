"""Apply a customer's message to what they were asked, and take up what an earlier turn left undone or untold."""

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig

from core.errors import BackendUnavailable
from core.language.confirmations import answer_to_confirmation
from core.language.fixed_sentences import phrase
from core.language.several import hesitates, looks_it_up
from core.message_marks import Marks, marks
from graph.procedures.rule_led_cases import is_of
from graph.state import clip
from graph.tool_calls.action_messages import calls_of
from tools.actions.action import OVER
from tools.actions.workflow import ConfirmationResult, ConfirmedActions

log = logging.getLogger(__name__)

TIMES_ASKED = 2
"""A question is put again once, after a digression or a crash; then, or where the customer wants to think about it, it
rests until they say yes."""


def sent_at(message: HumanMessage, config: RunnableConfig) -> float | None:
    """Return when a message was sent, in seconds since the epoch, or None where nothing tells.

    It says so itself, or its run does: LangGraph's servers give a run its id when it is asked for, and such an id holds
    the time (UUID version 7, RFC 9562).
    """
    if isinstance(told := marks(message).get("sent_at"), int | float):
        return told
    try:
        run = UUID(str(config["configurable"].get("run_id")))
    except ValueError:
        return None
    return ((run.int >> 80) + 1) / 1000 if run.version == 7 else None  # the end of its millisecond


async def apply_answer(
    messages: Sequence[AnyMessage],
    message: HumanMessage,
    *,
    sent_at: float | None,
    thread_id: str,
    locale: str,
    actions: ConfirmedActions,
    cases: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the calls that are to be carried out, the question that stays open, and what waits for staff.

    `messages` is the conversation before the message. A yes or a no counts for the question right before it, and for no
    other; nor does one that was sent before that question was there to be read.
    """
    said_last = next((m for m in reversed(messages) if isinstance(m, AIMessage) and not m.tool_calls), None)
    asked = marks(said_last) if said_last else Marks()
    if not asked.get("asks") and not asked.get("tells") and not await _any_open(actions, thread_id):
        return {"open_question": [], "approvals": [], "messages": []}  # the usual turn: one look at the ledger
    asked_at = asked.get("asked_at")
    unread = sent_at is not None and asked_at is not None and sent_at < asked_at
    result = (
        ConfirmationResult()
        if unread
        else await actions.apply_answer(
            thread_id, asked.get("asks", ()), message_id=str(message.id), text=clip(message.text)
        )
    )
    unsettled = await actions.unsettled(thread_id)
    # Not of the last message alone: after a report they may have asked for a person, who owned the turns since then.
    told = {i for m in messages if isinstance(m, AIMessage) for i in marks(m).get("tells", ())}
    if read := [action.id for action in unsettled if action.id in told and action.state in OVER]:
        await actions.ledger.mark_told(read)
        unsettled = [action for action in unsettled if action.id not in read]
    # Whatever a crash, a time-out or a decision of staff left behind has to be carried out or told.
    due = [action for action in unsettled if action.state not in ("proposed", "awaiting_approval")]
    for_staff = [action for action in unsettled if action.state == "awaiting_approval"]
    # Their yes does not count when something else was said last, or when they had not read the question yet. They are
    # asked once more, so that it can.
    late_yes = (unread or not asked.get("asks")) and answer_to_confirmation(clip(message.text)) == "yes"
    waits = hesitates(message.text) or looks_it_up(message.text)
    put = Counter(i for m in messages if isinstance(m, AIMessage) for i in marks(m).get("asks", ()))
    update: dict[str, Any] = {
        "open_question": [
            a.id for a in unsettled if a.state == "proposed" and (late_yes or (put[a.id] < TIMES_ASKED and not waits))
        ],
        "approvals": [action.id for action in for_staff],
        "messages": [],
    }
    # What they agreed to just now may wait for staff instead of being due: that has to be said, too.
    agreed = {action.id for action in result.agreed}
    if calls := [*due, *(action for action in for_staff if action.id in agreed)]:
        update["messages"] = [calls_of(calls)]
        update["next_step"] = "confirm" if agreed else "reason"
    elif result.withdrawn:
        led = [action.change.procedure for action in result.withdrawn if action.change.procedure]
        update["cases"] = [case for case in cases if not any(is_of(case, row) for row in led)]
        update["messages"] = [AIMessage(phrase("withdrawn", locale))]
        update["next_step"] = "end"
    elif late_yes and update["open_question"] and not (said_last and "?" in said_last.text):
        update["next_step"] = "ask"  # nothing else was asked since, so that they can mean nothing else
    return update


async def _any_open(actions: ConfirmedActions, thread_id: str) -> bool:
    """Say whether anything of a thread is open; without the ledger nothing can run, and what needs none is answered."""
    try:
        return await actions.ledger.any_open(thread_id)
    except BackendUnavailable as error:
        log.error("whether something is open is not known: %s", error)
        return False
