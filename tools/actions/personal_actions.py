"""Look after the personal data of actions: the ledger stays as an audit trail without a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from core.clock import utc_now
from core.errors import Refused
from core.privacy.personal_data import ERASED, Person, PersonalTables, pseudonym
from tools.actions.action import IN_FLIGHT
from tools.actions.ledger import WITHDRAWABLE
from tools.actions.ledger_schema import actions, metadata
from tools.actions.ledger_schema import events as steps


class PersonalActions(PersonalTables):
    """Fulfil `PersonalStore` for the ledger: who did what when stays; for whom, whereto and in which words goes."""

    name = "actions"
    tables: Sequence[str] = ("actions", "action_events")
    owned = actions

    def __init__(self, url: str) -> None:
        super().__init__(url, metadata, called="the action ledger")

    async def export(self, person: Person) -> list[dict[str, Any]]:
        """Return what was asked for, agreed to and done."""
        left_out = ("claim", "lease_until", "fingerprint", "settled")
        rows = await self._database.rows(select(actions).where(self._of(person)))
        return [{k: v for k, v in row._asdict().items() if k not in left_out} for row in rows]

    async def erase(self, person: Person) -> int:
        """Withdraw what is open and leave of each action what, when, by whom and how it ended.

        Raises:
            Refused: a change is being carried out at this moment.
        """
        busy = self._of(person) & actions.c.state.in_(IN_FLIGHT) & (actions.c.lease_until > utc_now())
        for [action] in await self._database.rows(select(actions.c.id).where(busy).limit(1)):
            raise Refused(
                f"Action {action[:8]} is being carried out at the moment; run the command again in two minutes."
            )
        return await self._strip(self._of(person))

    async def expire(self, before: datetime) -> int:
        """Do so to actions that were over before then."""
        return await self._strip(actions.c.settled & (actions.c.updated_at < before) & (actions.c.preview != ERASED))

    async def _strip(self, which: ColumnElement[bool]) -> int:
        async with self._database.writing() as connection:
            rows = (await connection.execute(select(actions).where(which))).mappings().all()
            for row in rows:
                order = row["change"].get("order_id")
                change = {"operation": row["tool"], "customer_id": ERASED, "order_id": order, "args": {}, "before": {}}
                change |= {"summary": ERASED, "done": ERASED, "after": {}, "moves": [], "approval": None}
                texts = {"yes_text": None, "decision_note": None, "asked_message_id": None, "yes_message_id": None}
                values = {
                    **texts,
                    "thread_id": pseudonym(),
                    "customer_id": ERASED,
                    "args": {"order_id": order} if order else {},
                    "fingerprint": pseudonym(),
                    "preview": ERASED,
                    "change": change,
                    "approval": ERASED if row["approval"] else None,
                    "state": "withdrawn" if row["state"] in WITHDRAWABLE else row["state"],
                    "settled": True,
                    "claim": None,
                    "result": {"words": ERASED} if row["result"] else None,
                }
                await connection.execute(update(actions).where(actions.c.id == row["id"]).values(values))
                await connection.execute(update(steps).where(steps.c.action_id == row["id"]).values(detail=None))
            return len(rows)
