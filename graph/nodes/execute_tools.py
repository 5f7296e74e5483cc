"""Run the tool calls of a message: reads at once, writes only as the ledger allows."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage, ToolCall, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.runtime import Runtime

from core.errors import BackendUnavailable, NotIdentified, Refused
from core.language.fixed_sentences import phrase
from core.message_marks import marks
from core.observability.counters import TOOL_CALLS
from graph.intake.identification import code_sent, identified
from graph.procedures.book import CaseStopped, ProcedureBook
from graph.procedures.prompt import FOLLOW
from graph.state import State, acting, context_of, newest_turn, pending_calls, thread_of, worked
from graph.tool_calls.action_messages import result_of
from graph.tool_calls.case_calls import CaseDesk
from graph.tool_calls.executors import ToolExecutor, tell_model
from graph.tool_calls.grounding import refusals
from graph.tool_calls.provenance import MessageOrigins
from tools.actions.action import RUNNABLE
from tools.actions.workflow import ConfirmedActions
from tools.context import Context
from tools.identity.verification import IdentityDesk
from tools.registry import IDENTIFY, SEARCH_ARTICLES

NOTHING_NEW = "Nothing further was found."


async def execute_tools(
    state: State,
    config: RunnableConfig,
    runtime: Runtime[Context],
    *,
    executor: ToolExecutor,
    actions: ConfirmedActions,
    identity: IdentityDesk | None = None,
    procedures: ProcedureBook | None = None,
) -> dict[str, Any]:
    """Return a result for each open call, the passages they found, and whose conversation it is, if known now.

    Reads run side by side. A write that a model calls is only proposed; one the graph calls for a confirmed action is
    carried out. Running this node again repeats no effect: the ledger knows what was done.
    """
    thread_id = thread_of(config)
    context = replace(context_of(state, runtime.context), thread_id=thread_id)
    runtime.stream_writer({"progress": phrase("looking_up", context.locale)})
    started = time.monotonic()
    calls = pending_calls(state.messages)
    confirmed = _confirmed(state)
    asked = [call for call in calls if str(call["id"]) not in confirmed]  # what the graph calls stands in the ledger
    cases = CaseDesk(procedures, state) if procedures else None
    if any(marks(m).get("procedure") for m in newest_turn(state.messages)[-1:]):
        asked = []  # the step of a procedure that the customer's own words opened
    origins = MessageOrigins([*state.messages, *(cases.records if cases else ())], state.case_file)
    refused = refusals(
        asked,
        executor.tools,
        origins,
        is_write=actions.is_write,
        also_called=lambda name: actions.tools[name].also_called if name in actions.tools else (),
    )
    messages: list[ToolMessage] = [
        ToolMessage(refused[str(call["id"])], tool_call_id=str(call["id"]), name=call["name"], status="error")
        for call in calls
        if str(call["id"]) in refused
    ]
    calls = [call for call in calls if str(call["id"]) not in refused]
    known: dict[str, Any] = {}
    if identity and (naming := [call for call in calls if call["name"] == IDENTIFY]):
        calls = [call for call in calls if call not in naming]
        told, known = await identified(naming, state, context, thread_id=thread_id, desk=identity)
        messages += told
        state = replace(state, **known)
    if cases and (following := [call for call in calls if call["name"] == FOLLOW]):
        calls = [call for call in calls if call not in following]
        messages += [await cases.follow(call, context) for call in following]
    reads = [call for call in calls if str(call["id"]) not in confirmed and not actions.is_write(call["name"])]
    writes = sorted((call for call in calls if call not in reads), key=lambda call: actions.rank(call["name"]))
    hosted = await _may_run(writes, confirmed, thread_id, actions) if executor.carries_out else []
    if reads or hosted:
        reader = acting(
            state, context, identity.rule if identity else None, identity.rule.reads if identity else "code"
        )
        found = await executor.run([*reads, *hosted], config, runtime, reader)
        by_hosts = {str(call["id"]) for call in hosted}
        messages += [_only_new_passages(m, state.passage_ids) for m in found if m.tool_call_id not in by_hosts]
        for m in found:
            if m.tool_call_id in by_hosts:
                await actions.record(thread_id, confirmed[m.tool_call_id], m.text, failed=m.status == "error")
    for call in writes:
        messages.append(
            await _write(call, confirmed.get(str(call["id"])), state, thread_id, context, actions, identity, cases)
        )
    for m in messages:
        TOOL_CALLS.labels(tool=m.name if m.name in executor.tools else "unknown", outcome=m.status).inc()
    code_asked = known or ({"code_asked": True} if any(marks(m).get("says") for m in messages) else {})
    return {
        "messages": messages,
        "passage_ids": [pid for m in messages if m.name == SEARCH_ARTICLES for pid in m.artifact or ()],
        "usage": worked(state.usage, since=started),
        **({"cases": cases.cases} if cases else {}),
        **code_asked,
    }


async def _may_run(
    writes: Sequence[ToolCall], confirmed: dict[str, str], thread_id: str, actions: ConfirmedActions
) -> list[ToolCall]:
    """Return the calls whose actions the customer has agreed to and nobody has begun."""
    agreed = [call for call in writes if str(call["id"]) in confirmed]
    found = await actions.get(thread_id, [confirmed[str(call["id"])] for call in agreed])
    return [call for call, action in zip(agreed, found, strict=True) if action.state in RUNNABLE]


async def _write(
    call: ToolCall,
    action_id: str | None,
    state: State,
    thread_id: str,
    context: Context,
    actions: ConfirmedActions,
    identity: IdentityDesk | None,
    cases: CaseDesk | None,
) -> ToolMessage:
    """Carry out a confirmed action, or propose what a model asks for; it may need a one-time code first."""
    asks_who = identity is not None
    try:
        if action_id is not None:
            action = await actions.carry_out(thread_id, action_id)
            if cases:
                cases.ran(action)
            return result_of(call, action)
        asked_by = next((m.id for m in newest_turn(state.messages)), None)
        rule = identity.rule if identity else None
        writer = acting(state, context, rule, rule.writes if rule else "code")
        writer = replace(writer, case=cases.case_of(call)) if cases else writer
        try:
            proposal = await actions.propose(thread_id, writer, call["name"], call["args"], asked_message_id=asked_by)
        except NotIdentified:
            if not identity or not state.customer_id:
                raise
            await identity.send_code(thread_id, state.customer_id)
            return code_sent(call, context.locale, identity)
        if cases:
            cases.proposed(proposal)
        return result_of(call, proposal)
    except CaseStopped as stopped:
        if cases:
            cases.stopped(stopped.case)
        return ToolMessage(str(stopped), tool_call_id=str(call["id"]), name=call["name"], status="error")
    except (Refused, BackendUnavailable) as error:
        told = tell_model(error, asks_who=asks_who)
        if cases and not isinstance(error, NotIdentified):
            cases.refused(call, told)
        return ToolMessage(told, tool_call_id=str(call["id"]), name=call["name"], status="error")


def _confirmed(state: State) -> dict[str, str]:
    """Return call id to action id for the calls of this turn that the graph wrote."""
    return {
        call_id: action_id
        for message in newest_turn(state.messages)
        if isinstance(message, AIMessage)
        for call_id, action_id in marks(message).get("actions", {}).items()
    }


def _only_new_passages(message: ToolMessage, known: list[str]) -> ToolMessage:
    """Keep in a search result what the model has not seen yet."""
    if message.name != SEARCH_ARTICLES or not message.artifact:
        return message
    new = [pid for pid in message.artifact if pid not in known]
    content = message.content if new else NOTHING_NEW
    return message.model_copy(update={"artifact": new or None, "content": content})
