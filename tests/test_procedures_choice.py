"""Without a model a procedure is chosen for a wish, and never for a question or for what is to be shown."""

import numpy as np
import pytest

from benchmarks.procedures.planted import CANCEL
from core.embeddings.minilm import MiniLM
from core.language.words import content_stems
from graph.procedures.choice import Chooser
from tests.procedure_fakes import compiled

WORDS = ("cancel", "flight", "trip", "money", "hello", "thank")


def embed(texts: list[str]) -> np.ndarray:
    """Return vectors by a few words; a text without any of them is like no other."""
    rows = np.array([[1e-6 + (word in " ".join(content_stems(text))) for word in WORDS] for text in texts])
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("message", "chosen"),
    [
        ("I want to cancel my flight", True),
        ("my plans changed, cancel my flight please", True),
        ("can someone cancel my flight?", True),
        ("how do I cancel my flight?", False),
        ("can I cancel my flight?", False),
        ("can I cancel my flight HAT123?", True),
        ("how long does it take to cancel a flight, and do I have to cancel the trip myself?", False),
        ("show me the flight I want to cancel", False),
        ("tell me about my trip", False),
        ("my flight was cancelled, do I get money back?", False),
        ("my trip is off. Cancel my flight, will you?", True),
        ("do you give money back for a flight", False),
        ("can I have my flight cancelled", True),
    ],
)
def test_only_a_wish_chooses_a_procedure(message: str, chosen: bool) -> None:
    assert (Chooser([compiled(CANCEL)], embed).choose(message).procedure is not None) is chosen


BAGS = """---
name: add-bags
description: Add checked bags to a reservation. Use when a customer wants to take more luggage.
examples: [I want to add a suitcase, ich möchte einen Koffer dazubuchen, je voudrais ajouter une valise]
tools: [get_reservation_details]
slots:
  reservation_id: {ask: "Which reservation is it?", pattern: "[A-Z0-9]{6}"}
---
Look up the reservation {reservation_id}.
"""


@pytest.mark.parametrize(
    "message",
    ["Kann ich für AB12CD die Versicherung nachträglich dazubuchen?", "Combien coûte une valise en plus sur AB12CD ?"],
)
def test_who_asks_for_a_price_or_for_something_else_is_not_offered_what_a_procedure_adds(message: str) -> None:
    assert Chooser([compiled(BAGS)], MiniLM().embed_array).asked_whether(message) is None
