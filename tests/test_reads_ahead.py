"""Records that the customer's own ones lead to are read, where a message speaks of them, before the model is asked."""

from pathlib import Path

import pytest

from core.settings import Settings
from graph.agent import open_agent

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@pytest.mark.parametrize(
    ("business", "customer", "lines", "holds"),
    [
        ("novanet", "c-ben", ["is something broken in my street?"], "a cable cut by construction works"),
        ("novanet", "c-amelie", ["which address do you have for me"], "4 rue des Lilas"),
        ("skylark", "noah_muller_9847", ["show me my trips", "which of them has insurance?"], "4OG6T3, insurance: yes"),
    ],
)
async def test_what_is_asked_of_own_records_is_looked_up(
    business: str, customer: str, lines: list[str], holds: str, tmp_path: Path
) -> None:
    settings = Settings.from_env({"SUPPORT_DATA_DIR": str(tmp_path)}, business=EXAMPLES / business)
    async with open_agent(settings) as agent:
        replies = [await agent.send("t", line, customer_id=customer) for line in lines]
        assert holds in replies[-1].text
        nobody = await agent.send("u", lines[0])
    assert holds not in nobody.text
