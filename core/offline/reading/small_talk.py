"""Keep the fixed sentences for what is no request: greetings, thanks, noise."""

import re
from collections.abc import Mapping
from typing import Any

from core.language.fixed_sentences import ENGLISH, phrase
from core.language.greetings import GOODBYE, GREETING, is_thanks
from core.language.text import normal

OPENING = "Of course! What would you like to know?"
PRAISE = "Thank you, that is very good to hear! Tell me if there is anything I can do for you."
NOTED = "All right. Write to me whenever you need anything."
UNSURE = "I am not sure what you need."
_FOR_EVERYBODY = frozenset({"search_articles", "request_human", "identify_customer", "follow_procedure"})
NOTHING_OPEN = "Nothing is waiting for your answer at the moment. What can I do for you?"
TEDIOUS = "I am sorry, I know this is tedious. If you would rather talk to a person, just write “person”."
"""Goes before a question that was not answered and must be put again."""
OPEN_QUESTIONS = (OPENING, NOTHING_OPEN)
"""Replies whose question mark asks for nothing in particular, as a greeting and a declined proposal do not either."""


def courtesy(message: str, language: str, *, greets: bool) -> str | None:
    """Return what is said to thanks, a goodbye and, where it `greets`, a greeting; None for other messages."""
    if is_thanks(message):
        return phrase("welcome", language)
    if greets and GREETING.match(normal(message)):
        return phrase("hello", language)
    return phrase("goodbye", language) if GOODBYE.match(normal(message)) else None


def introduction(intent: str, tools: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what is said to a greeting, to the question what can be done, or to nothing understood."""
    if intent == "greeting":
        return phrase("hello", ENGLISH)
    able = ["answer questions from our help articles"]
    for name, tool in tools.items():
        if name not in _FOR_EVERYBODY and (does := _deed(str(tool.get("description", "")))):
            able.append(does)
    first = "I am the automated assistant." if intent == "capabilities" else UNSURE
    return f"{first} I can {'; '.join(able[:6])}. If you want a person, just say so."


def _deed(description: str) -> str:
    """Return the first words of a tool's description as something that is done for the customer."""
    words = re.split(r"[.:;]", description.strip())[0].replace("the customer's", "your").replace("the customer", "you")
    return words[:1].lower() + words[1:]
