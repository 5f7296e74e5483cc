"""Show a conversation to an operator: what was said, and why the agent said it."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.utils.function_calling import convert_to_json_schema
from langgraph.checkpoint.base import BaseCheckpointSaver

from core.errors import NotFound
from core.message_marks import marks
from core.passages import Passage
from core.safety.safe_links import inert
from graph.memory.threads import transcript
from graph.state import text_of
from server.schemas.desk_schemas import ConversationOut, Entry, LedgerRow, PassageOut, Step
from server.service import Service
from server.views.case_view import cases_out
from server.views.conversation_view import images_out, pictures_of
from server.views.desk_queue import of_action, of_ticket
from server.views.entry_times import add_times_and_ratings, with_notes
from tools.actions.action import Action
from tools.desk.reports import NO_MESSAGES
from tools.desk.ticket_data import ticket_data

RESULT_SHOWN = 4_000
"""Characters of a tool's result."""


async def conversation(service: Service, thread_id: str) -> ConversationOut:
    """Return a conversation as it is now; raises NotFound."""
    state = await service.agent.state(thread_id)
    waiting = await service.inbox.waiting(thread_id)
    ticket_id = await service.desk.reads.newest_of(thread_id)
    if not (state.messages or waiting or ticket_id):
        raise NotFound("there is no such conversation; the queue and the insight page name those there are")
    ticket = await service.parts.desk.get_ticket(ticket_id) if ticket_id else None
    said = await _said(service, thread_id)
    entries = entries_of(said, await _passages(service, said))
    known = {entry.id for entry in entries}
    deliveries = await service.parts.desk.undelivered(thread_id)
    for delivery in deliveries:
        if (entry_id := f"desk-{delivery.key}") not in known:
            entries.append(_entry(entry_id, "operator", delivery.text, author=delivery.author))
    for message in waiting:
        if message["turn_id"] not in known:
            entries.append(_entry(message["id"], "customer", message["text"], waiting=True))
    pictures = pictures_of(said, waiting, deliveries)
    for entry in entries:
        entry.images = images_out(thread_id, entry.id, pictures.get(entry.id, ()))
    await add_times_and_ratings(service.inbox, thread_id, entries, await service.desk.reads.reply_times(thread_id))
    actions = await service.parts.actions.ledger.find(thread_id=thread_id)
    open_action = next((action for action in actions if action.state == "awaiting_approval"), None)
    item = of_action(service, open_action) if open_action else None
    if ticket and ticket.with_people:
        item = of_ticket(service, ticket, (await service.desk.reads.latest_messages()).get(ticket.id, NO_MESSAGES))
    return ConversationOut(
        thread_id=thread_id,
        customer_id=state.customer_id or (ticket.customer_id if ticket else None),
        verified_by=state.verified_by,
        owner=ticket.status if ticket and ticket.with_people else state.owner,
        locale=ticket.locale if ticket else "en",
        entries=await with_notes(service.inbox, thread_id, entries, ticket.notes if ticket else ()),
        actions=[await _row(service, action) for action in actions],
        cases=cases_out(state, service.parts.procedures),
        ticket=ticket_data(ticket) if ticket else None,
        item=item,
    )


def entries_of(said: Sequence[AnyMessage], passages: Mapping[str, Passage]) -> list[Entry]:
    """Return messages as entries, each with the tool calls before it; calls nobody spoke after end the list."""
    entries: list[Entry] = []
    steps: dict[str, Step] = {}
    for message in said:
        if isinstance(message, ToolMessage):
            _note_result(steps, message)
            continue
        text = text_of(message)
        if isinstance(message, HumanMessage):
            if steps:
                entries.append(_entry(f"{message.id}-before", "agent", "", steps=list(steps.values())))
            entries.append(_entry(str(message.id), "customer", text))
            steps = {}
        elif isinstance(message, AIMessage):
            if text.strip():
                entries.append(_spoken(message, text, list(steps.values()), passages))
                steps = {}
            steps |= {str(call["id"]): _step(message, call) for call in message.tool_calls}
    if steps:
        entries.append(_entry("last", "agent", "", steps=list(steps.values())))
    return entries


def _spoken(message: AIMessage, text: str, steps: list[Step], passages: Mapping[str, Passage]) -> Entry:
    kept = marks(message)
    author = str(kept.get("author") or "")
    role = "operator" if author and author != "desk" else "desk" if author else "agent"
    entry = _entry(str(message.id), role, text, author=author if role == "operator" else "", steps=steps)
    entry.sources = [_source(source, passages) for source in kept.get("sources", ())]
    entry.held_back = [str(fault) for fault in kept.get("held_back", ())]
    entry.ticket_id = kept.get("handed_over")
    return entry


def _entry(entry_id: str, role: Any, text: str, **others: Any) -> Entry:
    return Entry(id=entry_id, role=role, text=inert(text) if role == "customer" else text, **others)


def _step(message: AIMessage, call: Any) -> Step:
    action_id = marks(message).get("actions", {}).get(str(call["id"]))
    return Step(tool=call["name"], args=call["args"], result="", failed=False, action_id=action_id)


def _note_result(steps: dict[str, Step], message: ToolMessage) -> None:
    if step := steps.get(message.tool_call_id):
        step.result = inert(text_of(message)[:RESULT_SHOWN])
        step.failed = message.status == "error"
        step.action_id = marks(message).get("action") or step.action_id


def _source(source: Mapping[str, Any], passages: Mapping[str, Passage]) -> PassageOut:
    found = passages.get(source["passage_id"])
    return PassageOut(
        number=source["number"],
        article_id=source["article_id"],
        title=source["title"],
        headings=list(source["headings"]),
        url=source["url"],
        text=inert(found.text) if found else "",
    )


async def _said(service: Service, thread_id: str) -> list[AnyMessage]:
    """Return the whole conversation, also what the state no longer holds."""
    saver = service.agent.graph.checkpointer
    return await transcript(saver, thread_id) if isinstance(saver, BaseCheckpointSaver) else []


async def _passages(service: Service, said: Sequence[AnyMessage]) -> dict[str, Passage]:
    cited = [source["passage_id"] for message in said for source in marks(message).get("sources", ())]
    return {passage.id: passage for passage in await service.parts.retriever.fetch(list(dict.fromkeys(cited)))}


async def _row(service: Service, action: Action) -> LedgerRow:
    history = await service.parts.actions.ledger.history(action.id)
    return LedgerRow(
        id=action.id,
        tool=action.tool,
        args=dict(action.args),
        asked_args=service.parts.actions.asked_args(action),
        arguments=_arguments(service, action.tool),
        preview=action.preview,
        why=action.approval,
        yes=action.yes_text,
        procedure=f"{led['name']}@{led['version']}" if (led := action.change.procedure) else None,
        state=action.state,
        words=action.words,
        decided_by=action.decided_by,
        proposed_at=action.proposed_at,
        steps=history,
    )


def _arguments(service: Service, name: str) -> dict[str, Any]:
    """Return the schema of a tool's arguments, or nothing for a tool that is no longer there."""
    tool = next((tool for tool in service.parts.tools if tool.name == name), None)
    schema = convert_to_json_schema(tool.bound) if tool else {}
    return dict(schema.get("properties", {}))
