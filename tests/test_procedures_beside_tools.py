"""A procedure leads what its own write is for; everything else the business's tools do goes on as without it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.agent import SupportAgent, open_agent
from tests.server_fakes import settings_in
from tests.terminal import copied_sample, fill_sample_shop

CANCEL_ORDER = """\
---
name: cancel-order
description: Cancel an order that has not left the house yet. Use when a customer wants to cancel an order.
examples: [please cancel my order, I ordered this by mistake, I do not want order AF10326 any more]
tools: [get_order, list_orders]
slots:
  order_id: {ask: "Which order is it? Its number begins with AF.", pattern: "#?AF[0-9]{5}"}
  reason:
    ask: "Why do you cancel it: no longer needed, or ordered by mistake?"
    one_of: [no longer needed, ordered by mistake]
    from: customer
facts:
  order: get_order(order_id)
rules:
  pending: {must: "order.status == 'pending'", else: refuse, say: "Order {order_id} has left the house already."}
do:
  cancel: {tool: cancel_order, args: {order_id: order_id, reason: reason}, needs: [pending]}
done_when: cancel.ok
---
1. Find the order ({order_id}); if the number is not known, look with @list_orders.
2. Ask for the {reason}.
3. Do {do.cancel}.
"""


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[SupportAgent]:
    """Yield an agent of the sample shop, whose cancelling is led by a procedure."""
    business = copied_sample(tmp_path / "business")
    (business / "procedures").mkdir()
    (business / "procedures" / "cancel-order.md").write_text(CANCEL_ORDER)
    fill_sample_shop(tmp_path)
    async with open_agent(settings_in(tmp_path, business=business)) as opened:
        yield opened


async def test_only_what_the_procedure_is_for_is_led_by_it(agent: SupportAgent) -> None:
    async def told(text: str) -> str:
        return (await agent.send(text, text, customer_id="ada_brook_1001")).text

    assert "Cancel order #AF10326" in await told("please cancel order AF10326, I ordered it by mistake")
    assert "has left the house already" in await told("cancel my order AF10283 please, it is no longer needed")
    assert "AF10142" in await told("Then show me the orders I have, please.")
    spoken = await told("hello i want to uh cancel order a f one oh three two six i ordered it by mistake")
    assert "Cancel order #AF10326" in spoken
    assert "568977097336" in await told("um hi yeah where is my order a f one zero two eight three")
    moved = "I moved. Please send order #AF10326 to 12 Elm Street, Apt 4, Newark, NJ 07102, USA."
    assert "12 Elm Street" in await told(moved)
    late = "Order #AF10283 should have been here and still is not. Please refund me $14.95, because it is late."
    assert "has left the house" not in await told(late)
    both = "Please cancel #AF10326, no longer needed, and I also want to return the roasting tin from #AF10142."
    assert "Cancel order #AF10326" in await told(both)
