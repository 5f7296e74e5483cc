"""Recognise, by rule, what customers ask of a shop."""

import re

from core.language.postal_addresses import read_address
from core.language.reference_numbers import reference_numbers
from core.language.requested_changes import asks_about, wishes
from core.language.text import normal
from core.language.words import spelled
from core.offline.reading.clauses import MAX_CLAUSE
from core.offline.reading.intents import SHORT, rule_intent
from tools.retail.offline.reading import request_phrases as p
from tools.retail.offline.reading.own_questions import (
    asks_for_charges,
    asks_for_news_of_money,
    asks_for_news_of_request,
    tells_of_fault,
)
from tools.retail.offline.reading.slots import means_newest, refund_reason

CHANGES = frozenset(
    {"cancel", "change_address", "change_default_address", "change_payment", "swap", "return", "refund"}
)
"""What changes something when it is wished for."""


def order_intent(clause: str) -> str | None:
    """Return what a clause, or the beginning of a longer text, asks for where a rule is sure of it, else None."""
    if (general := rule_intent(clause)) is not None:
        return general
    clause = clause[:MAX_CLAUSE]
    text = spelled(normal(clause))
    numbered = bool(reference_numbers(clause))
    if not numbered and not re.search(r"[^\W\d_]", text):
        return "unclear"
    if p.FOR_PEOPLE.search(text):
        return "serious"
    if asks_for_news_of_money(text):
        return "refund_news"
    if asks_for_news_of_request(text):
        return "request_news"
    if asks_for_charges(text):
        return "charges"
    if (topic := _write_topic(text, numbered)) is not None:
        return _deed_or_question(text, topic, numbered)
    return _read_topic(text, numbered)


def change_asked_about(words: str) -> str | None:
    """Return the change that an inquiry is about, as if it were wanted; None where it is about none."""
    words = words[:MAX_CLAUSE]
    topic = _write_topic(spelled(normal(words)), bool(reference_numbers(words)))
    return "return" if topic == "refund" and refund_reason(words) is None else topic


def _write_topic(text: str, numbered: bool) -> str | None:
    """Return the change a clause speaks of, whether it asks for it or only about it."""
    swap, back = p.SWAP_WORD.search(text), p.RETURN.search(text)
    if p.CANCEL.search(text):
        return "cancel"
    if (
        p.ADDRESS.search(text)
        and p.ADDRESS_VERB.search(text)
        and not p.PROFILE.search(text)
        and not re.search(r"\be-?mail address\b", text)
    ):
        return "change_default_address" if p.DEFAULT.search(text) and not numbered else "change_address"
    if back and not (swap and swap.start() < back.start()):
        return "return"
    if p.REFUND.search(text) and not swap:
        return "refund"
    if p.PAYMENT.search(text) and not swap and not p.MONEY_BACK.search(text):
        return "change_payment"
    if p.SWAP.search(text):
        return "swap"
    address = read_address(text)
    sure = "zip" in address or numbered or re.search(r"\b(?:send|ship|deliver)\b", text)
    return "change_address" if "city" in address and sure else None


def _deed_or_question(text: str, topic: str, numbered: bool) -> str:
    """Tell "cancel my order" from "how can I cancel?"."""
    asks, own = asks_about(text), numbered or bool(p.MINE.search(text))
    if topic in {"cancel", "return"} and p.WAS_DONE.search(text) and not re.search(r"\bif\b", text):
        return "order_status" if own else "policy"
    if asks and not numbered and p.DUTY.search(text):
        return "policy"
    if asks:
        of_one = (
            p.THE_GOODS.search(text)
            or p.DAYS_LEFT.search(text)
            or p.WHICH_OF_MINE.search(text)
            or (p.THAT_ONE.search(text) and not p.POLICY_WORDS.search(text))
        )
        return "inquiry" if numbered or of_one else "policy"
    if p.UNDECIDED.search(text) and not wishes(text):
        return "inquiry"
    if not numbered and p.POLICY_WORDS.search(text):
        return "policy"
    if not (own or wishes(text)) and (p.ABOUT_RULES.search(text) or len(text.split()) > SHORT):
        return "policy"
    return "return" if topic == "refund" and refund_reason(text) is None else topic


def _read_topic(text: str, numbered: bool) -> str | None:
    """Return what a clause wants to know about orders, products or the customer's own data."""
    mine = bool(p.MINE.search(text))
    if p.LIST.search(text) and not numbered:
        return "list_orders"
    if p.BOUGHT_WHICH.search(text):
        return "order_status"
    if tells_of_fault(text):
        return "fault"
    if (p.GENERAL.search(text) or p.CARE.search(text)) and (not numbered or re.search(r"\bgift[- ]?wrap", text)):
        return "policy"
    if p.PROFILE.search(text):
        return "profile"
    if p.NOT_ORDERED_YET.search(text) and not (numbered or mine):
        return "policy"
    if numbered:
        about = any(r.search(text) for r in (p.STATUS, p.ORDER_FACT, p.PAID_HOW, p.ORDER_ASKED))
        return "order_status" if about and not p.CORRECTED.match(text) else None
    about_one = mine or means_newest(text) or not (p.POLICY_WORDS.search(text) or p.QUESTION_ABOUT_RULES.match(text))
    if p.STATUS.search(text) and about_one and not (p.GENERAL_TRACKING.search(text) or p.DUTY.search(text)):
        return "order_status"
    if p.CONTENTS.match(text) and p.ORDER_FACT.search(text):
        return "order_status"
    if (
        p.PAID_HOW.search(text)
        or p.I_PAID.search(text)
        or (p.ORDER_FACT.search(text) and mine and p.BOUGHT.search(text))
    ):
        return "order_status"
    if p.CHEAPER.search(text):
        return "price_news"
    if p.PRODUCT.search(text):
        return "product"
    return "policy" if re.search(r"\bpolicy\b|\bpolicies\b", text) else None
