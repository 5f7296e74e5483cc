"""Hear in another language than English what a customer of a shop wants, and do it or ask for what is missing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from core.language.confirmations import answer_to_confirmation
from core.language.fixed_sentences import phrase
from core.language.glossary import in_english
from core.language.reference_numbers import reference_numbers
from core.language.requested_changes import asks_about, asks_facts, asks_own_facts
from core.language.text import normal
from core.language.words import content_stems, content_words
from core.offline.answering.articles import behind
from core.offline.answering.asked_facts import facts_asked
from core.offline.answering.likeness import NAME_NOTHING
from core.offline.answering.toolbox import Call, ReplyNow
from core.offline.reading.followups import SHORT
from tools.retail.offline.answering.choosing import (
    can_be_changed,
    is_delivered,
    is_pending,
    meant_items_only,
)
from tools.retail.offline.answering.lookups import all_orders, order_of, products_called, profile_of
from tools.retail.offline.answering.order_sentences import money
from tools.retail.offline.answering.proposals import open_proposals
from tools.retail.offline.reading.items import name_score
from tools.retail.offline.reading.talked_about import newest_order
from tools.retail.offline.reading.troubles import TROUBLES
from tools.retail.offline.speaking.shop_teller import Facts
from tools.retail.offline.speaking.shop_wishes import ShopWishes, can_swap

_ASKED = {
    "which_reason": "cancel",
    "which_pending": "cancel",
    "cancellable": "cancel",
    "which_delivered": "return",
    "which_items": "return",
    "returnable": "return",
    "until": "return",
    "ask_address": "address",
    "which_address": "address",
    "address_changeable": "address",
    "which_swap": "swap",
    "which_swap_item": "swap",
    "which_version": "swap",
    "swappable": "swap",
    "which_payment": "payment",
    "which_method": "payment",
    "payment_changeable": "payment",
}
"""What the answer to a question or an invitation of ours goes on with."""
_PROPOSED = {
    "cancel_order": "cancel",
    "return_items": "return",
    "exchange_items": "swap",
    "change_order_items": "swap",
    "change_order_address": "address",
    "change_order_payment": "payment",
}
"""What words beside a proposal that waits for a yes go on with."""
_FEW_WORDS = 6
_AND_THE = re.compile(r"^\W*(?:und|et|y|e|en|i) ")
"""Begins what asks the same of something else."""
_LAST_PART = re.compile(r"[,;] ")
"""Where `I would like to return it, but the box is gone, is that all right?` begins to ask."""
_BUT = re.compile(r"\b(?:aber|mais|pero)\b")
_STILL_POSSIBLE = frozenset(content_stems("still possible works"))
"""What `is that still possible?` comes down to in English: the record answers it."""
_ORDERS = frozenset(content_stems("order parcel package shipment delivery tracking number goods item thing product"))
_COMES = frozenset(content_stems("arrive come receive get send ship need take not yet still here long day time date"))
"""What names orders, and what is said of how anything comes."""
_MONEY = re.compile(r"\b(?:how much|money|price|amount)\b")
_FAULTS = tuple(one for one in TROUBLES if not re.search(r"late|lost", one[1]))
"""Troubles that are answered by a rule, and not by where the parcel is."""


_POSSIBLE: Mapping[str, tuple[Callable[[Facts], bool], str, str]] = {
    "cancel": (is_pending, "cancellable", "too_late"),
    "return": (is_delivered, "returnable", "too_early"),
    "swap": (can_swap, "which_version", "too_early"),
    "address": (is_pending, "address_changeable", "too_late_address"),
    "payment": (is_pending, "payment_changeable", "too_late_address"),
}
"""Changes that are asked about as well: which orders they are possible for, and what is said of the others."""


class ShopSpeaker(ShopWishes):
    """Answers to one message in one language about the customer's orders."""

    def clause(self, text: str, clause: str) -> str:
        """Return the answer to one clause, given in small letters and as it was written."""
        if not (self.desk.can("get_order") and self.desk.can("list_orders")):
            return self.quoted(clause)
        asks = (asks_about(clause) or asks_about(_LAST_PART.split(clause)[-1])) and answer_to_confirmation(
            clause
        ) != "yes"
        going_on = "" if asks else self._going_on()
        self.earlier = self._said_before() if going_on else self._last_said(clause)
        wishes = self._wishes()
        if asks and asks_facts(clause) and self.coming_back(clause):
            return self.status()
        heard = [one for one in wishes if self.hears(one, text)]
        if asks and not heard and _AND_THE.match(text) and self._names_goods(clause):
            heard = [one for one in wishes if self.hears(one, normal(self._last_said(clause, SHORT)))]
        for intent in heard:
            if not asks:
                return wishes[intent]()
            if order := self._asked_about(intent, clause):
                wished = self._wishes_if_possible(clause) and self._can(intent, order)
                return wishes[intent]() if wished else self._possible(intent, order, clause)
        if going_on:
            return wishes[going_on]()
        if fault := self._fault(clause):
            return fault
        for intent, tell in {"paid": self.paid_how, "status": self.status, "list": self.listed}.items():
            if self.hears(intent, text):
                return (self._of_something_else(clause) if intent == "status" and asks else "") or tell()
        if reference_numbers(clause) or self._names_more_goods(clause):
            return self.status()
        if asks_own_facts(clause) and (own := self._own_data(clause)):
            return own
        said = self.quoted(clause)
        unsure = said.endswith(self.say("offer")) and asks_own_facts(clause)
        return self.status() if unsure and any(map(self.named_items, all_orders(self.desk))) else said

    def _of_something_else(self, question: str) -> str:
        """Return what is said to a question that names no order, but what an article is about; else an empty text."""
        english = in_english(question, self.language, self.desk.words)
        named = set(content_stems(english)) - _COMES
        if not named or not named.isdisjoint(_ORDERS) or self._names_goods(question):
            return ""
        self.desk.search(english)
        titles = content_stems(" ".join(passage.title for passage in self.desk.conversation.passages))
        return "" if named.isdisjoint(titles) or self._are_goods(named) else self.quoted(question)

    def _are_goods(self, named: set[str]) -> bool:
        """Say whether words name goods of the shop; raises CallNeeded to look."""
        try:
            found = products_called(self.desk, " ".join(sorted(named))) if self.desk.can("find_product") else []
        except ReplyNow:
            return False
        return any(name_score(" ".join(named), str(product.get("name"))) > 0 for product in found)

    def _own_data(self, question: str) -> str:
        """Return what the customer's profile says to a question, or an empty text; raises CallNeeded to read it."""
        profile_of(self.desk)
        conversation = self.desk.conversation
        profile = tuple(one for one in conversation.results if one.name == "get_profile")
        english = in_english(question, self.language)
        told = {"found": self.say("found"), "locale": self.language, "english": english}
        facts = facts_asked(question, replace(conversation, results=profile), **told)
        return "\n\n".join(filter(None, (facts, self.rule_beside(question, kinds=True)))) if facts else ""

    def _wishes(self) -> Mapping[str, Callable[[], str]]:
        return {
            "cancel": self.cancel,
            "swap": self.swap,
            "return": self.give_back,
            "address": self.address,
            "payment": self.payment,
        }

    def _asked_in(self, reply: str) -> str:
        """Return the change that a reply asks for details of, or invites to, or an empty text."""
        starts = {key: self.as_it_is(key).split("{")[0].strip() or self._end_of(key) for key in _ASKED}
        places = {key: reply.rfind(start) for key, start in starts.items()}
        last = max(places, key=lambda key: places[key])
        return _ASKED[last] if places[last] >= 0 else ""

    def _end_of(self, key: str) -> str:
        """Return how a sentence that begins with a place goes on."""
        return re.split(r"[{}]", self.as_it_is(key))[2].strip()

    def _going_on(self) -> str:
        """Return the change that the message goes on with, or an empty text."""
        conversation = self.desk.conversation
        if proposals := open_proposals(conversation):
            return _PROPOSED.get(proposals[-1].name, "")
        agrees = answer_to_confirmation(conversation.message) == "yes"
        replies = [said.text for said in conversation.said if not said.by_customer]
        # Who agrees may have asked something in between, to which an article was quoted; a no is never gone behind.
        last = replies[-2:] if agrees and "[" in conversation.last_reply else replies[-1:]
        return next(filter(None, map(self._asked_in, reversed(last))), "")

    def _said_before(self) -> str:
        """Return what the customer has said since they began with what is asked for now."""
        told: list[str] = []
        said = self.desk.conversation.said
        for before, reply in zip(reversed(said[:-1]), reversed(said), strict=False):
            if reply.by_customer:
                continue
            asked = self._asked_in(reply.text) or phrase("ask_yes", self.language) in reply.text
            if not asked and reply is said[-1]:
                continue  # something was asked in between
            if not (asked and before.by_customer):
                break
            told.insert(0, before.text)
        return "\n".join(told)

    def _last_said(self, clause: str, few: int = _FEW_WORDS) -> str:
        """Return what the customer said last, where a clause has too few words to say what it is about."""
        said = [said.text for said in self.desk.conversation.said if said.by_customer]
        return said[-1] if said and len(clause.split()) <= few else ""

    def _short(self) -> tuple[str, list[Call]] | None:
        """Answer a greeting, thanks, and a bare yes or no; a yes to an invitation or a question goes on with it."""
        agrees = answer_to_confirmation(self.desk.conversation.message) == "yes"
        asked = self.desk.can("list_orders") and not open_proposals(self.desk.conversation) and self._going_on()
        return None if agrees and asked else super()._short()

    def hello(self) -> str:
        """Return what is said to a greeting, with what can be done in a shop."""
        return self.say("hello")

    def _names_more_goods(self, clause: str) -> bool:
        """Say whether a few words name goods of the customer's after it was told how others stand."""
        told = bool(reference_numbers(self.desk.conversation.last_reply)) and len(clause.split()) <= _FEW_WORDS
        return told and self._names_goods(clause)

    def _names_goods(self, clause: str) -> bool:
        """Say whether a clause names goods of the customer's."""
        return any(meant_items_only(self.read(clause), order) for order in all_orders(self.desk))

    def _fault(self, clause: str) -> str:
        """Return what the articles say to goods that came broken, wrong or not at all, or an empty text."""
        question = behind(in_english(clause, self.language), _FAULTS)
        if question is None:
            return ""
        self.desk.search(question)
        return self.quoted_rule(question, about=question)

    def _asked_about(self, intent: str, clause: str) -> Facts | None:
        """Return the one order that a question is about: by its number, its goods, or as the one talked about."""
        if numbers := reference_numbers(clause):
            return order_of(self.desk, numbers[0])
        naming = [order for order in all_orders(self.desk) if self.named_items(order, clause)]
        fitting = [order for order in naming if _POSSIBLE[intent][0](order)] or naming
        if len(fitting) == 1:
            return fitting[0]
        before = newest_order(self.desk.conversation)
        return order_of(self.desk, before) if before and not naming and self.hears("it", normal(clause)) else None

    def _wishes_if_possible(self, clause: str) -> bool:
        """Say whether a clause is a wish that is followed only by the question whether that is still possible."""
        wish, *questions = _LAST_PART.split(clause)
        if len(questions) != 1 or asks_about(wish) or _BUT.search(normal(wish)):
            return False
        asked = set(content_stems(in_english(questions[0], self.language)))
        return set(content_stems("still")) <= asked <= _STILL_POSSIBLE

    def _possible(self, intent: str, order: Facts, clause: str) -> str:
        """Say whether a change that is only asked about can be made to an order, and what the articles say to it."""
        rule = self._sure(clause, intent, order) if self._can(intent, order) else ""
        paid = order.get("paid") or order.get("total")
        worth = (
            self.say("worth", amount=money(paid)) if paid and _MONEY.search(in_english(clause, self.language)) else ""
        )
        said = " ".join(filter(None, (self.head(order), worth, self._verdict(intent, order))))
        return "\n\n".join(filter(None, (said, rule)))

    def _verdict(self, intent: str, order: Facts) -> str:
        _, yes, no = _POSSIBLE[intent]
        if "requested" in str(order.get("status")):
            return self.say("requested")
        if is_pending(order) and intent != "return" and not can_be_changed(order):
            return self.say("changed_once")
        sent_back, possible = "exchange" if intent == "swap" else intent, self._can(intent, order)
        if intent == "swap" and possible:
            return self.possible_swap(order)
        if until := None if is_pending(order) else order.get(f"{sent_back}_until"):
            return self.say("until" if possible else "was_until", day=self.day(until))
        return self.say(yes if possible else no)

    def _can(self, intent: str, order: Facts) -> bool:
        """Say whether an order is in a state for a change, and its time is not over."""
        sent_back = "exchange" if intent == "swap" else intent
        in_time = is_pending(order) or order.get(f"{sent_back}_possible") is not False
        return _POSSIBLE[intent][0](order) and in_time

    def _sure(self, clause: str, intent: str, order: Facts) -> str:
        """Return what the articles say to a question that asks for more than whether something can be done."""
        english = in_english(clause, self.language)
        goods = content_stems(" ".join(str(item.get("name", "")) for item in order.get("items", [])))
        asked = {stem for word in content_words(english) if word not in NAME_NOTHING for stem in content_stems(word)}
        more = {one for one in asked.difference(goods, content_stems(f"{intent} order")) if one.isalpha()}
        if not more:
            return ""
        self.desk.search(english)
        return self.quoted_rule(f"{english}?", about=english)
