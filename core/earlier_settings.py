"""Know the settings of earlier versions: those that count for nothing now, and those that are refused."""

from collections.abc import Collection
from pathlib import Path

from core.errors import SettingsError
from core.setting_sources import PREFIX

RETIRED = {
    **dict.fromkeys(
        ("thread_budget", "customer_budget"),
        "set SUPPORT_DAILY_BUDGET, which counts for a conversation and for a customer",
    ),
    **dict.fromkeys(
        ("price_per_request", "price_input", "price_output"),
        "write the prices into a copy of core/models/prices.yaml and name it in SUPPORT_PRICES_FILE",
    ),
    **dict.fromkeys(
        ("endpoint_file", "evals_dir", "proposals_dir"),
        "set SUPPORT_DATA_DIR to the folder that holds endpoints.json, evals/ and proposed/",
    ),
    "replies_dir": "name the folder of the business, in which replies/ is, in SUPPORT_BUSINESS",
    **dict.fromkeys(
        (
            "temperature",
            "max_retries",
            "streaming",
            "embedding_batch_size",
            "rerank_seconds",
            "index_versions",
            "passage_tokens",
            "max_document_mb",
            "stale_after_days",
            "orders_timeout_seconds",
            "log_format",
            "tickets_by_model",
            "staff_login_name",
        ),
        "it is fixed now; remove it",
    ),
}
"""Settings of earlier versions, and what to do instead; they count for nothing, and `doctor` says so."""
_MOVED = {
    "shop_name": "`name` in business.yaml",
    "link_hosts": "`link_hosts` in business.yaml",
    "desk_hours": "`hours` in business.yaml",
    "desk_timezone": "`timezone` in business.yaml",
    "desk_available": "`staffed` in business.yaml",
    "desk_reply_minutes": "`reply_minutes` below `limits` in business.yaml",
    "desk_reopen_days": "`reopen_days` below `limits` in business.yaml",
    "queues_file": "`queues` in business.yaml",
    "tracking_url": "`tracking_url` below `shop` in connectors/shop.yaml",
    "policy_file": "`policy` below `shop` in connectors/shop.yaml",
    "orders_idempotency_keys": "`idempotency_keys` below `shop` in connectors/shop.yaml",
}
"""Settings of earlier versions that a business says in its own folder now; they are refused."""
_ELSEWHERE = {
    **dict.fromkeys(
        ("desk_url", "memory_url", "inbox_url"),
        "name one PostgreSQL database in SUPPORT_DATABASE_URL, or the folder of desk.db, memory.db and inbox.db in "
        "SUPPORT_DATA_DIR",
    ),
    "index_dir": "the index is the folder index/ in SUPPORT_DATA_DIR",
    "jwt_revoked_file": "the list is the file revoked-tokens in SUPPORT_DATA_DIR",
    "orders_api_key": "write it into SUPPORT_CONNECTOR_SECRETS by the name of the connector's file, as in shop=KEY",
    "host": "write `support-agent serve --host`",
    "port": "write `support-agent serve --port`",
    "code_mail_from": "write it into SUPPORT_CODE_SENDER, as in smtp://…?from=support@example.com",
}
"""Settings of earlier versions, and what to do instead; they are refused, since ignoring them would do harm."""


def refuse_moved(names: Collection[str], sample: Path) -> None:
    """Raise SettingsError where settings are named, in small letters, that are written elsewhere now."""
    if moved := [f"{PREFIX}{name.upper()} is {_MOVED[name]} now" for name in sorted(names) if name in _MOVED]:
        raise SettingsError(
            f"{'; '.join(moved)}: write it there, in the folder that SUPPORT_BUSINESS names (a copy of "
            f"{sample} to begin with), and take the variable out"
        )
    whole = {name: name if name in _ELSEWHERE else name.removesuffix("_file") for name in sorted(names)}
    if said := [
        f"{PREFIX}{name.upper()} is no setting any more: {_ELSEWHERE[known]}"
        for name, known in whole.items()
        if known in _ELSEWHERE
    ]:
        raise SettingsError("; ".join(said))
