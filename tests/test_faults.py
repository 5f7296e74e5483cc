"""Hold turns with an endpoint that has faults, over a real connection: the quick ones of `benchmarks.faults`."""

import pytest

from benchmarks.faults import run

pytestmark = pytest.mark.server

QUICK = ("http_503", "closed_in_stream", "length_in_call", "args_malformed", "text_call_cut", "refusal", "no_choices")


async def test_under_a_fault_nothing_acts_and_the_customer_gets_an_answer_in_time() -> None:
    *faulty, streamed_control, control = await run(QUICK)
    assert (streamed_control.effects, control.effects) == (1, 1)
    assert len(faulty) == 2 * len(QUICK)
    for turn in faulty:
        assert (turn.effects, bool(turn.text.strip())) == (0, True), turn
        assert turn.text == turn.streamed, turn
