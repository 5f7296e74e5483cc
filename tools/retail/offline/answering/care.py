"""Answer how a thing is cleaned or looked after, from articles about that thing only."""

import re

from core.language.text import normal, stem
from core.language.words import content_stems
from core.offline.answering.quotations import Quote
from core.offline.answering.toolbox import ReplyNow, Toolbox
from tools.retail.offline.answering.lookups import products_called
from tools.retail.offline.reading.items import name_score
from tools.retail.offline.reading.request_phrases import CARE

_TOLD = re.compile(r"\b(?:clean|wash|dry|rinse|wipe|dust|soap|dishwasher|detergent|oil|brush|sponge|degrees)\b")
"""What advice on care speaks of; an article about the sizes of bed linen is none."""
_CARE_TEXT = (
    "clean cleaning wash washing washable dishwasher machine care caring take look descale polish tumble bleach scrub "
    "launder dry dryer drying best way safe safely proper properly correct correctly recommended recommend instruction "
    "instructions tip tips hand water soap detergent temperature degrees often put goes allowed use new old dirty "
    "ok stain stains product item bought ordered"
)
_CARE_STEMS = frozenset(stem(word) for word in _CARE_TEXT.split())
"""Words of such a question that name no thing."""
NOTHING_ABOUT_IT = (
    "I am sorry, our help articles say nothing about caring for that. "
    "If you like, I can bring in a colleague; just write “person”."
)


def thing_to_care_for(question: str) -> set[str]:
    """Return the stems of the words that name what is to be cleaned; none where something else is asked for."""
    if not CARE.search(normal(question)):
        return set()
    return {word for word in content_stems(question) if word not in _CARE_STEMS}


def care_quote(question: str, thing: set[str], desk: Toolbox) -> Quote | None:
    """Return what an article says about the thing, or about the product that the customer calls so, or None.

    Raises:
        CallNeeded: the shop must be asked what product is meant, or the articles be searched.
    """
    if quote := _advice(question, thing, desk):
        return quote
    desk.search(question)
    try:
        found = products_called(desk, " ".join(sorted(thing))) if desk.can("find_product") else []
    except ReplyNow:
        return None
    names = [str(product.get("name")) for product in found if name_score(" ".join(thing), str(product.get("name"))) > 0]
    return _advice(question, {word for name in names for word in content_stems(name)}, desk) if names else None


def _advice(question: str, thing: set[str], desk: Toolbox) -> Quote | None:
    quote = desk.quote(question, about=thing)
    return quote if quote and _TOLD.search(normal(quote.text)) else None
