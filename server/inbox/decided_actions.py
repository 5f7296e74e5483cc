"""Go on with what staff decided where the process that took the decision died before the conversation did."""

import asyncio
import logging
from datetime import timedelta

from core.errors import SupportError
from graph.agent import SupportAgent
from server.inbox.leases import Leases

log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
LONG_ENOUGH = timedelta(seconds=30)
"""What was decided so long ago is not being carried out by whoever took the decision."""


async def keep_deciding(agent: SupportAgent, leases: Leases) -> None:
    """Do so every half minute until cancelled."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await go_on_with_decisions(agent, leases)
        except SupportError as error:
            log.warning("decisions of staff that were left could not be carried out: %s", error)


async def go_on_with_decisions(agent: SupportAgent, leases: Leases, *, after: timedelta = LONG_ENOUGH) -> None:
    """Carry out what was approved, and tell each customer what was decided; raises BackendUnavailable and Busy."""
    for action in await agent.parts.actions.ledger.left_behind(after=after) if agent.parts else ():
        async with leases.holding(action.thread_id) as token:
            await agent.decide(action.thread_id, {"decisions": []}, operator=str(action.decided_by), turn_token=token)
