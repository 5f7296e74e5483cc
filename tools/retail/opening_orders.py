"""Choose the order backend a URL asks for."""

from tools.retail.rest.rest_backend import HttpOrderBackend
from tools.retail.sql.sql_backend import SqlOrderBackend


def open_orders(
    url: str, *, api_key: str | None = None, timeout_seconds: float = 10.0, idempotency_keys: bool = True
) -> SqlOrderBackend | HttpOrderBackend:
    """Return the backend for a database URL, or for the https:// root of a shop's own API.

    Nothing is connected yet. Raises SettingsError when the URL is of another kind.
    """
    if url.startswith(("http://", "https://")):
        return HttpOrderBackend(
            url, api_key=api_key, timeout_seconds=timeout_seconds, idempotency_keys=idempotency_keys
        )
    return SqlOrderBackend(url)
