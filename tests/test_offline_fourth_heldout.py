"""Measure conversations that were written before they were first played: questions about changes, and lists of changes
that are amended.

The form is that of `tests.test_offline_conversations_heldout`. At first sight 22 of the 39 went as they should by words
and 23 with embeddings; what failed was then repaired for its cause.
"""

import pytest

from core.embeddings.minilm import MiniLM
from tests.test_offline_conversations_heldout import ADA, MALIK, NOOR, PRIYA, TOMAS, Expected, faults

OLIVER, NADIA, SAFIYA, CALLUM = (
    "oliver_pettigrew_1012",
    "nadia_petrov_1030",
    "safiya_karim_1013",
    "callum_fraser_1031",
)
PAYPAL, VISA = "paypal_388029", "credit_card_208309"
NO_PROPOSAL = "-Shall I go ahead"


def cancels(*order_ids: str, reason: str = "no longer needed") -> Expected:
    """Return the cancellations of some orders."""
    return [("cancel_order", {"order_id": order_id, "reason": reason}) for order_id in order_ids]


CONVERSATIONS: dict[str, tuple[str, list[tuple[str, Expected]]]] = {
    # questions about a change are answered and propose nothing
    "money of a return": (
        MALIK,
        [("what amount would I receive for sending back the tent of AF10053?", [NO_PROPOSAL, "#AF10053"])],
    ),
    "last day": (ADA, [("by what date do I have to send the kettle from AF10142 back?", [NO_PROPOSAL, "30 days"])]),
    "days left": (TOMAS, [("how long do I still have for returning AF10120?", [NO_PROPOSAL, "30 days"])]),
    "can it be stopped": (NOOR, [("Is it too late to cancel AF10316?", [NO_PROPOSAL, "pending"])]),
    "price of a swap": (
        MALIK,
        [("how much more is it if I change the knife in AF10294 to 20 cm?", [NO_PROPOSAL, "more than"])],
    ),
    "hearsay": (
        OLIVER,
        [("I read that I can cancel AF10331 when it was ordered by mistake", [NO_PROPOSAL, "pending"])],
    ),
    "undecided": (OLIVER, [("I'm considering cancelling AF10247 since I no longer need it", [NO_PROPOSAL])]),
    "asked, then thanked": (
        NADIA,
        [
            ("where would the refund go if I sent back the headlamp from AF10133?", [NO_PROPOSAL]),
            ("ok, thank you!", ["welcome"]),
        ],
    ),
    "asked, then wanted": (
        OLIVER,
        [
            ("What happens to my money if AF10331 is cancelled because I no longer need it?", [NO_PROPOSAL, "22.50"]),
            ("alright, go ahead then", cancels("#AF10331")),
        ],
    ),
    "a polite wish stays a wish": (
        OLIVER,
        [("could you please cancel AF10247, I don't need it any more", cancels("#AF10247"))],
    ),
    "a wish in other words": (
        NOOR,
        [
            (
                "I'd like you to cancel AF10316 since I ordered it by accident",
                cancels("#AF10316", reason="ordered by mistake"),
            )
        ],
    ),
    # a list is narrowed
    "without the last": (
        OLIVER,
        [
            ("cancel AF10331 and AF10286, they're no longer needed", cancels("#AF10331", "#AF10286")),
            ("leave out the last one please", cancels("#AF10331")),
        ],
    ),
    "the second alone": (
        NOOR,
        [
            ("AF10297 and AF10316 should be cancelled, I no longer need them", cancels("#AF10297", "#AF10316")),
            ("hm, the second only", cancels("#AF10316")),
        ],
    ),
    "named by number": (
        NOOR,
        [
            ("Cancel AF10297, AF10316 and AF10351. No longer needed.", cancels("#AF10297", "#AF10316", "#AF10351")),
            ("all but AF10316", cancels("#AF10297", "#AF10351")),
        ],
    ),
    "an item less": (
        MALIK,
        [
            (
                "I'd like to return the bowl and the clock of AF10176",
                [
                    (
                        "return_items",
                        {"order_id": "#AF10176", "item_ids": ["S201702", "S200803"], "payment_method_id": PAYPAL},
                    )
                ],
            ),
            (
                "no, without the clock",
                [("return_items", {"order_id": "#AF10176", "item_ids": ["S200803"], "payment_method_id": PAYPAL})],
            ),
        ],
    ),
    # a list is widened
    "an item more": (
        MALIK,
        [
            (
                "please take back the reading lamp from AF10176",
                [("return_items", {"order_id": "#AF10176", "item_ids": ["S201403"], "payment_method_id": PAYPAL})],
            ),
            (
                "and the salad bowl too",
                [
                    (
                        "return_items",
                        {"order_id": "#AF10176", "item_ids": ["S201403", "S200803"], "payment_method_id": PAYPAL},
                    )
                ],
            ),
        ],
    ),
    "an order more": (
        OLIVER,
        [
            ("cancel AF10331, no longer needed", cancels("#AF10331")),
            ("and AF10247 as well", cancels("#AF10331", "#AF10247")),
        ],
    ),
    "an address besides": (
        OLIVER,
        [
            ("cancel AF10331, no longer needed", cancels("#AF10331")),
            (
                "please also ship AF10247 to 81 Oak Lane, Salem, OR 97301",
                [
                    *cancels("#AF10331"),
                    (
                        "change_order_address",
                        {
                            "order_id": "#AF10247",
                            "address1": "81 Oak Lane",
                            "address2": "",
                            "city": "Salem",
                            "state": "OR",
                            "zip": "97301",
                            "country": "USA",
                        },
                    ),
                ],
            ),
        ],
    ),
    "something else instead": (
        OLIVER,
        [
            ("cancel AF10331, no longer needed", cancels("#AF10331")),
            ("sorry, I meant AF10247", cancels("#AF10247")),
        ],
    ),
    # one wish, one action
    "back and another one": (
        MALIK,
        [
            (
                "send back the cream kettle of AF10176 and give me the matt black one instead",
                [
                    (
                        "exchange_items",
                        {
                            "order_id": "#AF10176",
                            "item_ids": ["S200106"],
                            "new_item_ids": ["S200104"],
                            "payment_method_id": PAYPAL,
                        },
                    )
                ],
            )
        ],
    ),
    # which one, and nothing but what was asked for
    "two baskets": (PRIYA, [("I'd like to send the basket of AF10129 back", ["Which", "Bread Proving", "Woven"])]),
    "two baskets, told": (
        PRIYA,
        [
            ("please return my basket from AF10129", ["Which"]),
            (
                "the one for bread",
                [
                    (
                        "return_items",
                        {"order_id": "#AF10129", "item_ids": ["S200702"], "payment_method_id": "credit_card_422275"},
                    )
                ],
            ),
        ],
    ),
    "no other size": (NADIA, [("in AF10322 I want the blanket in pine", [NO_PROPOSAL, "150|Which"])]),
    # articles about something else answer nothing
    "care of linen": (CALLUM, [("what's the best way to wash my linen sheets?", ["-tent", "-cast iron", "person"])]),
    "care of a flask": (CALLUM, [("can the vacuum flask go into the dishwasher", ["-cast iron", "-board", "person"])]),
    "care of a lamp": (MALIK, [("how should I clean the lamp shade?", ["dry cloth"])]),
    "care of a tent": (MALIK, [("may I machine wash the tent?", ["sponge|do not machine-wash"])]),
    "care of a pan": (NOOR, [("how do I clean my cast iron skillet?", ["hot water"])]),
    # misread
    "typos": (OLIVER, [("plaese cancle AF10331, no longer needd", cancels("#AF10331"))]),
    "unmarked negation": (OLIVER, [("canel order AF10247 i dont need that", cancels("#AF10247"))]),
    "contact": (ADA, [("how do I get in touch with you?", ["help@alderfinch.example|ask for a person"])]),
    "gift cards": (ADA, [("tell me something about gift cards", ["$10|expire|15 minutes"])]),
    "gift wrapping": (TOMAS, [("is gift wrapping available for AF10343?", ["-payment method"])]),
    "orders of a month": (MALIK, [("show me my orders from october", ["AF10053", "-AF10294", "-AF10176"])]),
    "dead thing": (MALIK, [("the reading lamp I got from you died", ["warranty|photo|damage"])]),
    "praise": (ADA, [("I absolutely love the new clock, you are the best", ["welcome|glad|thank", "-price"])]),
    "a question comes": (ADA, [("may I ask something?", ["?"])]),
    "the time": (ADA, [("do you know what time it is?", ["-hours of the desk"])]),
    "to Canada": (
        SAFIYA,
        [
            (
                "please ship AF10335 to Canada: 12 Bay Street, Toronto, ON M5J 2X8",
                [
                    (
                        "change_order_address",
                        {
                            "order_id": "#AF10335",
                            "address1": "12 Bay Street",
                            "address2": "",
                            "city": "Toronto",
                            "state": "ON",
                            "zip": "M5J 2X8",
                            "country": "Canada",
                        },
                    )
                ],
            )
        ],
    ),
}


@pytest.mark.parametrize(("embeddings", "most"), [(None, 0.2), (MiniLM(), 0.1)], ids=["words", "minilm"])
def test_conversations_go_as_they_should(embeddings: MiniLM | None, most: float) -> None:
    wrong = faults(CONVERSATIONS, embeddings)
    assert len(wrong) / len(CONVERSATIONS) <= most, "\n".join(wrong)
