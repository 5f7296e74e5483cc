"""Open the records of a business for one conversation: as they are at its start, and its tools without the agent."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConversationFileError, Refused
from core.settings import Settings
from evals.conversations.scenarios import GoldAction, Scenario
from evals.conversations.start_state import StartState, change_state, stock_shop
from graph.assembly import own_tools
from graph.business_tools import business_tools
from graph.opened_stores import rules_of
from tools.connectors.opening import Opened
from tools.connectors.snapshots import records_of, reset
from tools.connectors.source import Offered, Source
from tools.context import Context
from tools.retail.importing import export_shop
from tools.retail.order_writes import WRITE_ACTIONS
from tools.retail.policy import Policy
from tools.retail.sql.sql_backend import SqlOrderBackend


@dataclass
class NotedSource:
    """Fulfil `Source` with another one, whose calls are noted."""

    source: Source
    noted: list[dict[str, Any]]

    async def offered(self) -> Mapping[str, Offered]:
        """Return what the source offers."""
        return await self.source.offered()

    async def call(self, name: str, args: Mapping[str, Any]) -> Any:
        """Call a tool, and note its result where there is one."""
        result = await self.source.call(name, args)
        self.noted.append({"name": name, "status": "success", "result": result})
        return result

    async def close(self) -> None:
        """Close the source."""
        await self.source.close()


@dataclass(frozen=True, kw_only=True)
class OpenRecords:
    """The records of one conversation, in a folder of its own."""

    ground: StartState
    settings: Settings
    connected: Opened
    context: Context
    calls: list[dict[str, Any]]
    """What was called so far, each with `name`, `status` and `result`, in order."""

    async def read(self) -> dict[str, Any]:
        """Return all records as they stand, by `table/id`."""
        before = len(self.calls)
        found = await records_of(self.connected.calls, self.settings.data_dir, self.context)
        del self.calls[before:]
        if self.ground.business.shop:
            shop = await asyncio.to_thread(export_shop, self.settings.shop_url)
            found |= {f"{table}/{name}": row for table in ("orders", "users") for name, row in shop[table].items()}
        return found

    async def carry_out(self, actions: Sequence[GoldAction], field: str) -> None:
        """Plan and apply actions one after the other.

        Raises:
            ConversationFileError: there is no such tool, or a rule refuses the action; `field` says where it stands in
                the file.
        """
        if not actions:
            return
        orders = SqlOrderBackend(self.settings.shop_url) if self.ground.business.shop else None
        rules = rules_of(self.ground.business)
        tools = (
            [action.tool(orders, rules, self.ground.now.date) for action in WRITE_ACTIONS.values()]
            if orders and isinstance(rules, Policy)
            else []
        )
        writes = {tool.name: tool.write for tool in (*tools, *self.connected.tools) if tool.write}
        try:
            for number, action in enumerate(actions):
                place = f"{field}.{number} ({action.tool})"
                if action.tool not in writes:
                    raise ConversationFileError(f"{place} names no write tool; there are {', '.join(writes)}")
                try:
                    change = await writes[action.tool].plan(self.context, action.args)
                    await writes[action.tool].apply(change, key=f"{field}-{number}")
                except Refused as error:
                    raise ConversationFileError(f"{place} is refused: {error}; correct the arguments") from None
        finally:
            if orders:
                await orders.close()


@asynccontextmanager
async def open_records(
    ground: StartState, scenario: Scenario, folder: Path, *, thread_id: str
) -> AsyncIterator[OpenRecords]:
    """Yield the records a conversation starts with; the folder is its own.

    Raises:
        ConversationFileError: a connector cannot be opened, or `before` does not fit.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    if ground.business.shop:
        await asyncio.to_thread(stock_shop, ground, scenario, folder / "shop.db")
    settings = ground.settings_in(folder)
    noted: list[dict[str, Any]] = []
    connected = await asyncio.to_thread(
        business_tools,
        settings,
        ground.business,
        own_tools(ground.business),
        lambda: ground.now,
        lambda source: NotedSource(source, noted),
    )
    context = Context(customer_id=scenario.customer, thread_id=thread_id, locale=scenario.locale)
    try:
        if wrong := [problem for problem in connected.problems if not problem.warning]:
            raise ConversationFileError(f"{ground.business.folder}: {wrong[0]}")
        await reset(connected.calls, context)
        if not ground.business.shop:
            await asyncio.to_thread(change_state, connected, scenario)
        opened = OpenRecords(ground=ground, settings=settings, connected=connected, context=context, calls=noted)
        await opened.carry_out(scenario.before.actions, f"{scenario.id}: before.actions")
        noted.clear()
        yield opened
    finally:
        await connected.close()
