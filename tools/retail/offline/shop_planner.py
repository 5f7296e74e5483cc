"""Decide what the offline model says or calls where a shop is connected."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.language.confirmations import answer_to_confirmation
from core.language.corrections import begins_with_no
from core.language.reference_numbers import reference_numbers
from core.offline.answering.speaker import language_spoken
from core.offline.answering.toolbox import Call, CallNeeded, Toolbox
from core.offline.planner import Planner
from core.offline.reading.chat_request import Conversation
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.case_answers import charges, fault, late, price_news, refund_news, request_news
from tools.retail.offline.answering.inquiries import inquiry
from tools.retail.offline.answering.outcomes import WRITE_TOOLS, outcome
from tools.retail.offline.answering.products import product
from tools.retail.offline.answering.proposals import beside_open, narrowed, open_proposals, without_contradictions
from tools.retail.offline.answering.reads import list_orders, order_status, policy, profile
from tools.retail.offline.answering.writes import WHICH_REASON, WRITERS
from tools.retail.offline.reading.dialogue_context import requests_in_context, takes_up_inquiry
from tools.retail.offline.reading.shop_talk import INTRODUCTIONS, OPEN_QUESTIONS
from tools.retail.offline.reading.shop_understanding import ShopUnderstanding
from tools.retail.offline.reading.slots import cancel_reason
from tools.retail.offline.speaking.shop_speaker import ShopSpeaker

HANDLERS: Mapping[str, Callable[[Request, Toolbox], str]] = {
    "order_status": order_status,
    "list_orders": list_orders,
    "product": product,
    "profile": profile,
    "inquiry": inquiry,
    "refund_news": refund_news,
    "request_news": request_news,
    "charges": charges,
    "price_news": price_news,
    "fault": fault,
    "late": late,
    "policy": policy,
    **WRITERS,
}


class ShopPlanner(Planner):
    """Decides by the customer's orders, the goods of the shop, and what can be changed."""

    understanding = ShopUnderstanding
    speaker = ShopSpeaker
    changes = WRITE_TOOLS
    change_intents = frozenset(WRITERS)
    tells_records = False
    open_questions = OPEN_QUESTIONS

    def done(self, conversation: Conversation) -> list[str]:
        """Return what changes did in this turn."""
        changes = [result for result in conversation.results if result.name in WRITE_TOOLS]
        if changes and (spoken := language_spoken(conversation)) in self.speaker.catalogue:
            said = self.speaker.catalogue[spoken]["not_understood"]
            return [outcome(result, not_understood=said) for result in changes]
        return [outcome(result) for result in changes]

    def settled(self, desk: Toolbox) -> str | None:
        """Narrow the open proposals, and take no message for a bare yes or no that goes on about an order."""
        conversation, message = desk.conversation, desk.conversation.message
        if fewer := narrowed(conversation):
            raise CallNeeded(*fewer)
        answer = answer_to_confirmation(message)
        goes_on = (
            (answer == "yes" and takes_up_inquiry(conversation))
            or (
                (answer == "no" or WHICH_REASON in conversation.last_reply)
                and cancel_reason(message)
                and not begins_with_no(message)
            )
            or (answer == "yes" and self.read.has_own_intent(message) and not open_proposals(conversation))
            or (answer == "other" and reference_numbers(message))
        )
        return None if goes_on else super().settled(desk)

    def requests(self, conversation: Conversation) -> list[Request]:
        """Return what the customer wants now; a fragment such as "the second one" continues the request before it."""
        return requests_in_context(conversation, self.read)

    def answer(self, request: Request, desk: Toolbox) -> str:
        """Return the answer to a request that is no small talk."""
        return HANDLERS[request.intent](request, desk)

    def introduction(self, intent: str, tools: Mapping[str, Mapping[str, Any]]) -> str:
        """Return what is said to a greeting, to the question what can be done, or to nothing understood."""
        return INTRODUCTIONS[intent] if "get_order" in tools else super().introduction(intent, tools)

    def proposed(self, conversation: Conversation, calls: Sequence[Call]) -> Sequence[Call]:
        """Return the changes the customer is asked about: those of the message beside those that are still open."""
        is_new_wish = self.read.has_own_intent(conversation.message)
        return beside_open(conversation, without_contradictions(calls), is_new_wish=is_new_wish)
