"""Tell which records differ between two SQLite copies of a shop, without building those that do not."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

KINDS = ("products", "customers", "orders")
Tables = dict[str, frozenset[tuple[str, str]]]
"""The ids and the records of each kind, as they are written."""


@dataclass(frozen=True)
class ChangedIds:
    """The ids of the records that differ."""

    products: frozenset[str]
    customers: frozenset[str]
    orders: frozenset[str]


def read_tables(file: Path) -> Tables:
    """Return the rows of every table that holds records."""
    with closing(sqlite3.connect(file)) as connection:
        rows = {kind: connection.execute(f"SELECT id, record FROM {kind}") for kind in KINDS}  # noqa: S608
        return {kind: frozenset(found) for kind, found in rows.items()}


def changed_ids(before: Tables, after: Tables) -> ChangedIds:
    """Return the ids of the records of which any row differs."""
    return ChangedIds(**{kind: frozenset(name for name, _ in before[kind] ^ after[kind]) for kind in KINDS})
