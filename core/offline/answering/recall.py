"""Answer what the customer asks about the conversation itself: their name, their number, what was promised to them."""

import re
from collections.abc import Callable

from core.language.fixed_sentences import list_words
from core.language.reference_numbers import reference_numbers
from core.language.statements import names_in, promises_in
from core.offline.reading.chat_request import Conversation

_ASKS_NAME = re.compile(
    r"\b(?:what(?:'s| is| was)|know|remember|recall) my name\b|\bmy name again\b|\bwie heiße ich\b", re.IGNORECASE
)
_KIND = r"(?:order|booking|reservation|reference|contract|case)(?:'s)?"
_ASKS_NUMBER = re.compile(
    rf"\b(?:what was|remember|remind me of) (?:my|the) {_KIND} number\b|"
    rf"\b{_KIND}(?: number)? did i (?:give|mention|name|tell|ask)|"
    r"\bwie war meine (?:bestell|buchungs|vorgangs|vertrags)nummer\b",
    re.IGNORECASE,
)
_ASKS_PROMISE = re.compile(
    r"\bwhat (?:(?:did|have|was it) )?(?:you|we|they|i|your colleagues?) promised?\b|\bwhat was (?:i )?promised\b|"
    r"\bwas (?:hast du|haben sie) (?:mir )?versprochen\b",
    re.IGNORECASE,
)


def recall(conversation: Conversation) -> str:
    """Return what the conversation holds of what is asked, or an empty string where it asks or holds no such thing."""
    asked = conversation.message
    answers = []
    if _ASKS_NAME.search(asked) and (names := _known(conversation, "customer name", names_in, by_customer=True)):
        answers.append(f"You told me that your name is {names[-1]}.")
    if _ASKS_NUMBER.search(asked) and (
        named := _known(conversation, "order number", reference_numbers, by_customer=True)
    ):
        answers.append(
            f"The first number in this conversation is {named[0]}."
            + (f" After it came {list_words(named[1:4], 'en')}." if named[1:] else "")
        )
    if _ASKS_PROMISE.search(asked):
        promises = _known(conversation, "promised to the customer", promises_in, by_customer=False)
        answers += [f"This is what you were told: “{promise}”" for promise in promises[:3]]
    return " ".join(answers)


def _known(
    conversation: Conversation, kind: str, found_in: Callable[[str], list[str]], *, by_customer: bool
) -> list[str]:
    """Return facts of one kind, oldest first: those of turns that left, then those of the turns that are shown."""
    shown = [fact for said in conversation.said if said.by_customer is by_customer for fact in found_in(said.text)]
    return list(dict.fromkeys([*conversation.facts.get(kind, ()), *shown]))
