"""List the stores of a deployment by database, and bring all of them up to date."""

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

from core.errors import BackendUnavailable
from core.settings import Settings
from core.storage.database import cause_of, upgrade_database
from core.storage.engines import parse_url, shown
from graph.memory.checkpointers import MEMORY
from graph.opened_stores import business_of, fill_shop
from server.inbox.inbox_schema import METADATA as INBOX
from tools.actions.ledger_schema import metadata as actions
from tools.desk.desk_schema import metadata as tickets
from tools.identity.verification import metadata as proofs
from tools.retail.sql.sql_schema import metadata as shop
from tools.spending import metadata as spending

log = logging.getLogger(__name__)


def databases_of(settings: Settings) -> Mapping[str, Sequence[MetaData]]:
    """Return the URL of each database of ours with the tables kept in it; a shop's own API is none."""
    kept = [
        (settings.shop_url, (shop,)),
        (settings.desk_url, (actions, tickets, proofs, spending)),
        (settings.inbox_url, (INBOX,)),
        (settings.memory_url, (MEMORY,)),
    ]
    found: dict[str, list[MetaData]] = {}
    for url, stores in kept:
        if url.startswith(("sqlite:", "postgres")):
            found.setdefault(url.replace("postgres://", "postgresql://", 1), []).extend(stores)
    return found


def upgrade_stores(settings: Settings, *, by_command: bool = False) -> None:
    """Give every database its tables as this program wants them.

    A server starts without the desk's and the shop's, because articles are answered without them; whatever needs them
    is told that they do not answer, until it starts again with them.

    Raises:
        SchemaMismatch: a newer program wrote one, or it is older and SUPPORT_UPGRADE_DATABASES is off.
        BackendUnavailable: one cannot be used.
    """
    for url, stores in databases_of(settings).items():
        try:
            if shop in stores:  # before its tables are there, which are taken for a shop that is filled
                fill_shop(settings, business_of(settings))
            upgrade_database(url, *stores, may_upgrade=by_command or settings.upgrade_databases)
        except (SQLAlchemyError, OSError) as error:
            said = f"the database {shown(parse_url(url))} cannot be used ({cause_of(error)}); "
            said += "check its URL, its folder and its rights"
            if by_command or INBOX in stores or MEMORY in stores:
                raise BackendUnavailable(said) from error
            log.error("%s, and start again; what does not need it is answered meanwhile", said)
