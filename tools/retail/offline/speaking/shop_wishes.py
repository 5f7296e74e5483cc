"""Find out in another language than English what a customer of a shop wants done, and have it done, or ask."""

from collections.abc import Sequence

from core.language.fixed_sentences import list_words
from core.language.signals import names_staff
from core.language.text import normal
from core.offline.answering.toolbox import Call, NotPossible, ReplyNow
from core.offline.reading.clauses import clauses
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.addresses import order_address
from tools.retail.offline.answering.choosing import can_be_changed, is_delivered, is_pending
from tools.retail.offline.answering.lookups import all_orders, each_looked_up, profile_of
from tools.retail.offline.answering.order_sentences import item_name, money, variant_line
from tools.retail.offline.answering.own_case import named_method, original_method, worth_of
from tools.retail.offline.answering.swaps import new_version, products_of
from tools.retail.offline.reading.variants import nearest_variants
from tools.retail.offline.speaking.shop_teller import Facts, ShopTeller

_MOST_VERSIONS = 6


def can_swap(order: Facts) -> bool:
    """Say whether an order is in a state in which items of it may be exchanged."""
    return is_pending(order) or is_delivered(order)


class ShopWishes(ShopTeller):
    """Has done, in one language, what a customer wants of their orders; each raises CallNeeded with the change, or
    ReplyNow, or returns a question or a refusal.
    """

    def cancel(self) -> str:
        """Have orders cancelled for one of the two accepted reasons."""
        request = self.request("cancel")
        orders = self.orders(
            request, is_pending, none="none_pending", which="which_pending", possible="cancel_possible"
        )
        if refused := [order for order in orders if not can_be_changed(order)]:
            return f"{self.told(refused[0])} {self.say('changed_once' if is_pending(refused[0]) else 'too_late')}"
        numbers = list_words([str(order["order_id"]) for order in orders], self.language)
        said = [normal(part) for part in clauses(f"{self.earlier}\n{self.desk.conversation.message}")]
        if any(self.hears("mistake", part) for part in said):
            reason = "ordered by mistake"
        elif any(self.hears("no_need", part) and not names_staff(part) for part in said):
            reason = "no longer needed"
        else:
            return self.say("which_reason", order=numbers)
        return self._do([Call("cancel_order", {"order_id": o["order_id"], "reason": reason}) for o in orders])

    def give_back(self) -> str:
        """Have items of a delivered order returned."""
        request = self.request("return")
        orders = self.orders(
            request, is_delivered, none="none_delivered", which="which_delivered", possible="return_possible"
        )
        order = self.one(orders, "which_delivered")
        if "requested" in str(order.get("status")):
            return f"{self.head(order)} {self.say('requested')}"
        items = self._items(order, "which_items")
        ids = [item["item_id"] for item in items]
        return self._do([self._paid("return_items", request, order, item_ids=ids)])

    def swap(self) -> str:
        """Have an item exchanged for another version of it."""
        request = self.request("swap")
        order = self.one(self.orders(request, can_swap, none="none_changeable", which="which_swap"), "which_swap")
        [item, *more] = self._items(order, "which_swap_item")
        if more:
            return self.say("which_swap_item", order=str(order["order_id"]), items=self._names(order))
        new = self._version(request, order, item)
        if new is None:
            return self._versions(order)
        name = "change_order_items" if is_pending(order) else "exchange_items"
        ids = {"item_ids": [item["item_id"]], "new_item_ids": [new["item_id"]]}
        return self._do([self._paid(name, request, order, **ids)])

    def _version(self, request: Request, order: Facts, item: Facts) -> Facts | None:
        """Return the version that is named in place of an item, or None where that is open."""
        product = products_of(self.desk, [str(item["product_id"])])[str(item["product_id"])]
        try:
            return new_version(request, item, order["items"], product)
        except ReplyNow:
            return None

    def possible_swap(self, order: Facts) -> str:
        """Return what could take the place of an item of an order: the version that is named, or those in stock."""
        [item, *_] = self._items(order, "which_swap_item")
        if (new := self._version(self.request("swap"), order, item)) is None:
            return self._versions(order)
        return self.say("swappable", item=item_name(item), version=variant_line(new))

    def _versions(self, order: Facts) -> str:
        """Return the question which version is to take an item's place, with those that are in stock."""
        [item, *_] = self._items(order, "which_swap_item")
        product = products_of(self.desk, [str(item["product_id"])])[str(item["product_id"])]
        others = [v for v in product.get("variants", []) if v.get("item_id") != item.get("item_id")]
        offered = nearest_variants(self.request("swap").words, others, item)[:_MOST_VERSIONS]
        if not offered:
            return self.say("no_version", item=item_name(item))
        lines = "\n".join(f"- {variant_line(variant)}" for variant in offered)
        return f"{self.say('which_version', item=item_name(item))}\n{lines}"

    def address(self) -> str:
        """Have orders sent to another address."""
        orders = self.orders(self.request("change_address"), is_pending, none="none_changeable", which="which_address")
        if refused := [order for order in orders if not is_pending(order)]:
            return f"{self.told(refused[0])} {self.say('too_late_address')}"
        said = Request("change_address", self.desk.conversation.message, before=self.earlier)
        try:
            to = [(order["order_id"], order_address(said, self.desk, order)) for order in orders]
        except ReplyNow:
            return self.say("ask_address")
        return self._do([Call("change_order_address", {"order_id": number, **address}) for number, address in to])

    def payment(self) -> str:
        """Have an order paid in another way."""
        request = self.request("change_payment")
        orders = self.orders(request, is_pending, none="none_changeable", which="which_payment")
        order = self.one(orders, "which_payment")
        if not is_pending(order):
            return f"{self.told(order)} {self.say('too_late_address')}"
        others = [
            m for m in profile_of(self.desk)["payment_methods"] if m["payment_method_id"] != original_method(order)
        ]
        method = self._named_method(request, order)
        if method is None:
            methods = list_words([self.method(m) for m in others], self.language, last="list_or")
            return self.say("which_method", order=str(order["order_id"]), methods=methods)
        return self._do([Call("change_order_payment", {"order_id": order["order_id"], "payment_method_id": method})])

    def paid_how(self) -> str:
        """Tell how much was paid, and with what, for the orders that are meant, or for the goods of them that are."""
        orders = all_orders(self.desk)
        meant = [order for order in orders if self.named_items(order)] or orders[:1]
        told = [
            f"{self.head(order)} {self.say('worth', amount=self._paid_for(order))} {self.say('paid', method=method)}"
            for order in meant
            if (method := self.method_of(original_method(order)))
        ]
        return "\n\n".join(told) or self.status()

    def _paid_for(self, order: Facts) -> str:
        items = self.named_items(order)
        return money(worth_of(items) if items else order.get("paid") or order.get("total"))

    def _items(self, order: Facts, which: str) -> list[Facts]:
        """Return the items of an order that are meant; raises ReplyNow with the question which."""
        items = list(order.get("items", []))
        if len(items) == 1 or self.hears("all", self.newest):
            return items
        chosen = self.named_items(order) or (self.named_items(order, self.earlier) if self.earlier else [])
        if not chosen:
            raise ReplyNow(self.say(which, order=str(order["order_id"]), items=self._names(order)))
        return chosen

    def _names(self, order: Facts) -> str:
        return list_words([item_name(item) for item in order.get("items", [])], self.language)

    def _paid(self, name: str, request: Request, order: Facts, **args: Sequence[str]) -> Call:
        """Return a call that moves money, by the method that is named, or by the one that paid."""
        method = self._named_method(request, order) or original_method(order)
        return Call(name, {"order_id": order["order_id"], **args, "payment_method_id": method})

    def _named_method(self, request: Request, order: Facts) -> str | None:
        """Return the one payment method that is named, or None."""
        try:
            return named_method(request, self.desk, order)
        except ReplyNow:
            return None

    def _do(self, calls: Sequence[Call]) -> str:
        """Have changes proposed; raises CallNeeded."""
        if not all(self.desk.can(call.name) for call in calls):
            raise NotPossible
        each_looked_up(calls, lambda call: self.desk.look_up(call.name, **call.args))
        return ""
