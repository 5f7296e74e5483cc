"""Give pages what they draw beside words: the records a reply is about, and the actions a question asks about."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from core.safety.safe_links import LinkRule
from graph.replies import cards_in
from graph.state import text_of
from server.schemas.api_schemas import AskOut
from tools.actions.action import Action
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
