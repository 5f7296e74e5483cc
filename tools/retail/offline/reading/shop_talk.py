"""Keep the fixed sentences of a shop for what is no request, and those that end the answer to an inquiry."""

from core.offline.reading import small_talk

GREETING = (
    "Hello! How can I help you? I can look up orders and products, answer questions about our policies, and change "
    "or return orders."
)
CAPABILITIES = (
    "I am the automated assistant of the shop. I can tell you where an order is, list your orders, look up products "
    "and prices, cancel or change a pending order, return or exchange delivered items, and answer questions from our "
    "help articles. If you want a person, just say so."
)
UNCLEAR = (
    "I am not sure what you need. I can help with orders, returns, products and questions about the shop. "
    "For example, you can write: “Where is my order?” If you want a person, just say so."
)
INVITATION = "I have not changed anything. If you want it done, write “go ahead”."
"""Ends the answer to an inquiry about a change; no question, so that a mere "thanks" agrees to nothing."""
OPEN_QUESTIONS = (*small_talk.OPEN_QUESTIONS, GREETING, CAPABILITIES, UNCLEAR)
"""Replies whose question mark asks for nothing in particular."""
INTRODUCTIONS = {"greeting": GREETING, "capabilities": CAPABILITIES, "unclear": UNCLEAR}
