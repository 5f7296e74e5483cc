"""Read what settings are written in: the environment, `.env`, files of secrets; and know those of earlier versions."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from core.errors import SettingsError

PREFIX = "SUPPORT_"
"""Begins the name of every variable that is a setting."""


def variables(environ: Mapping[str, str] | None, env_file: Path | None) -> dict[str, str]:
    """Return the variables of the environment over those of a `.env` file."""
    kept = dotenv_values(env_file) if env_file else {}
    return {name: value for name, value in kept.items() if value is not None} | dict(
        os.environ if environ is None else environ
    )


def with_files(given: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """Return settings with the content of the files that `<NAME>_FILE` names, as container platforms hand secrets over.

    Raises:
        SettingsError: a file cannot be read or is empty, or the setting itself is set too.
    """
    values = dict(given)
    for name in given:
        setting = name.removesuffix("_file")
        if name in known or setting == name or setting not in known:
            continue
        variable, path = f"{PREFIX}{name.upper()}", Path(values.pop(name))
        if setting in values:
            raise SettingsError(f"{variable} and {PREFIX}{setting.upper()} are both set; set one of them")
        try:
            values[setting] = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SettingsError(
                f"{variable} is {str(path)!r}, which cannot be read ({why}); name a file with the value"
            ) from None
        if not values[setting]:
            raise SettingsError(f"{variable} is {str(path)!r}, which is empty; write the value into it")
    return values


def choose_business(folder: str) -> None:
    """Let this process, and those it starts, open a business, as SUPPORT_BUSINESS does."""
    os.environ[f"{PREFIX}BUSINESS"] = folder


def explained(error: ValidationError, settings: int) -> str:
    """Name each wrong variable with what came and what was wanted, without printing a secret."""
    lines = []
    for problem in error.errors():
        first, *inner = map(str, problem["loc"] or [""])
        name = " ".join([f"{PREFIX}{first.upper()}", *inner]) if first else ""
        if problem["type"] == "extra_forbidden":
            lines.append(f"{name} is not a setting; see .env.example for the {settings} there are")
        elif not name:
            lines.append(str(problem["ctx"]["error"]) if "ctx" in problem else problem["msg"])
        else:
            came = "" if "KEY" in name else f" is {problem['input']!r}:"
            lines.append(f"{name}{came} {problem['msg'].lower()}; correct it in the environment or in .env")
    return "; ".join(lines)


_FIXED = (
    "temperature max_retries streaming embedding_batch_size rerank_seconds index_versions passage_tokens "
    "max_document_mb stale_after_days orders_timeout_seconds log_format tickets_by_model staff_login_name"
)
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
    **dict.fromkeys(_FIXED.split(), "it is fixed now; remove it"),
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
