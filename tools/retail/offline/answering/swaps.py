"""Find the version of a product that is to take an item's place."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.language.confirmations import answer_to_confirmation
from core.language.fixed_sentences import list_words
from core.language.words import content_stems, mentions, stems
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.lookups import each_looked_up, products_called
from tools.retail.offline.answering.order_sentences import item_name, options, variant_line
from tools.retail.offline.reading.variants import (
    changes_only_what_is_asked,
    fitting_variants,
    nearest_variants,
    wanted_options,
)

Facts = Mapping[str, Any]
_OFFERED = 6
WHICH_VERSION = "Which version would you like"
"""Begins the question for a version where none was named."""
_THIS_FOR_THAT = tuple(
    (re.compile(rf"\b(?:{begins})\b", re.I), re.compile(rf"\b(?:{goes_on})\b", re.I))
    for begins, goes_on in (
        (r"exchang\w*|swap\w*|trad\w*|chang\w*|switch\w*|replac\w*|turn", "for|to|into|against"),
        ("from", "to"),
        (r"replac\w*", "with|by"),
    )
)
"""What stands before the item that goes, and between it and the one that comes."""
_INSTEAD_OF = re.compile(r"\b(?:instead of|rather than|in place of)\b", re.I)
_A_THING = re.compile(r"(?:an?|the|some|my) ([a-z' -]+)", re.I)
_NO_THING = frozenset(
    content_stems(
        "one ones version size colour color model variant kind same different other another bigger smaller "
        "larger cheaper new longer shorter style item product difference original"
    )
)


def products_of(desk: Toolbox, product_ids: Sequence[str]) -> dict[str, Facts]:
    """Return products by id; raises CallNeeded with every look-up that is missing."""

    def look_up(product_id: str) -> Facts:
        fitting = products_called(desk, product_id)
        return next((p for p in fitting if str(p.get("product_id")) == product_id), fitting[0] if fitting else {})

    return dict(zip(product_ids, each_looked_up(product_ids, look_up), strict=True))


def _direction(text: str) -> tuple[str, str]:
    """Return what a text says of the item that goes and of the one that comes; all of it for both if unclear."""
    for begins, goes_on in _THIS_FOR_THAT:
        if (begun := begins.search(text)) and (between := goes_on.search(text, begun.end())):
            return text[begun.end() : between.start()], text[between.end() :]
    for instead in list(_INSTEAD_OF.finditer(text))[-1:]:
        return text[instead.end() :], text[: instead.start()]
    return "", text


def what_goes(text: str) -> str:
    """Return what a text says of the item that is to be replaced, empty where that is not clear."""
    return _direction(text)[0]


def _check_what_goes(text: str, item: Facts, product: Facts) -> None:
    """Raise ReplyNow where the text gives the item that goes a value that the customer's item does not have."""
    old, new = _direction(text)
    has = item.get("options") or {}
    told = wanted_options(old, product.get("variants", []), {})
    differs = [str(value) for key, value in told.items() if key in has and str(value) != str(has[key])]
    if differs and wanted_options(new, product.get("variants", []), {}):
        raise ReplyNow(
            f"The {item.get('name')} that can be exchanged is your {item_name(item)}, "
            f"not one with {list_words(differs, 'en')}. Which version would you like in place of it?"
        )


def _check_same_product(text: str, item: Facts, product: Facts) -> None:
    """Raise ReplyNow where the text names another product as the one to come."""
    _, new = _direction(text)
    named = _A_THING.match(new.strip()) if new != text else None
    if not named or wanted_options(new, product.get("variants", []), {}):
        return
    thing = [word for word in content_stems(named[1]) if word not in _NO_THING]
    if thing and set(thing).isdisjoint(stems(str(item.get("name", "")))):
        raise ReplyNow(
            f"An item can be exchanged only for another version of the same product, and the {item.get('name')} has no "
            f"version like “{named[0].strip()}”. You can return it and order the other product instead."
        )


def new_version(request: Request, item: Facts, items: Sequence[Facts], product: Facts) -> Facts:
    """Return the version wanted in place of an item, from the words about it; raises ReplyNow with a question."""
    variants = [v for v in product.get("variants", []) if v.get("item_id") != item.get("item_id")]
    _check_what_goes(_words_about(request.text, item, items), item, product)
    _check_same_product(_words_about(request.text, item, items), item, product)
    about = [_words_about(text, item, items) for text in (request.words, request.text)]
    for words in (*(_direction(text)[1] for text in about), *about):
        fitting = fitting_variants(words, variants, item)
        if len(fitting) == 1 and changes_only_what_is_asked(words, fitting[0], variants, item):
            return fitting[0]
        if fitting:
            break
    offered = fitting or nearest_variants(request.words, variants, item)
    if not offered:
        raise ReplyNow(f"No other version of the {item.get('name')} is in stock at the moment.")
    if len(fitting) == 1 and request.before and answer_to_confirmation(request.text) == "yes":
        return fitting[0]  # the only one that was offered
    has = item.get("options") or {}
    wanted = wanted_options(_words_about(request.words, item, items), variants, has)
    wanted = wanted if any(str(value) != str(has.get(key)) for key, value in wanted.items()) else {}
    asked = f"{item.get('name')} ({list_words(list(map(str, wanted.values())), 'en')})"
    exists = any(all(str((v.get("options") or {}).get(k)) == str(w) for k, w in wanted.items()) for v in variants)
    missing = f"The {asked} is out of stock at the moment. " if exists else f"There is no {asked}. "
    if fitting or not wanted:
        missing = ""
    if fitting and wanted:
        missing = f"With {options({'options': wanted})} I have it only if its other options change, too. "
    lines = "\n".join(f"- {variant_line(v)}" for v in offered[:_OFFERED])
    raise ReplyNow(f"{missing}{WHICH_VERSION} in place of your {item_name(item)}? In stock are:\n{lines}")


def _words_about(text: str, item: Facts, items: Sequence[Facts]) -> str:
    """Return the parts of a text that speak of one item: each from its name to the name of another one."""
    heads = {str(one.get("name", "")).split()[-1] for one in items}
    mine = str(item.get("name", "")).split()[-1]
    if len(heads) < 2 or mentions(text, mine) < 0:
        return text
    words = text.split()
    named = [next((head for head in heads if mentions(word, head) >= 0), None) for word in words]
    speaking = next((head for head in named if head), None)
    about: list[str] = []
    for word, head in zip(words, named, strict=True):
        speaking = head or speaking
        if speaking == mine:
            about.append(word)
    return " ".join(about)
