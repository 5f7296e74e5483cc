"""Check the files and values that settings name, and hint at what is still the sample shop's."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from core.factory import transcriber
from core.models.prices import load_prices
from core.safety.safe_links import LinkRule
from core.settings import SAMPLE_BUSINESS, Settings
from graph.opened_stores import business_of, rules_of
from graph.runtime.budgets import Budget
from server.tokens import tokens_of
from tools.business.business_folder import Business
from tools.identity.code_senders import open_sender
from tools.retail.policy import Policy
from tools.retail.shop_file import read_shop

SAMPLE_SHOP = SAMPLE_BUSINESS / "shop.json"


def _policy(settings: Settings) -> str:
    rules = rules_of(business_of(settings))
    if not isinstance(rules, Policy):
        return f"a yes counts {rules.confirmation_minutes} minutes, a request to staff {rules.approval_hours} hours"
    limit = rules.cancel.approval_over
    return (
        "cancellations need no approval"
        if limit is None
        else f"staff approves cancellations over {rules.currency}{limit:.2f}"
    )


def _queues(settings: Settings) -> str:
    return f"{len(business_of(settings).queues)} teams"


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
    return f"a turn {settings.turn_budget}; the desk's hours: {business_of(settings).file.hours}"


def _codes(settings: Settings) -> str:
    sender, secret = settings.code_sender, settings.code_webhook_secret
    opened = open_sender(
        sender.get_secret_value() if sender else None,
        secret=secret.get_secret_value() if secret else None,
        business_name=business_of(settings).file.name,
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
            "application, or runs one, is let in as that customer or operator; set SUPPORT_JWT_AUDIENCE"
        )
    if settings.jwt_issuer is None:
        hints.append(
            "tokens count whatever issuer they name, so another tenant of the same sign-in service can issue some for "
            "here; set SUPPORT_JWT_ISSUER"
        )
    return hints


def still_the_samples(business: Business, *, own_shop: bool, article_urls: list[str]) -> list[str]:
    """Return what customers would read of the sample shop, and links they would not get; each says what to do."""
    links = LinkRule.of(business.file.link_hosts)
    hosts = {urlsplit(url).hostname or "" for url in article_urls if url}
    unlinked = sorted(host for host in hosts if host and not links.allows_host(host))
    hints = []
    if business.folder == SAMPLE_BUSINESS and (own_shop or unlinked):
        hints.append(
            f"name, policy and links are still those of the sample, {business.file.name}; copy {SAMPLE_BUSINESS}, "
            "change its business.yaml and policy.yaml, and name the copy in SUPPORT_BUSINESS"
        )
    if unlinked:
        hints.append(
            f"articles lie at {', '.join(unlinked[:3])}, where replies may not link to; add it to link_hosts in "
            f"{business.folder / 'business.yaml'}"
        )
    return hints
