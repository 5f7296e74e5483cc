"""Show a conversation as its customer may see it: what was said, the records it is about, what waits, who answers."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.clock import utc_now
from core.errors import BackendUnavailable, NotFound, Refused
from core.language.fixed_sentences import own_phrases, phrase
from core.message_marks import marks
from core.pictures import Picture
from core.safety.safe_links import LinkRule
from graph.replies import cards_in
from graph.state import text_of
from server.inbox.thread_notes import TYPING_SECONDS, thread_read_at
from server.schemas.api_schemas import AskOut, HandoffOut, ImageOut, ReplyOut, Said, SourceOut, ThreadOut
from server.service import Service
from server.views.entry_times import add_times_and_ratings
from server.views.source_page import source_path
from tools.actions.action import Action
from tools.desk.tickets import Delivery
from tools.offered_choices import choices
from tools.record_cards import Card, Cards, without_said


def cards_by_reply(messages: Sequence[AnyMessage], drawn: Mapping[str, Cards], locale: str) -> dict[str, list[Card]]:
    """Return the records each reply is about, by its message id; `drawn` describes the results of tools by their names.

    These are the records that were looked up in its turn and that it names, or the only one that was looked up; of a
    reply in several messages the last one that fits has them. What the reply says in words is left out.
    """
    found: dict[str, list[Card]] = {}
    looked_up: dict[str, Card] = {}
    for message in messages:
        if isinstance(message, HumanMessage):
            looked_up = {}
        elif (
            isinstance(message, ToolMessage) and message.status == "success" and (draw := drawn.get(message.name or ""))
        ):
            looked_up |= {card.id: card for card in cards_in(text_of(message), draw, locale)}
        elif isinstance(message, AIMessage) and not message.tool_calls and (text := text_of(message)).strip():
            named = [card for card_id, card in looked_up.items() if card_id.lstrip("#") in text]
            if shown := named or (list(looked_up.values()) if len(looked_up) == 1 else []):
                found[str(message.id)] = [without_said(card, text) for card in shown]
    return found


def card_out(card: Card, links: LinkRule) -> Card:
    """Return a record as a page draws it; pictures are shown from hosts that replies may link, over https."""
    pictures = [links.kept(item.picture) if item.picture.startswith("https://") else "" for item in card.items]
    return replace(card, items=[replace(item, picture=p) for item, p in zip(card.items, pictures, strict=True)])


def ask_out(action: Action) -> AskOut:
    """Return what a customer is asked to agree to, in the words of the stored row."""
    return AskOut(
        id=action.id, preview=action.preview, open=action.state == "proposed", state=action.state, words=action.words
    )


async def view(service: Service, row: dict[str, Any], *, newest_only: bool = False) -> ThreadOut:
    """Return a thread as it is now; operators' words show before the graph has taken them in.

    Turns that left the graph's state are shown too, unless only the newest are wanted.
    """
    thread_id = str(row["id"])
    state = await service.agent.state(thread_id)
    before = [] if newest_only else await service.agent.earlier(thread_id, state)
    messages = [*before, *state.messages]
    waiting, deliveries = await service.inbox.waiting(thread_id), await _on_their_way(service, thread_id)
    said = [shown for message in messages if (shown := as_said(message))]
    await _add_cards(service, thread_id, messages, said, str(row["locale"]))
    known = {message.id for message in said}
    for delivery in deliveries:
        if (message_id := f"desk-{delivery.key}") not in known:
            author = None if delivery.author == "desk" else delivery.author
            said.append(Said(id=message_id, role="operator" if author else "agent", author=author, text=delivery.text))
    for message in waiting:
        if message["turn_id"] not in known:
            heard = json.loads(message["voice"])["heard"] if message["voice"] else None
            said.append(Said(id=message["id"], role="customer", text=message["text"], heard=heard, waiting=True))
    pictures = pictures_of(messages, waiting, deliveries)
    for shown in said:
        shown.images = images_out(thread_id, shown.id, pictures.get(shown.id, ()))
    wrote: Mapping[str, datetime] = {}
    if any(message.id.startswith("desk-") for message in said):
        with suppress(BackendUnavailable):
            wrote = await service.desk.reads.reply_times(thread_id)
    await add_times_and_ratings(service.inbox, thread_id, said, wrote)
    if said and said[-1].role == "agent" and not said[-1].asks:
        said[-1].choices = choices(said[-1].text, service.parts.offered_values)
    return ThreadOut(
        thread_id=thread_id,
        disclosure=disclosure(service, row["locale"]),
        owner=state.owner,
        ticket_id=state.ticket_id if state.owner != "bot" else None,
        handoff=await _handoff(service, state.ticket_id, row) if state.owner != "bot" else None,
        messages=said,
    )


async def _add_cards(
    service: Service, thread_id: str, messages: Sequence[AnyMessage], said: Sequence[Said], locale: str
) -> None:
    """Put the records and the actions that messages are about beside their words; a question has its own card."""
    drawn = {tool.name: tool.cards for tool in service.parts.tools if tool.cards}
    cards = cards_by_reply(messages, drawn, locale)
    asks = {str(m.id): marks(m)["asks"] for m in messages if marks(m).get("asks")}
    stored = await service.parts.actions.ledger.find(thread_id=thread_id) if asks else []
    actions = {action.id: action for action in stored}
    for message in said:
        message.asks = [ask_out(actions[i]) for i in asks.get(message.id, ()) if i in actions]
        if not message.asks and not choices(message.text, service.parts.offered_values):
            message.cards = [card_out(card, service.parts.links) for card in cards.get(message.id, ())]
    # A yes counts for the question right before it, and for no other.
    for message in said[:-1]:
        for ask in message.asks:
            ask.open = False


async def _handoff(service: Service, ticket_id: str | None, row: Mapping[str, Any]) -> HandoffOut | None:
    """Return how a ticket stands, and whether people read and write; while the desk is down, nothing."""
    try:
        ticket = await service.parts.desk.get_ticket(str(ticket_id))
        here = await service.desk.reads.present(utc_now() - timedelta(seconds=TYPING_SECONDS))
    except (BackendUnavailable, Refused):
        return None
    if ticket.status == "bot":
        return None
    read_at = await thread_read_at(service.inbox, str(row["id"]))
    return HandoffOut(
        ticket_id=ticket.id,
        stage=ticket.status,
        operator=ticket.ownership.operator,
        callback=ticket.callback,
        writing=any(one.writing and one.thread_id == row["id"] for one in here),
        read_at=read_at,
    )


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
        return Said(id=str(message.id), role="customer", text=text, heard=heard)
    if not isinstance(message, AIMessage) or message.tool_calls:
        return None
    author = marks(message).get("author")
    by_person = author not in (None, "desk")
    sources = [source_out(source) for source in marks(message).get("sources", ())]
    return Said(
        id=str(message.id),
        role="operator" if by_person else "agent",
        author=str(author) if by_person else None,
        text=text,
        sources=sources,
    )


def pictures_of(
    messages: Iterable[AnyMessage], waiting: Iterable[Mapping[str, Any]], deliveries: Iterable[Delivery]
) -> dict[str, Sequence[Picture]]:
    """Return the pictures of a conversation's messages, also of those on their way into it, by their ids."""
    of = {str(message["id"]): json.loads(message["pictures"] or "[]") for message in waiting}
    of |= {f"desk-{delivery.key}": delivery.pictures for delivery in deliveries}
    return of | {str(message.id): marks(message).get("pictures", ()) for message in messages}


def images_out(thread_id: str, message_id: str, pictures: Sequence[Picture]) -> list[ImageOut]:
    """Return where the pictures of a message can be had."""
    names = [f"{message_id}.{number}" for number in range(len(pictures))]
    return [
        ImageOut(
            id=name, url=f"/v1/threads/{thread_id}/images/{name}", width=picture["width"], height=picture["height"]
        )
        for name, picture in zip(names, pictures, strict=True)
    ]


async def find_picture(service: Service, thread_id: str, image_id: str) -> bytes:
    """Return a picture of a conversation as a JPEG; raises NotFound."""
    message_id, _, number = image_id.rpartition(".")
    state = await service.agent.state(thread_id)
    messages = [*await service.agent.earlier(thread_id, state), *state.messages]
    waiting, deliveries = await service.inbox.waiting(thread_id), await _on_their_way(service, thread_id)
    found = pictures_of(messages, waiting, deliveries).get(message_id, ())
    if not number.isdecimal() or int(number) >= len(found):
        raise NotFound("there is no such picture; the conversation names those it has")
    return base64.b64decode(found[int(number)]["data"])


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


def disclosure(service: Service, locale: str | None) -> str:
    """Return what a customer is told at the start of a conversation (EU AI Act, Art. 50)."""
    with own_phrases(service.parts.phrases):
        return phrase("disclosure", service.agent.locale_of(locale), shop=service.parts.business_name)
