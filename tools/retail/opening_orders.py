"""Choose the order backend a URL asks for."""

import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from tools.retail.sql.sql_backend import SqlOrderBackend

if TYPE_CHECKING:  # loaded where they are used: who lists tickets waits for neither
    from tools.retail.rest.rest_backend import HttpOrderBackend


def open_orders(
    url: str, *, api_key: str | None = None, idempotency_keys: bool = True
) -> "SqlOrderBackend | HttpOrderBackend":
    """Return the backend for a database URL, or for the https:// root of a shop's own API.

    Nothing is connected yet. Raises SettingsError when the URL is of another kind.
    """
    if url.startswith(("http://", "https://")):
        from tools.retail.rest.rest_backend import HttpOrderBackend

        return HttpOrderBackend(url, api_key=api_key, idempotency_keys=idempotency_keys)
    return SqlOrderBackend(url)


def stock(url: str, file: Path, *, as_of: date | None = None) -> None:
    """Fill an SQLite database that is not there yet from a shop file; any other is left as it is.

    Raises:
        OrderFileError: the file does not fit.
    """
    path = make_url(url).database if url.startswith("sqlite:") else None
    if not path or path == ":memory:" or Path(path).exists():
        return
    from tools.retail.importing import import_shop

    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=Path(path).parent) as folder:
        made = Path(folder) / "shop.db"
        import_shop(file, f"sqlite:///{made}", as_of=as_of)
        with suppress(FileExistsError):  # another process was sooner
            os.link(made, path)
