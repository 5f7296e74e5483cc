"""Tell in another language than English where orders are, and have them cancelled or returned."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from core.language.fixed_sentences import Catalogue, date_words, list_words
from core.language.glossary import in_english
from core.language.reference_numbers import reference_numbers
from core.language.requested_changes import asks_about
from core.language.signals import names_staff
from core.language.text import normal
from core.offline.answering.speaker import Speaker
from core.offline.answering.toolbox import ReplyNow
from core.offline.reading.clauses import clauses
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.addresses import order_address
from tools.retail.offline.answering.choosing import is_delivered, is_pending
from tools.retail.offline.answering.lookups import all_orders, order_of
from tools.retail.offline.answering.order_sentences import item_name, tracking_ids
from tools.retail.offline.answering.paying import original_method
from tools.retail.offline.reading.items import meant_items
from tools.retail.offline.reading.talked_about import newest_order
from tools.retail.policy import SENTENCES
from tools.retail.shown_records import shown_status

Facts = Mapping[str, Any]
_ASKED = {
    "which_reason": "cancel",
    "which_pending": "cancel",
    "which_delivered": "return",
    "which_items": "return",
    "ask_address": "address",
    "which_address": "address",
}
"""What the answer to a question of ours goes on with."""
_POSSIBLE: Mapping[str, tuple[Callable[[Facts], bool], str, str]] = {
    "cancel": (is_pending, "cancellable", "too_late"),
    "return": (is_delivered, "returnable", "too_early"),
}
"""Changes that are asked about as well: which orders they are possible for, and what is said of the others."""
_DATES = ("ordered_at", "shipped_at", "expected_delivery", "delivered_at")
_SHOWN = 5


class ShopSpeaker(Speaker):
    """Answers to one message in one language about the customer's orders."""

    catalogue = Catalogue(Path(__file__).parent.parent / "languages")

    def clause(self, text: str, clause: str) -> str:
        """Return the answer to one clause, given in small letters and as it was written."""
        if not (self.desk.can("get_order") and self.desk.can("list_orders")):
            return self.quoted(clause)
        for intent, handler in self._handlers().items():
            if not self.hears(intent, text):
                continue
            if not (intent in _POSSIBLE and asks_about(clause)):
                return handler(text)
            if order := self._asked_about(clause):
                return self._possible(intent, order)
        last = self.desk.conversation.last_reply
        going_on = next((intent for key, intent in _ASKED.items() if self.as_it_is(key).split("{")[0] in last), None)
        if going_on and not asks_about(clause):
            return self._handlers()[going_on](text)
        if reference_numbers(clause):
            return self._status(text)
        return self.quoted(clause)

    def _handlers(self) -> Mapping[str, Callable[[str], str]]:
        return {
            "cancel": self._cancel,
            "return": self._return,
            "address": self._address,
            "list": self._list,
            "status": self._status,
        }

    def _asked_about(self, clause: str) -> Facts | None:
        """Return the one order that a question is about: by its number, its goods, or as the one talked about."""
        if numbers := reference_numbers(clause):
            return order_of(self.desk, numbers[0])
        naming = [order for order in all_orders(self.desk) if self._named_items(order)]
        if len(naming) == 1:
            return naming[0]
        before = newest_order(self.desk.conversation)
        return order_of(self.desk, before) if before and not naming and self.hears("it", normal(clause)) else None

    def _possible(self, intent: str, order: Facts) -> str:
        """Say whether a change that is only asked about can be made to an order."""
        fits, yes, no = _POSSIBLE[intent]
        possible = fits(order) and order.get(f"{intent}_possible") is not False
        until = order.get("return_until") if intent == "return" else None
        if until:
            last = date_words(date.fromisoformat(str(until)[:10]), self.language)
            return f"{self._head(order)} {self.say('until' if possible else 'was_until', day=last)}"
        return f"{self._told(order)} {self.say(yes if possible else no)}"

    def _address(self, text: str) -> str:
        order = self._orders(text, is_pending, none="none_pending", which="which_address")
        if not is_pending(order):
            return f"{self._told(order)} {self.say('too_late_address')}"
        message = self.desk.conversation.message
        try:
            address = order_address(Request("change_address", message), self.desk, order)
        except ReplyNow:
            return self.say("ask_address")
        self.desk.look_up("change_order_address", order_id=str(order["order_id"]), **address)
        return ""

    def _orders(self, text: str, fits: Callable[[Facts], bool], *, none: str, which: str, possible: str = "") -> Facts:
        """Return the one order that is meant; raises CallNeeded, or ReplyNow with the question which one.

        It is the one whose number is given, whose items are named, or that was talked about; else one for which the
        record's field `possible` is not false.
        """
        if numbers := reference_numbers(text) or reference_numbers(self.desk.conversation.message):
            return order_of(self.desk, numbers[0])
        orders = [order for order in all_orders(self.desk) if fits(order)]
        naming = [order for order in orders if self._named_items(order)]
        fitting = naming or [order for order in orders if order.get(possible) is not False]
        before = newest_order(self.desk.conversation)
        if before and len(naming) != 1:
            order = order_of(self.desk, before)
            if not possible or order in fitting or not fits(order):
                return order
        if len(fitting) == 1:
            return fitting[0]
        if orders and not fitting:
            raise ReplyNow(self.say("none_returnable", orders=self._lines(orders)))
        raise ReplyNow(self.say(which, orders=self._lines(fitting)) if fitting else self.say(none))

    def _named_items(self, order: Facts) -> list[Facts]:
        """Return the items of an order that the message names, in its language or as the shop calls them."""
        items = list(order.get("items", []))
        names = normal(" ".join(str(item.get("name", "")) for item in items)).replace("-", " ").split()
        return meant_items(f"{self.newest} {in_english(self.newest, self.language, own_words=names)}", items)

    def _cancel(self, text: str) -> str:
        order = self._orders(text, is_pending, none="none_pending", which="which_pending")
        number = str(order["order_id"])
        if not is_pending(order):
            return f"{self._told(order)} {self.say('too_late')}"
        message = self.newest
        if self.hears("mistake", message):
            reason = "ordered by mistake"
        elif any(self.hears("no_need", said) and not names_staff(said) for said in map(normal, clauses(message))):
            reason = "no longer needed"
        else:
            return self.say("which_reason", order=number)
        self.desk.look_up("cancel_order", order_id=number, reason=reason)
        return ""

    def _return(self, text: str) -> str:
        order = self._orders(
            text, is_delivered, none="none_delivered", which="which_delivered", possible="return_possible"
        )
        number, items = str(order["order_id"]), list(order.get("items", []))
        chosen = items if len(items) == 1 or self.hears("all", self.newest) else self._named_items(order)
        if not chosen:
            names = list_words([item_name(item) for item in items], self.language)
            return self.say("which_items", order=number, items=names)
        ids = [item["item_id"] for item in chosen]
        self.desk.look_up("return_items", order_id=number, item_ids=ids, payment_method_id=original_method(order))
        return ""

    def _status(self, text: str) -> str:
        numbers = reference_numbers(text) or reference_numbers(self.desk.conversation.message)
        if numbers:
            return "\n\n".join(self._told(order_of(self.desk, number)) for number in numbers[:_SHOWN])
        if (before := newest_order(self.desk.conversation)) is not None:
            return self._told(order_of(self.desk, before))
        orders = all_orders(self.desk)
        orders = [order for order in orders if self._named_items(order)] or orders
        open_ = [order for order in orders if str(order.get("status")).startswith(("pending", "processed"))]
        shown = (open_ or orders[:1])[:_SHOWN]
        return "\n\n".join(self._told(order) for order in shown) or self.say("no_orders")

    def _list(self, _: str) -> str:
        orders = all_orders(self.desk)
        return self.say("listed", orders=self._lines(orders)) if orders else self.say("no_orders")

    def _head(self, order: Facts) -> str:
        status = shown_status(order)
        words = SENTENCES[self.language].get(f"status_{status}", status)
        return self.say("order", order=str(order["order_id"]), status=words)

    def _told(self, order: Facts) -> str:
        """Return what is known of an order."""
        said = [self._head(order)]
        for key in _DATES:
            if (day := order.get(key)) and not (key == "expected_delivery" and order.get("delivered_at")):
                said.append(self.say(key, day=date_words(date.fromisoformat(str(day)[:10]), self.language)))
        if late := order.get("days_late"):
            said.append(self.say("late", days=str(late)))
        if ids := tracking_ids(order):
            said.append(self.say("tracking", ids=", ".join(ids)))
        if items := [str(item.get("name", "")) for item in order.get("items", [])]:
            said.append(self.say("items", items=list_words(items, self.language)))
        return " ".join(said)

    def _lines(self, orders: Sequence[Facts]) -> str:
        return "\n".join(
            f"- {self._head(order)} {list_words([str(i.get('name')) for i in order.get('items', [])], self.language)}"
            for order in orders[: 2 * _SHOWN]
        )
