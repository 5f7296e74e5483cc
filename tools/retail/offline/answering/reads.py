"""Answer questions about orders, the customer's own data, and policy."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.language.fixed_sentences import list_words
from core.language.reference_numbers import reference_numbers
from core.language.requested_changes import asks_about, wishes
from core.language.text import normal
from core.language.words import content_stems
from core.offline.answering.articles import DONT_KNOW, TROUBLE, behind, from_articles
from core.offline.answering.asked_facts import rule_beside
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request, asks
from tools.retail.offline.answering.care import NOTHING_ABOUT_IT, care_quote, thing_to_care_for
from tools.retail.offline.answering.choosing import meant_items_only, named_orders, of_the_day, order_state
from tools.retail.offline.answering.lookups import all_orders, each_looked_up, order_of, profile_of, quoted
from tools.retail.offline.answering.order_facts import nearest_fact
from tools.retail.offline.answering.order_sentences import (
    address_text,
    arrival_sentence,
    day,
    item_name,
    item_names,
    method_name,
    money,
    order_lines,
    status_sentence,
    tracking_sentence,
)
from tools.retail.offline.answering.own_case import ABOUT_REFUND, paid, refunded, rule_behind
from tools.retail.offline.reading.items import product_words
from tools.retail.offline.reading.request_phrases import (
    ORDER_FACT,
    PAID_HOW,
    PROFILE,
    STATUS,
)
from tools.retail.offline.reading.slots import means_newest
from tools.retail.offline.reading.talked_about import newest_order
from tools.retail.offline.reading.troubles import AT_DELIVERY, TOPICS, TROUBLES
from tools.retail.shop_records import digits_of

Facts = Mapping[str, Any]
_SURE = 0.6
"""Score from which a quotation most likely answers the question."""
_LISTED = 10
_LOOKED_BACK = 4
_POINTS = re.compile(r"\b(?:the|that) other(?: one| order)?\b|\b(?:the|that) (?:\w+ )?one\b")
_NAMED_ONE = re.compile(r"\bthe (?!other|delivered|pending|first|second|last|latest|newest)\w+ one\b")
_NUMBER = re.compile(r"#?\b[a-z]{0,3}\d{4,}\b", re.IGNORECASE)
_ORDER = frozenset(content_stems("order"))
_HAD = re.compile(r"\b(?:delivered|received|arrived|got|paid|pay|cost|refund\w*|all)\b")
"""Asks about goods that need not be on their way."""
_ARRIVES = re.compile(
    r"^(?!.*\b(?:if|usually|normally)\b)(?:.*\b(?:is|are|was|were|has|have|hasn't|isn't|did|didn't|will|won't)\b.*"
    r"\b(?:come|came|coming|arriv\w+|shipped|sent|here|late|(?:in|on) time|delivered|packed|(?:show|turn)\w* up|"
    r"on (?:its|the) way)\b|"
    r"(?:.*\W)?(?:where(?:'s| is| are)|how late is) (?:the|my)\b|.*\bwhere (?:the|my) [\w' -]{2,40} (?:is|are)\b|"
    r".*\b(?:was due|overdue|supposed to (?:be|come|arrive))\b|"
    r".*\b(?:up|on|happening|happened) with (?:the|my)\b|.*\bnot in the (?:parcel|box)\b|"
    r".*\b(?:news|update|word|latest) (?:on|about|of|with) (?:the|my)\b)"
)
"""Asks about goods on their way, as orders are."""

_MONTH = re.compile(
    r"\b(?:in|from|of|during|since) (january|february|march|april|may|june|july|august|september|october|"
    r"november|december)\b"
)
_ABOUT_ITEMS = re.compile(
    r"\b(?:what(?:'s| is| was) in|what (?:did i|have i|was|is|were|items?|products?|things?)|which items?|"
    r"items?|contents?|contain\w*|in it|products?|ordered)\b"
)
_ABOUT_MONEY = re.compile(r"\b(?:pay|paid|cost|total|price|spend|spent|amount|charged?|how much)\b")
_ABOUT_DAY = re.compile(r"\bwhen (?:did|have) i (?:order|buy|place|bought|ordered|placed)|\border(?:ed)? date\b")
_ABOUT_ADDRESS = re.compile(
    r"\b(?:address|going to|sent to|shipped to|delivered to|where to|where (?:does|will) \w+ go|"
    r"where (?:did|do|are|will) (?:you|u|they) (?:send|ship|deliver)\w*)\b"
)
_WARRANTY = re.compile(r"\b(?:warranty|guarantee)\b(?=.*\bmy\b)|\bmy\b.*\b(?:warranty|guarantee)\b")
_ANYTHING = re.compile("")
_ABOUT_ORDERS = (STATUS, ORDER_FACT, PAID_HOW, _ABOUT_DAY, _ABOUT_MONEY, _ABOUT_ADDRESS, ABOUT_REFUND, _ABOUT_ITEMS)
"""What a record of an order answers by itself."""
_OPEN = ("pending", "processed")


def order_status(request: Request, desk: Toolbox) -> str:
    """Say how far the orders are that a request is about, and what else it asks about them."""
    orders, not_found = _found(request, desk) if len(request.numbers) > 1 else (asked_orders(request, desk), [])
    if len(orders) > 3:
        return f"Here is where your orders stand:\n{order_lines(orders[:_LISTED])}"
    told = "\n\n".join([*(_told(order, request, desk) for order in orders), *not_found])
    plain, question = normal(request.text), _NUMBER.sub("my order", request.text)
    wish = wishes(plain)
    wished = set(content_stems(question)) - _ORDER
    # An article answers a wish that names an order where it is about what is wished for.
    advice = None if wish and not wished else desk.quote(question, about=wished if wish else ())
    asked = wish or asks_about(plain)
    wanted = not any(known.search(plain) for known in _ABOUT_ORDERS) if asked else bool(TROUBLE.search(plain))
    sure = advice.text if wanted and advice and advice.score >= _SURE else ""
    if wish and sure:
        return f"{sure}\n\n{told}"
    rule = sure if sure and asked else rule_behind(plain, orders, desk) or sure
    return f"{told}\n\n{rule}" if rule else told


def _told(order: Facts, request: Request, desk: Toolbox) -> str:
    """Return how an order stands, and of a cancelled one what was paid back; raises CallNeeded."""
    back = refunded(order, desk) if order.get("status") == "cancelled" else ""
    return f"{describe(order, request.text)} {back}".strip()


def told_with_rule(order: Facts, request: Request, desk: Toolbox, said: str) -> str:
    """Return how an order stands, what is said besides, and the rule behind it; raises CallNeeded."""
    told = f"{describe(order, request.text)} {said}".strip()
    return "\n\n".join(filter(None, [told, rule_behind(normal(request.text), [order], desk)]))


def _found(request: Request, desk: Toolbox) -> tuple[list[Facts], list[str]]:
    """Return the orders among several numbers, and a sentence about each number that is no order of the customer's."""

    def look_up(order_id: str) -> Facts | str:
        try:
            return order_of(desk, order_id)
        except ReplyNow as told:
            return f"{order_id}: {told.text}"

    looked_up = each_looked_up(request.numbers, look_up)
    return [o for o in looked_up if not isinstance(o, str)], [told for told in looked_up if isinstance(told, str)]


def asked_orders(request: Request, desk: Toolbox) -> Sequence[Facts]:
    """Return the orders a question is about; raises CallNeeded or ReplyNow."""
    if request.numbers:
        return named_orders(request, desk)
    talked_about = newest_order(desk.conversation)
    other = re.search(r"\b(?:other|another|else|all|orders|the one)\b", normal(request.text))
    if talked_about and not other and not means_newest(request.text):
        try:
            order = order_of(desk, talked_about)
        except ReplyNow:
            order = None  # the number was somebody else's or a slip; then ask the list
        if order is not None and not _names_others(request, order, desk):
            return [order]
    orders = all_orders(desk)
    if not orders:
        raise ReplyNow("I do not see any orders in your account.")
    if shown := _shown(request, desk, orders):
        return shown
    named = [o for o in orders if meant_items_only(request.text, o)]
    if not named and not of_the_day(request.text, orders):
        named = [o for o in orders if meant_items_only(request.before, o)] or of_the_day(request.before, orders)
    if named or (named := of_the_day(request.text, orders)):
        open_ = [
            o for o in named if str(o.get("status", "")).startswith(_OPEN) and not _HAD.search(normal(request.text))
        ]
        return of_the_day(request.text, named) or open_ or named
    said = order_state(request.text)
    of_state = [o for o in orders if said(o)] if said else []
    if means_newest(request.text):
        return (of_state or orders)[:1]
    if said:
        return of_state or [orders[0]]
    return [o for o in orders if str(o.get("status", "")).startswith(_OPEN)] or [orders[0]]


def _names_others(request: Request, order: Facts, desk: Toolbox) -> bool:
    """Say whether a question, or the clause before it in the same message, names goods of other orders than one."""
    before = request.before if request.before in desk.conversation.message else ""
    said = f"{before} {request.text}".strip()
    if not product_words(said) or meant_items_only(said, order) or not desk.can("list_orders"):
        return False
    return any(meant_items_only(said, other) for other in all_orders(desk))


def _shown(request: Request, desk: Toolbox, orders: Sequence[Facts]) -> list[Facts]:
    """Return those of the orders in the last replies that "the other one" or "that one" leaves, or none."""
    if not (pointed := _POINTS.search(normal(request.text))):
        return []
    numbers = [n for said in desk.conversation.said[-_LOOKED_BACK:] for n in reference_numbers(said.text)]
    shown = [o for o in orders if digits_of(o["order_id"]) in map(digits_of, numbers)]
    if "other" in pointed[0]:
        newest = digits_of(numbers[-1]) if numbers else ""
        shown = shown if len(shown) > 1 else [o for o in orders if str(o.get("status", "")).startswith(_OPEN)]
        shown = [o for o in shown if digits_of(o["order_id"]) != newest]
        shown = [o for o in shown if meant_items_only(request.before, o)] or shown
    said = order_state(request.text)
    return [o for o in shown if (not said or said(o)) and _fits_items(request.text, o)]


def _fits_items(text: str, order: Facts) -> bool:
    """Say whether a text names an item of an order, or none at all."""
    return bool(meant_items_only(text, order)) or not _NAMED_ONE.search(normal(text))


def describe(order: Facts, question: str) -> str:
    """Put an order into sentences that begin with what was asked."""
    asked = normal(question)
    said: list[str] = []
    if _ABOUT_MONEY.search(asked):
        some = meant_items_only(question, order)
        said += [paid(order, some) if 0 < len(some) < len(order.get("items", [])) else "", paid(order)]
    if _ABOUT_ADDRESS.search(asked) and order.get("address"):
        said.append(f"It goes to {address_text(order['address'])}.")
    items = [item_name(i) for i in (meant_items_only(question, order) or order.get("items", []))]
    if _ABOUT_DAY.search(asked) and order.get("ordered_at"):
        said.append(f"You ordered it on {day(order['ordered_at'])}.")
    detailed = _ABOUT_ITEMS.search(asked) or meant_items_only(question, order)
    said.append(status_sentence(order))
    if str(order.get("status")) == "processed" or "track" in asked:
        said.append(tracking_sentence(order))
    said.append(arrival_sentence(order))
    if items:
        said.append(f"It contains: {list_words(items, 'en')}." if detailed else f"It contains: {item_names(order)}.")
    return " ".join(sentence for sentence in said if sentence)


def list_orders(request: Request, desk: Toolbox) -> str:
    """List the customer's orders, or those of the state that was asked for."""
    orders = all_orders(desk)
    asked = normal(request.text)
    kinds = {
        "pending": ("pending",),
        "open": _OPEN,
        "delivered": ("delivered",),
        "cancelled": ("cancelled",),
        "canceled": ("cancelled",),
    }
    if month := _MONTH.search(asked):
        orders = [o for o in orders if day(o.get("ordered_at")).casefold().split()[1:2] == [month[1]]]
        if not orders:
            return f"I see no order of yours from {month[1].capitalize()}."
    for word, states in kinds.items():
        if re.search(rf"\b{word}\b", asked):
            orders = [o for o in orders if str(o.get("status", "")).startswith(states)]
            if not orders:
                return f"You have no {word} orders."
            return f"Your {word} orders:\n{order_lines(orders[:_LISTED])}"
    return f"Your orders:\n{order_lines(orders[:_LISTED])}" if orders else "I do not see any orders in your account."


def profile(request: Request, desk: Toolbox) -> str:
    """Tell the customer's own data, or the part of it that was asked for."""
    facts = profile_of(desk)
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
        said.append(f"Stored payment methods: {list_words([method_name(m) for m in methods], 'en') or 'none'}.")
    if not said:
        said = [
            f"You are signed in as {facts.get('first_name', '')} {facts.get('last_name', '')} ({facts.get('email')}).",
            f"Your default address is {address_text(facts.get('default_address') or {})}.",
            f"Stored payment methods: {list_words([method_name(m) for m in methods], 'en') or 'none'}.",
        ]
    if PROFILE.search(asked):
        return " ".join(said)
    rule = rule_beside(asked, desk.conversation, lambda: q.text if (q := desk.quote(request.text)) else "", kinds=True)
    return rule or " ".join(said)  # `when is my card charged?`


def policy(request: Request, desk: Toolbox) -> str:
    """Quote the articles: about caring for a thing, those about that thing alone."""
    if thing := thing_to_care_for(request.words if request.before else request.text):
        if about_it := care_quote(request.text, thing, desk):
            return about_it.text
        if thing_to_care_for(request.text):
            return NOTHING_ABOUT_IT
    if told := _own_goods(request, desk, _ARRIVES):
        return told
    told = from_articles(request, desk, troubles=TROUBLES, topics=TOPICS)
    if _WARRANTY.search(normal(request.text)) and (arrived := _arrived(request, desk)):
        return f"{arrived} {quoted('For how many years from the day of delivery is there a warranty?', desk)}".strip()
    if told != DONT_KNOW:
        since = _if_shown(_arrived, request, desk) if behind(request.text, AT_DELIVERY) else ""
        return "\n\n".join(filter(None, (since, told)))
    if own := _own_goods(request, desk, *_ABOUT_ORDERS) or _if_shown(nearest_fact, request, desk):
        return own
    tells = not (asks_about(request.text) or asks(request.text))  # `the bowl never came`
    return (_if_shown(_spoken_of, request, desk) if tells else "") or told


def _if_shown(tell: Callable[[Request, Toolbox], str], request: Request, desk: Toolbox) -> str:
    """Return what records add to articles; nothing where they are not shown, as to who is not signed in."""
    try:
        return tell(request, desk)
    except ReplyNow:
        return ""


def _arrived(request: Request, desk: Toolbox) -> str:
    """Say when goods that are named arrived, from which their times run; empty where none did. Raises CallNeeded."""
    if not (product_words(request.text) and desk.can("list_orders")):
        return ""
    named = [(o, i) for o in all_orders(desk) if o.get("delivered_at") for i in meant_items_only(request.text, o)]
    return " ".join(f"Your {item_name(item)} arrived on {day(order['delivered_at'])}." for order, item in named[:1])


def _spoken_of(request: Request, desk: Toolbox) -> str:
    return _own_goods(request, desk, _ANYTHING)


def _own_goods(request: Request, desk: Toolbox, *asked: re.Pattern[str]) -> str:
    """Tell the orders that have what is spoken of, where so much is asked; raises CallNeeded to list them."""
    plain = normal(request.text)
    if not (any(one.search(plain) for one in asked) and product_words(request.text) and desk.can("list_orders")):
        return ""
    named = [order for order in all_orders(desk) if meant_items_only(request.text, order)]
    open_ = [order for order in named if str(order.get("status", "")).startswith(_OPEN)]
    told = (open_ or named)[:_LISTED]
    rule = rule_behind(normal(request.text), told, desk) if told else ""
    return "\n\n".join(filter(None, [*(_told(order, request, desk) for order in told), rule]))
