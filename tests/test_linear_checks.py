"""What is checked of a message and of a reply takes as many steps as they are long: four times the text, four times the
steps.
"""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from graph.tool_calls.wanted_changes import sentences_that_ask
from graph.verification.evidence import Text
from graph.verification.evidence_reading import read_evidence
from graph.verification.values.value_reading import find_values

FEW, MANY = 100, 400
MOST_GROWTH = 1.3
"""How much more than its length the steps may grow by: what is done once a text is little."""

TEXTS: dict[str, Callable[[int], str]] = {
    "order numbers": lambda n: f"AF{10_000 + n}",
    "numbers": lambda n: f"{100_000 + 7 * n}",
    "lengths of time": lambda n: f"within {n + 2} days",
    "sentences": lambda n: f"Open for {n + 2} days before Monday.",
    "prices": lambda n: f"${n}.50",
    "days": lambda n: f"{n % 28 + 1} May {2000 + n}",
    "weekdays": lambda n: "Monday",
    "links": lambda n: f"shop{n}.example/a",
    "lines": lambda n: f"a{n}\n",
}


def steps(work: Callable[[], Any]) -> int:
    """Return how many functions a piece of work enters, Python's own and those of its library."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def checked(unit: Callable[[int], str], many: int, kind: str) -> Callable[[], Any]:
    """Return work that reads a text and asks of each value in it, and of as many others, whether it is known."""
    text = " ".join(unit(n) for n in range(many))
    others = find_values(" ".join(unit(n + 5_000) for n in range(many)))

    def work() -> None:
        evidence = read_evidence([Text(text, "customer"), Text(text + ".", "prose")])
        for value in (*find_values(text), *others):
            evidence.stands(value)
        sentences_that_ask(text, f"cancel_{kind}")

    return work


@pytest.mark.parametrize("kind", TEXTS)
def test_four_times_the_text_takes_four_times_the_steps(kind: str) -> None:
    unit = TEXTS[kind]
    few = steps(checked(unit, FEW, f"{kind} few"))
    many = steps(checked(unit, MANY, f"{kind} many"))
    assert many <= few * MANY / FEW * MOST_GROWTH
