"""Hold turns with an endpoint that has faults, over a real connection: the quick ones of `benchmarks.faults`."""

from pathlib import Path

import pytest

from benchmarks.faults import sample_agent, turn_under
from benchmarks.support.models.fault_server import FaultServer

pytestmark = pytest.mark.server

QUICK = ("http_503", "closed_in_stream", "length_in_call", "args_malformed", "text_call_cut", "refusal", "no_choices")


async def test_under_a_fault_nothing_acts_and_the_customer_gets_an_answer_in_time(tmp_path: Path) -> None:
    server = FaultServer()
    listening = await server.start()
    async with sample_agent(tmp_path) as (parts, settings):
        control = await turn_under("good_call", server, parts, settings, streaming=True)
        assert control.effects == 1
        for fault in QUICK:
            for streaming in (True, False):
                turn = await turn_under(fault, server, parts, settings, streaming=streaming)
                assert (turn.effects, bool(turn.text.strip())) == (0, True), turn
                assert turn.text == turn.streamed, turn
    listening.close()
