"""Keep the fixed sentences for what is no request: greetings, thanks, noise."""

import re
from collections.abc import Mapping
from typing import Any

GREETING = (
    "Hello! How can I help you? I can look up orders and products, answer questions about our policies, and change "
    "or return orders."
)
HELLO = "Hello! How can I help you?"
OPENING = "Of course! What would you like to know?"
PRAISE = "Thank you, that is very good to hear! Tell me if there is anything I can do for you."
THANKS = "You are welcome! Tell me if there is anything else."
GOODBYE = "Thank you for writing to us. Have a good day!"
CAPABILITIES = (
    "I am the automated assistant of the shop. I can tell you where an order is, list your orders, look up "
    "products and prices, cancel or "
    "change a pending order, return or exchange delivered items, and answer questions from our help articles. "
    "If you want a person, just say so."
)
UNCLEAR = (
    "I am not sure what you need. I can help with orders, returns, products and questions about the shop. "
    "For example, you can write: “Where is my order?” If you want a person, just say so."
)
UNSURE = "I am not sure what you need."
_SHOP_TOOL = "get_order"
_FOR_EVERYBODY = frozenset({"search_articles", "request_human", "identify_customer", "follow_procedure"})
NOTHING_CHANGED = "All right, I have not changed anything. Is there anything else I can do?"
"""Also what the graph answers when a proposal is declined, so that its question mark is known to ask for nothing."""
NOTHING_OPEN = "Nothing is waiting for your answer at the moment. What can I do for you?"
TEDIOUS = "I am sorry, I know this is tedious. If you would rather talk to a person, just write “person”."
"""Goes before a question that was not answered and must be put again."""
INVITATION = "I have not changed anything. If you want it done, write “go ahead”."
"""Ends the answer to an inquiry about a change; no question, so that a mere "thanks" agrees to nothing."""
OPEN_QUESTIONS = (GREETING, HELLO, OPENING, CAPABILITIES, UNCLEAR, NOTHING_CHANGED, NOTHING_OPEN)
"""Replies whose question mark asks for nothing in particular."""


def introduction(intent: str, tools: Mapping[str, Mapping[str, Any]]) -> str:
    """Return what is said to a greeting, to the question what can be done, or to nothing understood, by what is
    connected.
    """
    if _SHOP_TOOL in tools:
        return {"greeting": GREETING, "capabilities": CAPABILITIES}.get(intent, UNCLEAR)
    if intent == "greeting":
        return HELLO
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
