"""Show a conversation as its customer may see it: what was said, what waits, and who answers."""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from core.errors import BackendUnavailable, Refused
from core.language.fixed_sentences import phrase
from core.message_marks import marks
from graph.context_window.prompts import text_of
from server.schemas.api_schemas import HandoffOut, ReplyOut, Said, SourceOut, ThreadOut
from server.service import Service
from server.views.cards import ask_out, order_out, orders_by_reply
from server.views.source_page import source_path
from tools.desk.tickets import Delivery


async def view(service: Service, row: dict[str, Any], *, newest_only: bool = False) -> ThreadOut:
    """Return a thread as it is now; operators' words show before the graph has taken them in.

    Turns that left the graph's state are shown too, unless only the newest are wanted.
    """
    thread_id = str(row["id"])
    state = await service.agent.state(thread_id)
    before = [] if newest_only else await service.agent.earlier(thread_id, state)
    messages = [*before, *state.messages]
    said = [shown for message in messages if (shown := as_said(message))]
    await _add_cards(service, thread_id, messages, said)
    known = {message.id for message in said}
    for delivery in await _on_their_way(service, thread_id):
        if (message_id := f"desk-{delivery.key}") not in known:
            said.append(Said(id=message_id, role="operator", text=delivery.text, sources=[], waiting=False))
    for message in await service.inbox.waiting(thread_id):
        if message["turn_id"] not in known:
            heard = json.loads(message["voice"])["heard"] if message["voice"] else None
            said.append(
                Said(id=message["id"], role="customer", text=message["text"], heard=heard, sources=[], waiting=True)
            )
    return ThreadOut(
        thread_id=thread_id,
        disclosure=disclosure(service, row["locale"]),
        owner=state.owner,
        ticket_id=state.ticket_id if state.owner != "bot" else None,
        handoff=await _handoff(service, state.ticket_id) if state.owner != "bot" else None,
        messages=said,
    )


async def _add_cards(service: Service, thread_id: str, messages: Sequence[AnyMessage], said: Sequence[Said]) -> None:
    """Put the orders and the actions that messages are about beside their words."""
    orders = orders_by_reply(messages)
    asks = {str(m.id): marks(m)["asks"] for m in messages if marks(m).get("asks")}
    stored = await service.parts.actions.ledger.find(thread_id=thread_id) if asks else []
    actions = {action.id: action for action in stored}
    for message in said:
        found = orders.get(message.id, ())
        message.orders = [
            order_out(facts, service.parts.actions.policy, service.settings.tracking_url) for facts in found
        ]
        message.asks = [ask_out(actions[i]) for i in asks.get(message.id, ()) if i in actions]
    # A yes counts for the question right before it, and for no other.
    for message in said[:-1]:
        for ask in message.asks:
            ask.open = False


async def _handoff(service: Service, ticket_id: str | None) -> HandoffOut | None:
    """Return how a ticket stands; while the desk is down, nothing."""
    try:
        ticket = await service.parts.desk.get_ticket(str(ticket_id))
    except (BackendUnavailable, Refused):
        return None
    if ticket.status == "bot":
        return None
    operator = ticket.ownership.operator
    return HandoffOut(ticket_id=ticket.id, stage=ticket.status, operator=operator, callback=ticket.callback)


async def _on_their_way(service: Service, thread_id: str) -> Sequence[Delivery]:
    """Return what people wrote that is not in the conversation yet; while the desk is down, nothing."""
    try:
        return await service.parts.desk.undelivered(thread_id)
    except BackendUnavailable:
        return ()


def as_said(message: AnyMessage) -> Said | None:
    """Return a message as the customer sees it, or None for what happens behind the scenes."""
    text = text_of(message)
    if not text.strip():
        return None
    if isinstance(message, HumanMessage):
        heard = marks(message).get("voice", {}).get("heard")
        return Said(id=str(message.id), role="customer", text=text, heard=heard, sources=[], waiting=False)
    if not isinstance(message, AIMessage) or message.tool_calls:
        return None
    by_person = marks(message).get("author") not in (None, "desk")
    sources = [source_out(source) for source in marks(message).get("sources", ())]
    return Said(
        id=str(message.id), role="operator" if by_person else "agent", text=text, sources=sources, waiting=False
    )


def source_out(source: dict[str, Any]) -> SourceOut:
    """Return what a page needs to show and link a source."""
    return SourceOut(
        number=source["number"],
        page=source_path(source["passage_id"], source["headings"]),
        article_id=source["article_id"],
        title=source["title"],
        headings=list(source["headings"]),
        url=source["url"],
    )


def reply_out(reply: dict[str, Any]) -> ReplyOut:
    """Return what the customer reads of a stored reply."""
    sources = [source_out(source) for source in reply["sources"]]
    return ReplyOut(text=reply["text"], sources=sources, owner=reply["owner"], ticket_id=reply["ticket_id"])


def disclosure(service: Service, locale: str) -> str:
    """Return what a customer is told at the start of a conversation (EU AI Act, Art. 50)."""
    return phrase("disclosure", locale, shop=service.settings.shop_name)
