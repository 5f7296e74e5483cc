"""Measure how well requests are understood, on messages written before the rules and kept apart from them."""

from collections import Counter

import pytest

from core.embeddings.minilm import MiniLM
from tools.retail.offline.reading.shop_understanding import ShopUnderstanding

HELD_OUT: list[tuple[str, list[str]]] = [
    ("any news on my package? it's number W2611340", ["order_status"]),
    ("has 10042 shipped yet", ["order_status"]),
    ("my parcel hasn't turned up", ["order_status"]),
    ("when should I expect the delivery of #AF10017?", ["order_status"]),
    ("could you give me the tracking id for w 2611340", ["order_status"]),
    ("what's going on with my order", ["order_status"]),
    ("what did I pay for order 10042?", ["order_status"]),
    ("which address is order #W2611340 going to?", ["order_status"]),
    ("what items were in #W2611340", ["order_status"]),
    ("did my refund for #AF10031 go through?", ["order_status"]),
    ("is my stuff on its way", ["order_status"]),
    ("where's the lamp I ordered last week", ["order_status"]),
    ("show me everything I have ordered", ["list_orders"]),
    ("what orders do I have open at the moment", ["list_orders"]),
    ("can you pull up my order history", ["list_orders"]),
    ("do you have the desk lamp in black", ["product"]),
    ("how much is the cast iron skillet", ["product"]),
    ("is the 3-person tent still available?", ["product"]),
    ("which colours does the water bottle come in", ["product"]),
    ("what's the cheapest bookshelf you sell", ["product"]),
    ("how many t-shirt options are there in the online store?", ["product"]),
    ("what is the balance on my gift card", ["profile"]),
    ("which address do you have on file for me?", ["profile"]),
    ("what cards are saved in my account", ["profile"]),
    ("what email address am I registered with", ["profile"]),
    ("kill my order W2611340, I don't need it any more", ["cancel"]),
    ("I ordered the wrong thing by accident, please call off order 10042", ["cancel"]),
    ("can you stop order #W2611340 before it ships?", ["cancel"]),
    ("I no longer want the order I placed yesterday", ["cancel"]),
    ("pls cancel everything that is still pending", ["cancel"]),
    ("I'd like to scrap my latest order", ["cancel"]),
    ("please send order 10042 to 12 Oak Lane, Denver, CO 80202 instead", ["change_address"]),
    ("I moved, can you update the shipping address of #W2611340", ["change_address"]),
    ("the delivery address on my order is wrong", ["change_address"]),
    ("please update the address in my profile to 9 Pine Road, Austin, TX 78701", ["change_default_address"]),
    ("change my default address", ["change_default_address"]),
    ("I want to pay order #W2611340 with paypal instead", ["change_payment"]),
    ("can you put order 10042 on my visa card", ["change_payment"]),
    ("switch the payment method of my order to the gift card", ["change_payment"]),
    ("I'd like to send back the office chair", ["return"]),
    ("I want my money back for the kettle, it's not for me", ["return"]),
    ("please arrange a return for everything in #W2611340", ["return"]),
    ("the bottle doesn't suit me, how can I give it back? it was in order 10042", ["return"]),
    ("swap the blue bottle for a red one", ["swap"]),
    ("I need a bigger size of the jacket in order #W2611340", ["swap"]),
    ("could I get the keyboard with clicky switches instead of linear", ["swap"]),
    ("exchange my tent for the four person version", ["swap"]),
    ("make the t-shirt in my pending order purple", ["swap"]),
    ("how many days do I have to send something back", ["policy"]),
    ("do you charge for express delivery?", ["policy"]),
    ("do you deliver to Canada?", ["policy"]),
    ("how long is the guarantee on lamps", ["policy"]),
    ("can I put a wooden chopping board in the dishwasher?", ["policy"]),
    ("what happens if nobody is home when the courier comes", ["policy"]),
    ("I forgot my password", ["policy"]),
    ("how do I unsubscribe from the newsletter", ["policy"]),
    ("are your shops open on sundays?", ["policy"]),
    ("until when can an order be cancelled", ["policy"]),
    ("my promo code isn't accepted", ["policy"]),
    ("do gift cards expire?", ["policy"]),
    ("how quickly do refunds arrive on a credit card", ["policy"]),
    ("can I exchange something for a different product?", ["policy"]),
    ("where can I download my invoice", ["policy"]),
    ("my pan has rust spots, what can I do", ["policy"]),
    ("one plate arrived broken", ["policy"]),
    ("is it possible to return a used item?", ["policy"]),
    ("hi there", ["greeting"]),
    ("good morning!", ["greeting"]),
    ("thanks a lot, that helped", ["thanks"]),
    ("cheers mate", ["thanks"]),
    ("that's all, bye", ["goodbye"]),
    ("ciao, have a nice day", ["goodbye"]),
    ("ciao, do you sell lamps", ["product"]),
    ("what can you help me with?", ["capabilities"]),
    ("are you a bot?", ["capabilities"]),
    ("I was charged twice for the same order", ["serious"]),
    ("someone used my account to order things I don't know", ["serious"]),
    ("what's the weather like in Paris", ["unclear"]),
    ("write me a poem about the sea", ["unclear"]),
    ("asdkjh qwlkej", ["unclear"]),
    ("🎉🎉🎉", ["unclear"]),
    ("where is order 10042 and what is your return policy?", ["order_status", "policy"]),
    ("Hi! Cancel #W2611340, ordered by mistake. Also, do you ship to Canada?", ["cancel", "policy"]),
    ("return the chair from #W2611340 and tell me where #W5490111 is", ["return", "order_status"]),
    ("how long does shipping take, and how much is it?", ["policy", "policy"]),
    ("What is my gift card balance? And show my orders please.", ["profile", "list_orders"]),
    ("exchange the bottle for a red one and return the lamp", ["swap", "return"]),
    ("is the tent in stock and how much does express cost", ["product", "policy"]),
    ("Where is 10042? Where is 10043?", ["order_status", "order_status"]),
    (
        "first cancel order 10042 because I don't need it, then change the address of 10043",
        ["cancel", "change_address"],
    ),
]


def measured(embeddings: MiniLM | None) -> tuple[float, list[str]]:
    """Return the share of messages understood completely, and what went wrong."""
    understanding = ShopUnderstanding(embeddings)
    wrong = []
    for text, wanted in HELD_OUT:
        found = [request.intent for request in understanding.requests(text)]
        if Counter(found) != Counter(wanted):
            wrong.append(f"{text!r}: wanted {wanted}, understood {found}")
    return 1 - len(wrong) / len(HELD_OUT), wrong


def test_requests_are_understood_by_rules_alone() -> None:
    share, wrong = measured(None)
    assert share >= 0.8, "\n".join(wrong)


def test_embeddings_understand_more() -> None:
    minilm = pytest.importorskip("core.embeddings.minilm")
    share, wrong = measured(minilm.MiniLM())
    assert share >= 0.9, "\n".join(wrong)
