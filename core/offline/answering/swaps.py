"""Find the version of a product that is to take an item's place."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.language.confirmations import answer_to_confirmation
from core.language.words import mentions
from core.offline.answering.sentences_about_records import item_name, listed, options, variant_line
from core.offline.answering.toolbox import Call, CallNeeded, ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from core.offline.reading.variants import changes_only_what_is_asked, fitting_variants, nearest_variants, wanted_options

Facts = Mapping[str, Any]
_OFFERED = 6


def products_of(desk: Toolbox, product_ids: Sequence[str]) -> dict[str, Facts]:
    """Return products by id; raises CallNeeded with every look-up that is missing."""
    found: dict[str, Facts] = {}
    missing: list[Call] = []
    for product_id in product_ids:
        try:
            fitting = desk.products(product_id)
        except CallNeeded as needed:
            missing += needed.calls
            continue
        found[product_id] = next(
            (p for p in fitting if str(p.get("product_id")) == product_id), fitting[0] if fitting else {}
        )
    if missing:
        raise CallNeeded(*missing)
    return found


def new_version(request: Request, item: Facts, items: Sequence[Facts], product: Facts) -> Facts:
    """Return the version wanted in place of an item, from the words about that item; raises ReplyNow with a question."""
    variants = [v for v in product.get("variants", []) if v.get("item_id") != item.get("item_id")]
    for words in (_words_about(request.words, item, items), _words_about(request.text, item, items)):
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
    wanted = wanted_options(_words_about(request.words, item, items), variants, item.get("options") or {})
    missing = (
        ""
        if fitting or not wanted
        else f"I see no {item.get('name')} like that in stock ({listed(list(map(str, wanted.values())))}). "
    )
    if fitting and wanted:
        missing = f"With {options({'options': wanted})} I have it only if its other options change, too. "
    lines = "\n".join(f"- {variant_line(v)}" for v in offered[:_OFFERED])
    raise ReplyNow(f"{missing}Which version would you like in place of your {item_name(item)}? In stock are:\n{lines}")


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
