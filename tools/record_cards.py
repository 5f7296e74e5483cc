"""Describe a record as a card beside words: what it is, how it stands, and what can be done with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class CardField:
    """A line of a card."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class CardItem:
    """One of the things a record holds."""

    name: str
    detail: str = ""
    price: str = ""
    picture: str = ""
    """An https address."""


@dataclass(frozen=True, kw_only=True)
class CardAction:
    """A button of a card: it says something in the customer's name, or opens a page of the business's own choice."""

    label: str
    say: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A record as a page draws it."""

    id: str
    """How replies name it."""
    title: str
    status: str = ""
    fields: Sequence[CardField] = ()
    items: Sequence[CardItem] = ()
    actions: Sequence[CardAction] = ()


Cards = Callable[[Any, str], Sequence[Card]]
"""Returns the cards of a tool's result, which was read from JSON, in a locale's language."""


def without_said(card: Card, text: str) -> Card:
    """Return a card without what a reply has said in words; one with actions keeps its items."""
    said = text.casefold()
    return replace(
        card,
        fields=[one for one in card.fields if one.value.casefold() not in said],
        items=() if not card.actions and all(item.name.casefold() in said for item in card.items) else card.items,
    )
