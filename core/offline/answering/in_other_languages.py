"""Answer in another language than English what rules can answer: where orders are, cancelling, returning, articles."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from core.language.confirmations import answer_to_confirmation
from core.language.detection import language_of, spoken_language
from core.language.fixed_sentences import Catalogue, date_words, list_words, phrase
from core.language.mentioned_orders import order_numbers
from core.language.requested_changes import asks_about
from core.offline.answering.choosing import is_delivered, is_pending, original_method
from core.offline.answering.outcomes import outcome
from core.offline.answering.sentences_about_records import item_name, tracking_ids
from core.offline.answering.toolbox import Call, CallNeeded, NotPossible, ReplyNow, Toolbox
from core.offline.answering.writes import WRITE_TOOLS
from core.offline.reading.chat_request import Conversation
from core.offline.reading.clauses import clauses
from core.offline.reading.items import meant_items

LANGUAGES = Catalogue(Path(__file__).parent.parent / "languages")
"""What is heard and said in each language but English, by the same keys."""
Facts = Mapping[str, Any]
_ASKED = {"which_reason": "cancel", "which_pending": "cancel", "which_delivered": "return", "which_items": "return"}
"""What the answer to a question of ours goes on with."""
_DATES = ("ordered_at", "shipped_at", "expected_delivery", "delivered_at")
_SHOWN = 5


def language_spoken(conversation: Conversation) -> str:
    """Return the language of the customer's newest telling message, English where none tells."""
    spoken = "en"
    for text in (*(said.text for said in conversation.said if said.by_customer), conversation.message):
        spoken = spoken_language(text, spoken)
    return spoken


class Speaker:
    """Answers to one message in one language."""

    def __init__(self, language: str, desk: Toolbox) -> None:
        self._language, self._desk = language, desk
        self._conversation = desk.conversation
        self._trades = desk.can("get_order") and desk.can("list_orders")
        self._newest = " ".join(desk.conversation.message.casefold().split())

    def answer(self) -> tuple[str, list[Call]]:
        """Return what is said, and the calls that are needed first or that the customer wants."""
        if done := [outcome(r) for r in self._conversation.results if r.name in WRITE_TOOLS]:
            return "\n\n".join(done), []
        if (short := self._short()) is not None:
            return short
        said: list[str] = []
        calls: list[Call] = []
        for clause in clauses(self._conversation.message):
            try:
                said.append(self._clause(" ".join(clause.casefold().split()), clause))
            except NotPossible:
                said.append(self._without_answer())
            except ReplyNow as told:
                said.append(told.text)
            except CallNeeded as needed:
                calls += needed.calls
        if reads := [call for call in calls if call.name not in WRITE_TOOLS]:
            return "", reads
        text = "\n\n".join(dict.fromkeys(part for part in said if part))
        return text or ("" if calls else self._without_answer()), calls

    def _say(self, key: str, **values: str) -> str:
        return LANGUAGES.say(key, self._language, **values)

    def _hears(self, what: str, text: str) -> bool:
        return re.search(self._say_as_is(f"hears_{what}"), text) is not None

    def _say_as_is(self, key: str) -> str:
        return LANGUAGES[self._language][key]

    def _short(self) -> tuple[str, list[Call]] | None:
        """Answer a greeting, thanks, and a bare yes or no."""
        answer = answer_to_confirmation(self._conversation.message)
        offered = self._say("offer") in self._conversation.last_reply
        if answer == "yes" and offered and self._desk.can("request_human"):
            return "", [Call("request_human", {"reason": "the customer accepted the offer of a person"})]
        if self._hears("greeting", self._newest):
            return self._say("greeting" if self._trades else "hello"), []
        if self._hears("thanks", self._newest):
            return self._say("thanks"), []
        if answer == "yes":
            return self._say("nothing_open"), []
        return (phrase("withdrawn", self._language), []) if answer == "no" else None

    def _clause(self, text: str, clause: str) -> str:
        last = self._conversation.last_reply
        going_on = next((intent for key, intent in _ASKED.items() if self._say_as_is(key).split("{")[0] in last), None)
        if not self._trades:
            return self._quoted(clause)
        for intent, handler in self._handlers().items():
            if self._hears(intent, text) and not (intent in ("cancel", "return") and asks_about(clause)):
                return handler(text)
        if going_on and not asks_about(clause):
            return self._handlers()[going_on](text)
        if order_numbers(clause):
            return self._status(text)
        return self._quoted(clause)

    def _handlers(self) -> Mapping[str, Callable[[str], str]]:
        return {"cancel": self._cancel, "return": self._return, "list": self._list, "status": self._status}

    def _orders(self, text: str, fits: Callable[[Facts], bool], *, none: str, which: str) -> Facts:
        """Return the one order that is meant; raises CallNeeded, or ReplyNow with the question which one."""
        numbers = order_numbers(text) or order_numbers(self._conversation.message)
        if not numbers and (before := self._conversation.newest_order()):
            numbers = [before]
        if numbers:
            return self._desk.order(numbers[0])
        fitting = [order for order in self._desk.orders() if fits(order)]
        if len(fitting) == 1:
            return fitting[0]
        raise ReplyNow(self._say(which, orders=self._lines(fitting)) if fitting else self._say(none))

    def _cancel(self, text: str) -> str:
        order = self._orders(text, is_pending, none="none_pending", which="which_pending")
        number = str(order["order_id"])
        if not is_pending(order):
            return f"{self._told(order)} {self._say('too_late')}"
        message = self._newest
        if self._hears("mistake", message):
            reason = "ordered by mistake"
        elif self._hears("no_need", message):
            reason = "no longer needed"
        else:
            return self._say("which_reason", order=number)
        self._desk.act("cancel_order", order_id=number, reason=reason)
        return ""

    def _return(self, text: str) -> str:
        order = self._orders(text, is_delivered, none="none_delivered", which="which_delivered")
        number, items = str(order["order_id"]), list(order.get("items", []))
        chosen = items if len(items) == 1 or self._hears("all", self._newest) else meant_items(self._newest, items)
        if not chosen:
            names = list_words([item_name(item) for item in items], self._language)
            return self._say("which_items", order=number, items=names)
        ids = [item["item_id"] for item in chosen]
        self._desk.act("return_items", order_id=number, item_ids=ids, payment_method_id=original_method(order))
        return ""

    def _status(self, text: str) -> str:
        numbers = order_numbers(text) or order_numbers(self._conversation.message)
        if numbers:
            return "\n\n".join(self._told(self._desk.order(number)) for number in numbers[:_SHOWN])
        if (before := self._conversation.newest_order()) is not None:
            return self._told(self._desk.order(before))
        orders = self._desk.orders()
        open_ = [order for order in orders if str(order.get("status")).startswith(("pending", "processed"))]
        shown = (open_ or orders[:1])[:_SHOWN]
        return "\n\n".join(self._told(order) for order in shown) or self._say("no_orders")

    def _list(self, _: str) -> str:
        orders = self._desk.orders()
        return self._say("listed", orders=self._lines(orders)) if orders else self._say("no_orders")

    def _head(self, order: Facts) -> str:
        status = str(order.get("status", ""))
        words = LANGUAGES[self._language].get(f"status_{status}", status)
        return self._say("order", order=str(order["order_id"]), status=words)

    def _told(self, order: Facts) -> str:
        """Return what is known of an order."""
        said = [self._head(order)]
        for key in _DATES:
            if (day := order.get(key)) and not (key == "expected_delivery" and order.get("delivered_at")):
                said.append(self._say(key, day=date_words(date.fromisoformat(str(day)[:10]), self._language)))
        if ids := tracking_ids(order):
            said.append(self._say("tracking", ids=", ".join(ids)))
        if items := [str(item.get("name", "")) for item in order.get("items", [])]:
            said.append(self._say("items", items=list_words(items, self._language)))
        return " ".join(said)

    def _lines(self, orders: Sequence[Facts]) -> str:
        return "\n".join(
            f"- {self._head(order)} {list_words([str(i.get('name')) for i in order.get('items', [])], self._language)}"
            for order in orders[: 2 * _SHOWN]
        )

    def _quoted(self, question: str) -> str:
        """Quote the articles, in English where there is none in the language; raises CallNeeded to search them."""
        quote = self._desk.quote(question)
        if quote is None:
            self._desk.search(question)
            return self._without_answer()
        told = re.sub(r"\[\d+\]", "", quote.text)
        english = language_of(told, "en") == "en"
        return self._say("in_english", quote=quote.text) if english else quote.text

    def _without_answer(self) -> str:
        return f"{self._say('no_answer')} {self._say('offer')}"
