"""Let a customer's preferences and past tickets follow them into new conversations, through the LangGraph store.

What is kept stands under the namespace that `namespace` returns, one item a kind. To erase a customer, open the store
with `graph.context_window.customer_store.open_store` and call `erase`; nothing else of these files is written anywhere
but in the state of their threads.
"""

import logging
from collections.abc import Sequence

from langgraph.store.base import BaseStore

from graph.context_window.case_file import CaseFile

PREFERENCES = "preference from an earlier conversation"
TICKETS = "ticket of an earlier conversation"
_KEYS = {PREFERENCES: "preferences", TICKETS: "tickets"}
_KEPT = 12
"""Newest facts of a kind that are kept."""

log = logging.getLogger(__name__)


def namespace(customer_id: str) -> tuple[str, str]:
    """Return where a customer's file stands; a label of the store may hold no period."""
    return ("customers", customer_id.replace("%", "%25").replace(".", "%2E"))


async def read_file(store: BaseStore, customer_id: str) -> CaseFile:
    """Return what is known of a customer, by kind; nothing where the store does not answer."""
    try:
        # By exact key: a search would also find customers whose id begins with this one.
        found = {kind: await store.aget(namespace(customer_id), key) for kind, key in _KEYS.items()}
    except Exception as error:  # noqa: BLE001 - each store raises its driver's; a turn goes on without what it remembers
        log.warning("the customer's file cannot be read: %s", error)
        return {}
    return {kind: [str(fact) for fact in item.value["facts"]] for kind, item in found.items() if item}


async def add_facts(store: BaseStore, customer_id: str, kind: str, facts: Sequence[str]) -> None:
    """Add facts that are not known yet; of two conversations that add at the same instant, one may be lost."""
    try:
        item = await store.aget(namespace(customer_id), _KEYS[kind])
        known = [*item.value["facts"]] if item else []
        if new := [fact for fact in facts if fact not in known]:
            await store.aput(namespace(customer_id), _KEYS[kind], {"facts": [*known, *new][-_KEPT:]}, index=False)
    except Exception as error:  # noqa: BLE001 - see `read_file`
        log.warning("the customer's file cannot be written: %s", error)


async def erase(store: BaseStore, customer_id: str) -> None:
    """Delete all that is kept of a customer; raises what the store raises."""
    for key in _KEYS.values():
        await store.adelete(namespace(customer_id), key)
