"""Open the stores that settings name; whoever works on tickets or orders needs neither a model nor the index."""

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from core.settings import Settings
from core.storage.database import Database
from tools.actions.ledger import ActionLedger
from tools.business.business_folder import Business, read_business
from tools.business.business_rules import BusinessRules
from tools.desk.sql_desk import SqlTicketDesk
from tools.desk.ticket_redaction import CustomerRedaction
from tools.retail.known_customers import redactor_for
from tools.retail.opening_orders import open_orders, stock
from tools.retail.policy import load_policy
from tools.retail.shop_records import OrderBackend
from tools.retail.sql.sql_backend import SqlOrderBackend

if TYPE_CHECKING:  # their client of HTTP takes long to load, and most stores need none
    from tools.desk.webhook import WebhookOutbox
    from tools.retail.rest.rest_backend import HttpOrderBackend


def business_of(settings: Settings) -> Business:
    """Return the business that settings name; raises FilesError."""
    return read_business(settings.business_folder)


def rules_of(business: Business) -> BusinessRules:
    """Return what holds in a business, by a shop's policy and by what its folder names."""
    rules = load_policy(business.path_of(business.shop.policy)) if business.shop else BusinessRules()
    file = business.file
    topics = {name: tuple(topic.words) for name, topic in file.handoff.items()}
    limits = {"confirmation_minutes": file.limits.confirmation_minutes, "approval_hours": file.limits.approval_hours}
    changed: dict[str, Any] = {name: value for name, value in limits.items() if value is not None}
    if file.identity:
        changed["identity"] = file.identity
    if not business.shop or topics:
        changed = {**changed, "people_only": topics}
    return rules.model_copy(update=changed)


def open_desk(
    settings: Settings, orders: OrderBackend | None = None, business: Business | None = None
) -> SqlTicketDesk:
    """Return the ticket desk, with a webhook where one is set; names from the shop's records stay out of its texts."""
    database = Database(settings.desk_url)
    business = business or business_of(settings)
    velocity = rules_of(business).velocity
    return SqlTicketDesk(
        database,
        worked=business.file.desk_hours.worked,
        reopen_days=business.file.limits.reopen_days,
        outbox=webhook_outbox(settings, database),
        redaction=CustomerRedaction(partial(redactor_for, orders) if orders else None),
        most_tickets=velocity.tickets,
        most_within=timedelta(days=velocity.days),
    )


def webhook_outbox(settings: Settings, database: Database) -> "WebhookOutbox | None":
    """Return what sends changes of tickets, or None where no webhook is set."""
    if not settings.desk_webhook_url or not settings.desk_webhook_secret:
        return None
    from tools.desk.webhook import WebhookOutbox

    return WebhookOutbox(database, settings.desk_webhook_url, settings.desk_webhook_secret.get_secret_value())


def orders_of(settings: Settings, business: Business | None = None) -> "SqlOrderBackend | HttpOrderBackend":
    """Return the order backend the settings name, filled first where it is a named business's and not there yet."""
    business = business or business_of(settings)
    shop = business.shop
    fill_shop(settings, business)
    return open_orders(
        settings.shop_url,
        api_key=settings.secrets.get(business.shop_connector or ""),
        idempotency_keys=shop is None or shop.idempotency_keys,
    )


def fill_shop(settings: Settings, business: Business) -> None:
    """Fill the shop of a named business from its file where its database is not there yet.

    Raises:
        OrderFileError: the file does not fit.
    """
    shop = business.shop
    if shop and settings.business and (data := business.path_of(shop.data)):
        stock(settings.shop_url, data, as_of=date.today() if shop.shift_dates else None)


def open_ledger(
    settings: Settings, rules: BusinessRules | None = None, database: Database | None = None
) -> ActionLedger:
    """Return the action ledger with the time limits of these rules, by default of the business that settings name."""
    rules = rules or rules_of(business_of(settings))
    return ActionLedger(
        database or settings.desk_url,
        confirmation=timedelta(minutes=rules.confirmation_minutes),
        approval=timedelta(hours=rules.approval_hours),
    )
