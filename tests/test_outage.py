"""Stop the endpoint behind a running server in the middle of an answer and start it again: the small size of
`benchmarks.outage`.
"""

import pytest

from benchmarks.outage import figures, run

pytestmark = pytest.mark.server


async def test_every_message_of_an_outage_is_answered_and_the_model_serves_again_when_it_is_back() -> None:
    answered, back = await run(3)
    missed = [(f.name, f.value) for f in figures(answered, back) if not f.met]
    assert missed == [], answered
