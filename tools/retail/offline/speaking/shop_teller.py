"""Tell in another language than English how a customer's orders stand, and which of them is meant."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from core.language.fixed_sentences import Catalogue, date_words, list_words
from core.language.glossary import in_english
from core.language.reference_numbers import reference_numbers
from core.language.text import normal
from core.offline.answering.speaker import Speaker
from core.offline.answering.toolbox import ReplyNow
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.choosing import DATES, chosen_orders
from tools.retail.offline.answering.lookups import all_orders, order_of, profile_of
from tools.retail.offline.answering.order_sentences import item_name, money, tracking_ids
from tools.retail.offline.answering.own_case import coming_back, worth_of
from tools.retail.offline.reading.items import meant_items
from tools.retail.offline.reading.talked_about import newest_order
from tools.retail.policy import SENTENCES
from tools.retail.shown_records import shown_status

Facts = Mapping[str, Any]
_SHOWN = 5
_COMES_BACK = re.compile(r"\b(?:money|refund\w*|return\w*|sen[td] back|gave back|given back)\b")
_OPEN = ("pending", "processed")
_REFUND = "How long does a refund take?"
_LATE = "What happens when a parcel is late?"


class ShopTeller(Speaker):
    """Tells of the customer's orders in one language."""

    catalogue = Catalogue(Path(__file__).parent.parent / "languages")
    tells_records = False
    earlier = ""
    """What the customer said before this message about what it goes on with, oldest first."""

    def read(self, text: str) -> str:
        """Return a text with its words in English behind it, those of the customer's goods as they are."""
        names = " ".join(str(item.get("name", "")) for order in all_orders(self.desk) for item in order["items"])
        own_words = normal(names).replace("-", " ").split()
        return "\n".join(f"{line} {in_english(line, self.language, own_words=own_words)}" for line in text.splitlines())

    def request(self, intent: str) -> Request:
        """Return the message as a request that goes on with what was said before it, in its words and in English."""
        message = self.desk.conversation.message
        numbers = reference_numbers(message) or reference_numbers(self.earlier)
        return Request(intent, self.read(message), tuple(numbers), self.read(self.earlier))

    def orders(
        self, request: Request, fits: Callable[[Facts], bool], *, none: str, which: str, possible: str = ""
    ) -> list[Facts]:
        """Return the orders that a request is about; raises CallNeeded, or ReplyNow with the question which.

        Args:
            request: What is wanted.
            fits: Whether it can be done to an order in its state.
            none: The sentence where there is no such order.
            which: The question which one.
            possible: A field of the record that is false where it cannot be done any more.
        """
        listed = reference_numbers(self.desk.conversation.last_reply)
        named = reference_numbers(self.desk.conversation.message)
        if self.earlier and len(listed) > 1 and not named and self.hears("all", self.newest):
            return [order_of(self.desk, number) for number in listed]
        return chosen_orders(
            request,
            self.desk,
            fits,
            none_fits=self.say(none),
            question=self.say(which),
            possible=possible,
            none_possible=self.as_it_is("none_returnable"),
            lines=self.lines,
        )

    def named_items(self, order: Facts, text: str = "") -> list[Facts]:
        """Return the items of an order that a text, or else the message, names."""
        return meant_items(self.read(text or self.desk.conversation.message), list(order.get("items", [])))

    def status(self) -> str:
        """Tell of the orders that the message names, by number or by goods, of the one talked about, or of those that
        are open.
        """
        if numbers := reference_numbers(self.desk.conversation.message):
            return "\n\n".join(self.told(order_of(self.desk, number)) for number in numbers[:_SHOWN])
        orders = all_orders(self.desk)
        open_ = [order for order in orders if str(order.get("status")).startswith(_OPEN)]
        naming = [order for order in orders if self.named_items(order)]
        back = self.coming_back(self.newest)
        shown: Sequence[Facts] = back or [order for order in naming if order in open_] or naming[:1]
        if not shown and (before := newest_order(self.desk.conversation)) is not None:
            shown = [order for order in [order_of(self.desk, before)] if not self._was_told(order)]
        shown = (shown or open_ or orders[:1])[:_SHOWN]
        told = [self.told(order) for order in shown]
        for question, about, applies in (
            (_REFUND, "refund", back),
            (_LATE, "delivery", [order for order in shown if order.get("days_late")]),
        ):
            if applies:
                self.desk.search(question)
                rule = self.quoted_rule(question, about=about)
                told.append("" if rule.startswith(self.say("no_more")) else rule)
        return "\n\n".join(filter(None, told)) or self.say("no_orders")

    def listed(self) -> str:
        """Tell all orders in a line each."""
        orders = all_orders(self.desk)
        return self.say("listed", orders=self.lines(orders)) if orders else self.say("no_orders")

    def head(self, order: Facts) -> str:
        """Return the number of an order, and how it stands."""
        status = shown_status(order)
        words = SENTENCES[self.language].get(f"status_{status}", status)
        return self.say("order", order=str(order["order_id"]), status=words)

    def day(self, value: object) -> str:
        """Return a day of a record as it is read."""
        return date_words(date.fromisoformat(str(value)[:10]), self.language)

    def told(self, order: Facts) -> str:
        """Return what is known of an order."""
        said = [self.head(order)]
        for key in DATES:
            if (day := order.get(key)) and not (key == "expected_delivery" and order.get("delivered_at")):
                said.append(self.say(key, day=self.day(day)))
        if late := order.get("days_late"):
            said.append(self.say("late", days=str(late)))
        if ids := tracking_ids(order):
            said.append(self.say("tracking", ids=", ".join(ids)))
        if items := [str(item.get("name", "")) for item in order.get("items", [])]:
            said.append(self.say("items", items=list_words(items, self.language)))
        return " ".join(filter(None, (*said, self.sent_back(order))))

    def _was_told(self, order: Facts) -> bool:
        """Say whether the last reply told how an order that is over stands."""
        over = not str(order.get("status")).startswith(_OPEN)
        return over and self.head(order) in self.desk.conversation.last_reply

    def coming_back(self, text: str) -> list[Facts]:
        """Return the orders whose registered return a text asks about: those with the goods it names, or all."""
        if not _COMES_BACK.search(in_english(text, self.language)):
            return []
        back = [order for order in all_orders(self.desk) if coming_back(order)]
        return [order for order in back if self.named_items(order, text)] or back

    def sent_back(self, order: Facts) -> str:
        """Return what of an order is to come back, and where its money goes; raises CallNeeded for the profile."""
        items = coming_back(order)
        method = self.method_of(order.get("return_payment_method_id")) if items else ""
        names = list_words([item_name(item) for item in items], self.language)
        return self.say("return_of", items=names, amount=money(worth_of(items)), method=method) if method else ""

    def method_of(self, payment_method_id: object) -> str:
        """Return what one of the customer's payment methods is called, or an empty text; raises CallNeeded."""
        methods = profile_of(self.desk).get("payment_methods", [])
        return next((self.method(one) for one in methods if one["payment_method_id"] == payment_method_id), "")

    def method(self, method: Facts) -> str:
        """Return what a payment method is called."""
        words, source = SENTENCES[self.language], str(method.get("source", ""))
        if source != "credit_card":
            return words[f"method_{source}"]
        return words["method_card"].format(
            brand=str(method.get("brand") or "").title(), digits=str(method.get("last_four"))
        )

    def lines(self, orders: Sequence[Facts]) -> str:
        """Return orders as a list, one line each."""
        return "\n".join(
            f"- {self.head(order)} {list_words([str(i.get('name')) for i in order.get('items', [])], self.language)}"
            for order in orders[: 2 * _SHOWN]
        )

    def one(self, orders: Sequence[Facts], which: str) -> Facts:
        """Return the one order there is; raises ReplyNow with the question which one where there are more."""
        if len(orders) > 1:
            raise ReplyNow(f"{self.say(which)}\n{self.lines(orders)}")
        return orders[0]
