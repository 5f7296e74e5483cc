"""Answer questions: about orders, products, the customer's own data, and policy."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.offline.choosing import meant_items_only, named_orders
from core.offline.desk import Desk, Told
from core.offline.items import mentioned_options, name_score
from core.offline.slots import means_newest
from core.offline.understanding import Request
from core.offline.variants import price_of, wanted_options
from core.offline.wording import (
    address_text,
    arrival_sentence,
    item_name,
    item_names,
    listed,
    method_name,
    money,
    order_lines,
    status_sentence,
    tracking_sentence,
    variant_line,
)
from core.offline.words import STOP_WORDS, normal

Facts = Mapping[str, Any]
_LISTED = 10
_VARIANTS_SHOWN = 6

_ABOUT_ITEMS = re.compile(
    r"\b(?:what (?:did i|have i|was|is|were|items?|products?|things?)|which items?|items?|contents?|contain\w*|in it|products?|ordered)\b"
)
_ABOUT_MONEY = re.compile(r"\b(?:pay|paid|cost|total|price|spend|spent|amount|charged?|how much)\b")
_ABOUT_ADDRESS = re.compile(r"\b(?:address|going to|sent to|shipped to|delivered to|where to)\b")
_ABOUT_REFUND = re.compile(r"\b(?:refund\w*|money back|reimburse\w*)\b")
_ABOUT_PAYMENT = re.compile(r"\b(?:payment method|paid with|pay with|which card)\b")
_OPEN = ("pending", "processed")


def order_status(request: Request, desk: Desk) -> str:
    """Say how far the orders are that a request is about, and what else it asks about them."""
    orders = _asked_orders(request, desk)
    if len(orders) > 3:
        return f"Here is where your orders stand:\n{order_lines(orders[:_LISTED])}"
    return "\n\n".join(describe(order, request.text) for order in orders)


def _asked_orders(request: Request, desk: Desk) -> Sequence[Facts]:
    if request.order_ids:
        return named_orders(request, desk)
    talked_about = desk.conversation.newest_order()
    other = re.search(r"\b(?:other|another|else|all|orders)\b", normal(request.text))
    if talked_about and not other and not means_newest(request.text):
        try:
            order = desk.order(talked_about)
        except Told:
            order = None  # the number was somebody else's or a slip; then ask the list
        if order is not None:
            return [order]
    orders = desk.orders()
    if not orders:
        raise Told("I do not see any orders in your account.")
    if means_newest(request.text):
        return [orders[0]]
    if named := [o for o in orders if meant_items_only(request.text, o)]:
        return named
    return [o for o in orders if str(o.get("status", "")).startswith(_OPEN)] or [orders[0]]


def describe(order: Facts, question: str) -> str:
    """Put an order into sentences that begin with what was asked."""
    asked = normal(question)
    said: list[str] = []
    if _ABOUT_MONEY.search(asked):
        paid = order.get("paid") or order.get("total")
        said.append(f"You paid {money(paid)} for order {order['order_id']}." if paid else "")
    if _ABOUT_REFUND.search(asked):
        said.append(_refund_sentence(order))
    if _ABOUT_ADDRESS.search(asked) and order.get("address"):
        said.append(f"It goes to {address_text(order['address'])}.")
    items = [item_name(i) for i in (meant_items_only(question, order) or order.get("items", []))]
    detailed = _ABOUT_ITEMS.search(asked) or meant_items_only(question, order)
    said.append(status_sentence(order))
    if str(order.get("status")) == "processed" or "track" in asked:
        said.append(tracking_sentence(order))
    said.append(arrival_sentence(order))
    if items:
        said.append(f"It contains: {listed(items)}." if detailed else f"It contains: {item_names(order)}.")
    return " ".join(sentence for sentence in said if sentence)


def _refund_sentence(order: Facts) -> str:
    refunded = str(order.get("refunded") or "0.00")
    if refunded.strip("0.") == "":
        return f"I see no refund for order {order['order_id']} yet."
    return f"{money(refunded)} was refunded for order {order['order_id']}."


def list_orders(request: Request, desk: Desk) -> str:
    """List the customer's orders, or those of the state that was asked for."""
    orders = desk.orders()
    asked = normal(request.text)
    kinds = {
        "pending": ("pending",),
        "open": _OPEN,
        "delivered": ("delivered",),
        "cancelled": ("cancelled",),
        "canceled": ("cancelled",),
    }
    for word, states in kinds.items():
        if re.search(rf"\b{word}\b", asked):
            orders = [o for o in orders if str(o.get("status", "")).startswith(states)]
            if not orders:
                return f"You have no {word} orders."
            return f"Your {word} orders:\n{order_lines(orders[:_LISTED])}"
    return f"Your orders:\n{order_lines(orders[:_LISTED])}" if orders else "I do not see any orders in your account."


_NOT_PRODUCT = re.compile(
    r"\b(?:stock|available|availability|price|prices|cost|costs|colou?rs?|sizes?|versions?|variants?|options?|materials?|models?|kinds?|types?|cheapest|most|least|expensive|sell|shop|online|store|come|comes|still|"
    r"currently|right|looking|interested|buy|purchase|order|biggest|smallest|offer|carry|range|total|exactly|today|moment|sold|many|different|recommend|cheap|good|cheaper|under|below|less|bucks|dollars|there|two|any|other|how)\b"
)


def product_words(question: str) -> str:
    """Return the words of a question that describe a product."""
    plain = re.sub(r"[?!.,;:\"]", " ", normal(question))
    return " ".join(w for w in _NOT_PRODUCT.sub(" ", plain).split() if w not in STOP_WORDS)


def product(request: Request, desk: Desk) -> str:
    """Say what the shop has of a product: versions, prices, stock; articles answer where the shop has no such product."""
    words = product_words(request.text) or product_words(request.before)
    if not words:
        raise Told("Which product do you mean? Tell me its name and I will look it up.")
    try:
        found = desk.products(words)
    except Told as refused:
        quote = desk.quote(request.words)
        return quote.text if quote else refused.text
    best = max((name_score(words, str(p.get("name", ""))) for p in found), default=0)
    fitting = [p for p in found if name_score(words, str(p.get("name", ""))) == best] if best else list(found)
    if not best and not any(
        mentioned_options(words, v.get("options") or {}) for p in found for v in p.get("variants", [])
    ):
        quote = desk.quote(request.words)
        if quote:
            return quote.text
    return "\n\n".join(_product_answer(p, request.text) for p in fitting[:2])


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
        described = f"{name} ({listed([str(w) for w in wanted.values()])})"
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


def profile(request: Request, desk: Desk) -> str:
    """Tell the customer's own data, or the part of it that was asked for."""
    facts = desk.profile()
    asked = normal(request.text)
    methods = list(facts.get("payment_methods", []))
    said: list[str] = []
    if re.search(r"\bbalance\b|\bleft\b|\bhow much\b", asked):
        cards = [m for m in methods if m.get("source") == "gift_card"]
        said += [f"Your gift card balance is {money(m['balance'])}." for m in cards if m.get("balance") is not None]
        if not cards:
            said.append("There is no gift card in your account.")
    if re.search(r"\be-?mail\b|\bregistered\b", asked):
        said.append(f"Your e-mail address is {facts.get('email')}.")
    if re.search(r"\b(?<!mail )address(?:es)?\b(?<!e-mail address)|\blive\b", asked) and not re.search(
        r"\be-?mail address", asked
    ):
        said.append(f"Your default address is {address_text(facts.get('default_address') or {})}.")
    if re.search(r"\bpayment methods?\b|\bcards?\b|\bpaypal\b", asked) and not said:
        said.append(f"Stored payment methods: {listed([method_name(m) for m in methods]) or 'none'}.")
    if not said:
        said = [
            f"You are signed in as {facts.get('first_name', '')} {facts.get('last_name', '')} ({facts.get('email')}).",
            f"Your default address is {address_text(facts.get('default_address') or {})}.",
            f"Stored payment methods: {listed([method_name(m) for m in methods]) or 'none'}.",
        ]
    return " ".join(said)


_TROUBLE = re.compile(
    r"\b(?:broken|broke|damaged?|cracked|missing|lost|late|wrong|torn|shattered|defective|faulty|disappoint\w*|never arrived|not arrived|stolen|rust\w*|declined|stopped working|doesn't work|does not work|problem)\b"
)
SORRY = "I am sorry about that. "
DONT_KNOW = (
    "I am sorry, I do not know the answer to that: our help articles do not say. "
    "If you like, I can bring in a colleague; just write “person”."
)


def policy(request: Request, desk: Desk) -> str:
    """Quote the articles, searching them again where the passages at hand do not answer; say so when nothing does."""
    question = request.text
    quote = desk.quote(question)
    if quote is None and request.before:
        quote = desk.quote(request.words)
    if quote is None:
        desk.searched(question if not request.before else request.words)
    if quote is None:
        return DONT_KNOW
    sorry = (
        SORRY
        if _TROUBLE.search(normal(question)) and not re.search(r"\bif\b|\bwhat happens\b", normal(question))
        else ""
    )
    return sorry + quote.text
