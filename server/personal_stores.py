"""List every store that holds personal data, and export, erase or expire it in all of them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import BackendUnavailable
from core.privacy.known_people import KNOWN
from core.privacy.personal_data import Person, PersonalStore
from core.settings import Settings
from core.storage.database import Database
from graph.context_window.customer_profile import PersonalFiles, open_store
from graph.memory.checkpointers import open_checkpointer
from graph.memory.personal_memory import PersonalMemory
from graph.opened_stores import webhook_outbox
from server.inbox.personal_inbox import PersonalInbox
from server.personal_drafts import PersonalDevServer, PersonalDrafts
from tools.actions.personal_actions import PersonalActions
from tools.desk.personal_tickets import PersonalTickets
from tools.desk.webhook import WebhookOutbox
from tools.identity.personal_proofs import PersonalProofs
from tools.retail.sql.personal_effects import PersonalEffects

log = logging.getLogger(__name__)
EXPIRY_SECONDS = 6 * 3600
ROUNDS = 3
"""How often is looked again for what came up while something was erased."""


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """All stores; every method raises BackendUnavailable when one of them cannot be used."""

    stores: Sequence[PersonalStore]
    inbox: PersonalInbox
    outbox: WebhookOutbox | None = None

    async def find(self, customer_id: str) -> Person:
        """Return a customer with all conversations that are known to be theirs."""
        threads = [await store.threads_of(customer_id) for store in self.stores]
        return Person(customer_id, frozenset[str]().union(*threads))

    async def export(self, person: Person) -> dict[str, Any]:
        """Return what is stored about a person, by store."""
        return {store.name: await store.export(person) for store in self.stores}

    async def erase(self, person: Person) -> Mapping[str, int]:
        """Erase a person everywhere, then from the files; return how many rows of each store that concerned.

        Raises:
            Busy: a turn of theirs goes on and on.
            Refused: a change to an order is being carried out right now.
        """
        counts = dict.fromkeys((store.name for store in self.stores), 0)
        for _ in range(ROUNDS):
            async with self.inbox.quiet(person.threads):
                for store in self.stores:
                    counts[store.name] += await store.erase(person)
            if person.customer_id is None or not (again := await self.find(person.customer_id)).threads:
                break
            person = again  # the customer wrote on, or a program without leases was at work
        if person.customer_id:
            KNOWN.forget(person.customer_id)
        if self.outbox:
            await self.outbox.send_due()
        await self.compact()
        return counts

    async def expire(self, days: int, *, now: datetime | None = None, compact: bool = True) -> Mapping[str, int]:
        """Take away what nobody has touched for so many days; return how many rows of each store that concerned.

        Writing the files anew holds up whoever writes to them, so it can be left out.
        """
        before = (now or datetime.now(UTC)) - timedelta(days=days)
        counts = {store.name: await store.expire(before) for store in self.stores}
        if compact and any(counts.values()):
            await self.compact()
        return counts

    async def compact(self) -> None:
        """Leave nothing of deleted rows in any file."""
        for store in self.stores:
            await store.compact()


@asynccontextmanager
async def open_personal_data(settings: Settings) -> AsyncIterator[PersonalData]:
    """Yield all stores of an installation; a test holds this list against the tables there are."""
    inbox = PersonalInbox(
        settings.inbox_url, lease_seconds=settings.limits.lease_seconds, patience=settings.limits.attempt_seconds + 10
    )
    outbox = webhook_outbox(settings, Database(settings.desk_url))
    in_sql = not settings.shop_url.startswith(("http://", "https://"))
    async with open_checkpointer(settings.memory_url) as saver, open_store(settings.memory_url) as files:
        stores: list[PersonalStore] = [
            PersonalActions(settings.desk_url),  # first: it may refuse, and then nothing was touched
            PersonalFiles(files),
            PersonalMemory(saver, settings.memory_url),
            PersonalDrafts(settings.proposals_dir, settings.desk_url),  # before the tickets that say whose they are
            PersonalDevServer(),
            PersonalTickets(settings.desk_url, tells=outbox is not None),
            PersonalProofs(settings.desk_url),
            *([PersonalEffects(settings.shop_url)] if in_sql else []),
            inbox,
        ]
        try:
            yield PersonalData(stores=stores, inbox=inbox, outbox=outbox)
        finally:
            if outbox:
                await outbox.close()
            for store in stores:
                await store.close()


async def keep_expiring(settings: Settings) -> None:
    """Do so now and every few hours until cancelled, where a retention is set."""
    while settings.retention_days is not None:
        try:
            async with open_personal_data(settings) as data:
                counts = await data.expire(settings.retention_days, compact=False)
            log.info("expired", extra={"rows": sum(counts.values())})
        except BackendUnavailable as error:
            log.warning("what is too old could not be taken away: %s", error)
        await asyncio.sleep(EXPIRY_SECONDS)
