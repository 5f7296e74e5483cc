"""Answer questions about products: versions, prices, stock."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.language.fixed_sentences import list_words
from core.language.text import normal
from core.offline.answering.articles import DONT_KNOW
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.lookups import products_called
from tools.retail.offline.answering.order_sentences import variant_line
from tools.retail.offline.reading.items import mentioned_options, name_score, product_words
from tools.retail.offline.reading.variants import price_of, wanted_options

Facts = Mapping[str, Any]
_VARIANTS_SHOWN = 6


_GOODS = re.compile(r"\b(?:sell|stock|buy|in stock|available|price|costs?|how much|look(?:ing)? for)\b")
"""Asks for goods; whoever asks whether the shop has or offers something may mean a service."""
_FOR_THING = re.compile(r"\bfor (?:the|my|our|your|this|that|a|an)\b", re.IGNORECASE)
_THE_ONE = re.compile(r"\b(?:the|that|this|a|an) (?:\w+ )?ones?\b|\b(?:it|they|them)\b")


def product(request: Request, desk: Toolbox) -> str:
    """Say what the shop has of a product: versions, prices, stock; articles answer where there is none such."""
    leans = not product_words(request.text) or (request.before and _THE_ONE.search(normal(request.text)))
    question = f"{request.before}\n{request.text}" if leans else request.text
    words = product_words(request.before) if leans and request.before else product_words(question)
    if (part := product_words(_FOR_THING.split(question, maxsplit=1)[0])) and part != words:
        words = part  # a cover for the stove is no stove
    if not words:
        raise ReplyNow("Which product do you mean? Tell me its name and I will look it up.")
    try:
        found = products_called(desk, words)
    except ReplyNow as refused:
        quote = desk.quote(request.words)
        return quote.text if quote else refused.text if _GOODS.search(normal(question)) else DONT_KNOW
    best = max((name_score(words, str(p.get("name", ""))) for p in found), default=0)
    fitting = [p for p in found if name_score(words, str(p.get("name", ""))) == best] if best else list(found)
    if not best and not any(
        mentioned_options(words, v.get("options") or {}) for p in found for v in p.get("variants", [])
    ):
        quote = desk.quote(request.words)
        if quote:
            return quote.text
    return "\n\n".join(_product_answer(p, request.text if leans else question) for p in fitting[:2])


def _product_answer(product: Facts, question: str) -> str:
    asked = normal(question)
    name, variants = str(product.get("name")), list(product.get("variants", []))
    in_stock = [v for v in variants if v.get("available")]
    if re.search(r"\bcheapest|least expensive|lowest price", asked) and in_stock:
        return f"The cheapest {name} in stock is {variant_line(min(in_stock, key=price_of))}."
    if re.search(r"\bmost expensive|priciest", asked) and in_stock:
        return f"The most expensive {name} in stock is {variant_line(max(in_stock, key=price_of))}."
    wanted = wanted_options(question, variants, {})
    fitting = [v for v in variants if all(str((v.get("options") or {}).get(k)) == str(w) for k, w in wanted.items())]
    if wanted:
        described = f"{name} ({list_words([str(w) for w in wanted.values()], 'en')})"
        there = [v for v in fitting if v.get("available")]
        if there:
            return f"Yes, we have the {described} in stock:\n{_lines(there)}"
        if fitting:
            return f"We sell the {described}, but it is out of stock at the moment. In stock are:\n{_lines(in_stock)}"
        return f"We do not have the {described}. In stock are:\n{_lines(in_stock)}"
    if not in_stock:
        return f"The {name} is out of stock at the moment."
    if re.search(r"\bhow many\b", asked):
        return f"There are {len(in_stock)} versions of the {name} in stock. These are some of them:\n{_lines(in_stock)}"
    return f"The {name} is in stock:\n{_lines(in_stock)}"


def _lines(variants: Sequence[Facts]) -> str:
    shown = "\n".join(f"- {variant_line(v)}" for v in sorted(variants, key=price_of)[:_VARIANTS_SHOWN])
    return shown + (
        "\nThere are more versions; tell me what matters to you." if len(variants) > _VARIANTS_SHOWN else ""
    )
