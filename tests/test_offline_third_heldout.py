"""Measure more conversations that were written before they were first played: questions beside an open proposal,
negations, odd input.

The form is that of `tests.test_offline_conversations_heldout`. At first sight 22 of the 35 went as they should by words
and 23 with embeddings (one failed by a slip in what was expected); what failed was then repaired for its cause.
"""

import pytest

from core.embeddings.minilm import MiniLM
from tests.test_offline_conversations_heldout import (
    ADA,
    CHIAMAKA,
    INGRID,
    JONAS,
    LUCIA,
    MALIK,
    NOOR,
    PERSON,
    PRIYA,
    TOMAS,
    Expected,
    faults,
)

CANCEL_10308: Expected = [("cancel_order", {"order_id": "#AF10308", "reason": "no longer needed"})]
CANCEL_10316: Expected = [("cancel_order", {"order_id": "#AF10316", "reason": "ordered by mistake"})]

CONVERSATIONS: dict[str, tuple[str, list[tuple[str, Expected]]]] = {
    # a question while something waits for a yes
    "refund time while a cancellation waits": (
        TOMAS,
        [
            ("please cancel AF10308, I don't need the stove any more", CANCEL_10308),
            ("how long until I get my money back?", ["days", "-Shall I go ahead"]),
        ],
    ),
    "label while a return waits": (
        TOMAS,
        [
            (
                "I'd like to send back the knife from AF10120",
                [
                    (
                        "return_items",
                        {"order_id": "#AF10120", "item_ids": ["S200302"], "payment_method_id": "credit_card_208309"},
                    )
                ],
            ),
            ("do I have to pay for the shipping?", ["label|shipping|free"]),
        ],
    ),
    "another order while a cancellation waits": (
        NOOR,
        [
            ("I ordered AF10316 by mistake, cancel it please", CANCEL_10316),
            ("hm wait, what's in AF10297 again?", ["Picnic Blanket", "Duvet Cover"]),
        ],
    ),
    "opening hours while a cancellation waits": (
        NOOR,
        [
            ("Cancel order 10316, it was ordered by mistake", CANCEL_10316),
            ("are your shops open on Sundays?", ["Sunday|hours|store"]),
        ],
    ),
    # negations
    "not cancelling, asking": (
        TOMAS,
        [("I do not want to cancel AF10308, I only want to know when it ships", ["#AF10308", "pending"])],
    ),
    "no return, a question": (
        ADA,
        [("I'm not returning anything, just curious: how many days would I have?", ["30 days"])],
    ),
    "never asked for it": (ADA, [("I never asked for a refund, why would I get one?", ["-Which", "-For which"])]),
    "leave it as it is": (
        NOOR,
        [
            ("cancel AF10316, ordered by mistake", CANCEL_10316),
            ("actually leave it as it is", ["not changed|unchanged|nothing|All right"]),
        ],
    ),
    "keep, but where": (
        MALIK,
        [("Don't cancel 10294! Just tell me its status.", ["#AF10294", "pending"])],
    ),
    "without changing": (
        NOOR,
        [("Without changing anything: which address does AF10351 go to?", ["#AF10351|address"])],
    ),
    # follow-ups
    "tracking of it": (
        JONAS,
        [("where is AF10231?", ["#AF10231"]), ("and the tracking number?", ["800774298533"])],
    ),
    "its price": (INGRID, [("Is AF10014 delivered?", ["#AF10014"]), ("what did the kettle cost?", ["63.95"])]),
    "what about the other": (
        TOMAS,
        [("what's the state of AF10308", ["#AF10308"]), ("what about AF10343?", ["#AF10343", "pending"])],
    ),
    "then cancel it": (
        TOMAS,
        [
            ("status of order AF10308 please", ["pending"]),
            ("ok then cancel it, I no longer need it", CANCEL_10308),
        ],
    ),
    "who pays then": (
        PRIYA,
        [("can I return pillows?", ["return"]), ("and who pays for that?", ["label|pay|free|$"])],
    ),
    # corrections
    "the other number": (
        NOOR,
        [
            (
                "Cancel AF10297, I ordered it by mistake",
                [("cancel_order", {"order_id": "#AF10297", "reason": "ordered by mistake"})],
            ),
            ("sorry, wrong number, AF10316 I meant", CANCEL_10316),
        ],
    ),
    "the reason was another": (
        TOMAS,
        [
            ("cancel AF10308, no longer needed", CANCEL_10308),
            (
                "well, to be exact it was a mistake",
                [("cancel_order", {"order_id": "#AF10308", "reason": "ordered by mistake"})],
            ),
        ],
    ),
    # several in one
    "two policies": (ADA, [("What does express delivery cost and do you ship to Canada?", ["express", "Canada"])]),
    "order and policy": (
        LUCIA,
        [
            (
                "Where's AF10190? Also: what if the clock arrives broken?",
                ["#AF10190", "968196119527", "broken|damage|photo"],
            )
        ],
    ),
    "two orders": (NOOR, [("status of AF10297 as well as AF10351?", ["#AF10297", "#AF10351"])]),
    "hello, thanks and a question": (
        CHIAMAKA,
        [("hey there, hope you're well! quick one - what's my gift card balance? thanks a lot", ["$200.00"])],
    ),
    # paraphrases
    "package not there": (JONAS, [("my parcels should have been here ages ago, any idea?", ["#AF10231|#AF10214"])]),
    "money for cheaper": (
        ADA,
        [("the kettle is cheaper now than when I bought it, do you give the difference?", ["price|difference"])],
    ),
    "scratch": (ADA, [("there's a scratch on my new kettle", ["damage|photo|sorry"])]),
    "forgot login": (ADA, [("I can't get into my account, password's gone", ["password|reset"])]),
    "spelled out number": (ADA, [("where is order A F one zero two eight three", ["#AF10283|order number"])]),
    "person by other words": (ADA, [("can one of your colleagues ring me", PERSON)]),
    # odd input
    "one emoji": (ADA, [("🚚❓", ["help|order"])]),
    "one character": (ADA, [("a" * 5000, ["help"])]),
    "control characters": (JONAS, [("where\x00 is\x07 AF10231\x1b[31m?", ["#AF10231"])]),
    "very long": (JONAS, [("hello " * 30_000 + "where is AF10231?", ["#AF10231"])]),
    "Spanish": (ADA, [("¿Cuánto tarda el envío a mi casa?", ["inglés|envío|encontrado respuesta"])]),
    "Swedish": (ADA, [("Hej, hur lång tid har jag på mig att lämna tillbaka en vara?", ["English|engelska"])]),
    "German with a number": (JONAS, [("Wo bleibt denn meine Bestellung AF10231?", ["AF10231"])]),
    "Arabic": (ADA, [("أين طلبي؟", ["English"])]),
}


@pytest.mark.parametrize(("embeddings", "most"), [(None, 0.2), (MiniLM(), 0.1)], ids=["words", "minilm"])
def test_conversations_go_as_they_should(embeddings: MiniLM | None, most: float) -> None:
    wrong = faults(CONVERSATIONS, embeddings)
    assert len(wrong) / len(CONVERSATIONS) <= most, "\n".join(wrong)
