"""Keep the fixed sentences for what is no request: greetings, thanks, noise."""

import re

GREETING = "Hello! How can I help you? I can look up orders and products, answer questions about our policies, and change or return orders."
OPENING = "Of course! What would you like to know?"
PRAISE = "Thank you, that is very good to hear! Tell me if there is anything I can do for you."
THANKS = "You are welcome! Tell me if there is anything else."
GOODBYE = "Thank you for writing to us. Have a good day!"
CAPABILITIES = (
    "I am the automated assistant of the shop. I can tell you where an order is, list your orders, look up products and prices, cancel or "
    "change a pending order, return or exchange delivered items, and answer questions from our help articles. "
    "If you want a person, just say so."
)
UNCLEAR = (
    "I am not sure what you need. I can help with orders, returns, products and questions about the shop. "
    "For example, you can write: “Where is my order?” If you want a person, just say so."
)
NOTHING_CHANGED = "All right, I have not changed anything. Is there anything else I can do?"
"""Also what the graph answers when a proposal is declined, so that its question mark is known to ask for nothing."""
NOTHING_OPEN = "Nothing is waiting for your answer at the moment. What can I do for you?"
TEDIOUS = "I am sorry, I know this is tedious. If you would rather talk to a person, just write “person”."
"""Goes before a question that was not answered and must be put again."""
INVITATION = "I have not changed anything. If you want it done, write “go ahead”."
"""Ends the answer to an inquiry about a change; no question, so that a mere "thanks" agrees to nothing."""
OPEN_QUESTIONS = (GREETING, OPENING, CAPABILITIES, UNCLEAR, NOTHING_CHANGED, NOTHING_OPEN)
"""Replies whose question mark asks for nothing in particular."""
OFFER = re.compile(r"bring in a colleague")
