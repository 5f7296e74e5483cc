"""Check the files and values that settings name, and hint at what is still the sample shop's."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from core.factory import transcriber
from core.models.prices import load_prices
from core.safety.safe_links import LinkRule
from core.settings import SAMPLE_BUSINESS, Settings
from graph.opened_stores import desk_hours, policy_of, queues_of
from graph.runtime.budgets import Budget
from server.tokens import tokens_of
from tools.business.business_folder import read_business
from tools.identity.code_senders import open_sender
from tools.retail.shop_file import read_shop

SAMPLE_SHOP = SAMPLE_BUSINESS / "shop.json"
SHOP_NAME = str(Settings.model_fields["shop_name"].default)


def _policy(settings: Settings) -> str:
    policy = policy_of(settings, read_business(settings.business_folder))
    limit = policy.cancel.approval_over
    asks = (
        "cancellations need no approval"
        if limit is None
        else f"staff approves cancellations over {policy.currency}{limit:.2f}"
    )
    return f"{_named(settings.policy_file)}: {asks}"


def _queues(settings: Settings) -> str:
    queues = queues_of(settings, read_business(settings.business_folder))
    return f"{_named(settings.queues_file)}: {len(queues)} teams"


def _prices(settings: Settings) -> str:
    return f"{_named(settings.prices_file)}: {len(load_prices(settings.prices_file).models)} models"


def _tokens(settings: Settings) -> str:
    of_this_machine = settings.jwt_secret is None and settings.jwt_keys is None
    if not of_this_machine or settings.jwt_secret_file.exists():  # opening them makes the secret
        tokens_of(settings)
    if of_this_machine:
        return f"a secret of this machine's own, {settings.jwt_secret_file}"
    return settings.jwt_keys or "SUPPORT_JWT_SECRET"


def _limits(settings: Settings) -> str:
    for written in (settings.turn_budget, settings.daily_budget):
        Budget.parse(written)
    desk_hours(settings)
    return f"a turn {settings.turn_budget}; the desk's hours: {settings.desk_hours}"


def _codes(settings: Settings) -> str:
    sender, secret = settings.code_sender, settings.code_webhook_secret
    opened = open_sender(
        sender.get_secret_value() if sender else None,
        sender=settings.code_mail_from,
        secret=secret.get_secret_value() if secret else None,
        shop_name=settings.shop_name,
    )
    return "one-time codes can be sent" if opened else "no one-time codes: customers of an open chat have to sign in"


def _voice(settings: Settings) -> str:
    return str(settings.transcription_model) if transcriber(settings) else "off"


CHECKS: dict[str, Callable[[Settings], str]] = {
    "policy": _policy,
    "queues": _queues,
    "prices": _prices,
    "tokens": _tokens,
    "limits": _limits,
    "codes": _codes,
    "voice": _voice,
}
"""What each part of the settings amounts to; raises SettingsError, which says what to do."""


def _named(file: Path | None) -> str:
    return str(file) if file else "as shipped"


@cache
def sample_customer() -> str:
    """Return the id of a customer whom only the sample shop has."""
    return read_shop(SAMPLE_SHOP).customers[0].id


def open_to_other_tokens(settings: Settings) -> list[str]:
    """Return what makes tokens that were issued for something else count here; each says what to set."""
    if settings.jwt_keys is None:
        return []
    hints = []
    if settings.jwt_audience is None:
        hints.append(
            "tokens of the sign-in service count here whatever they were issued for: who gets one for another "
            "application, or runs "
            "one, is let in as that customer or operator; set SUPPORT_JWT_AUDIENCE"
        )
    if settings.jwt_issuer is None:
        hints.append(
            "tokens count whatever issuer they name, so another tenant of the same sign-in service can issue "
            "some for here; "
            "set SUPPORT_JWT_ISSUER"
        )
    return hints


def still_the_samples(settings: Settings, *, own_shop: bool, article_urls: list[str]) -> list[str]:
    """Return what customers would read of the sample shop, and links they would not get; each says what to set."""
    links = LinkRule.parse(settings.link_hosts)
    hosts = {urlsplit(url).hostname or "" for url in article_urls if url}
    unlinked = sorted(host for host in hosts if host and not links.allows_host(host))
    hints = []
    if settings.shop_name == SHOP_NAME and (own_shop or unlinked):
        hints.append(f"the shop is still called {SHOP_NAME}, as the sample is; set SUPPORT_SHOP_NAME")
    if unlinked:
        hints.append(
            f"articles lie at {', '.join(unlinked[:3])}, where replies may not link to; add it to SUPPORT_LINK_HOSTS"
        )
    if own_shop and settings.policy_file is None:
        hints.append(
            "the policy is still the sample's; copy examples/alder-finch/policy.yaml, change it, and name it in "
            "SUPPORT_POLICY_FILE"
        )
    return hints
