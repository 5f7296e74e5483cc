"""Tell the records behind connectors as they stand, to compare them before and after a conversation."""

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import BackendUnavailable, Refused
from tools.connectors.declarations import Snapshot
from tools.connectors.declared_calls import Call, Connector, at, looked
from tools.context import Context

Records = dict[str, Any]
"""Each record by `table/id`."""
Calls = Sequence[tuple[Connector, Mapping[str, Call]]]


async def records_of(calls: Calls, data: Path, context: Context) -> Records:
    """Return the records of all connectors, as far as their files say how they are told.

    Args:
        calls: What each connector is called by.
        data: Where records are kept.
        context: Whose records a connector reads that tells them by reads.

    Raises:
        BackendUnavailable: a connector cannot tell them.
    """
    found: Records = {}
    for connector, named in calls:
        if snapshot := connector.declared.snapshot:
            found |= await _told(snapshot, connector, named, data, context)
        elif connector.state:
            found |= await asyncio.to_thread(_of_state, Path(connector.state))
    return found


async def reset(calls: Calls, context: Context) -> None:
    """Put the start state back where a connector names a tool for it; raises BackendUnavailable where it fails."""
    for connector, _ in calls:
        if (snapshot := connector.declared.snapshot) and snapshot.reset:
            try:
                await connector.source.call(snapshot.reset, {})
            except Refused as error:
                raise BackendUnavailable(f"{snapshot.reset} puts no start state back ({error})") from None


async def _told(
    snapshot: Snapshot, connector: Connector, calls: Mapping[str, Call], data: Path, context: Context
) -> Records:
    if snapshot.file:
        found = await asyncio.to_thread(_written, data, snapshot.file, snapshot.at)
        if not found and snapshot.first:
            await calls[snapshot.first].read(context, {})
            found = await asyncio.to_thread(_written, data, snapshot.file, snapshot.at)
        return found
    if context.customer_id is None:
        return {}
    told: dict[str, Any] = {}
    for name, look in snapshot.records.items():
        told[name] = await looked(calls, look, context, {"args": {}, **told})
    return _by_id(told)


def _written(data: Path, pattern: str, place: str | None) -> Records:
    tables: dict[str, Any] = {}
    for path in sorted(data.glob(pattern)):
        content = _json(path, path.stat().st_mtime_ns)
        tables |= at(content, place) or {} if place else content
    return _by_id(tables)


def _of_state(path: Path) -> Records:
    return _by_id(_json(path, path.stat().st_mtime_ns)) if path.suffix == ".json" else _tables(path)


@lru_cache(maxsize=16)
def _json(path: Path, changed: int) -> Any:
    """Read a file once for each time it changed."""
    return json.loads(path.read_text(encoding="utf-8"))


def _by_id(tables: Mapping[str, Any]) -> Records:
    """Return records by `table/id`; what has no ids counts as one record, and items of a list by their place."""
    found: Records = {}
    for table, records in tables.items():
        if isinstance(records, list):
            records = dict(enumerate(records))
        if isinstance(records, Mapping) and all(isinstance(record, Mapping) for record in records.values()):
            found |= {f"{table}/{name}": record for name, record in records.items()}
        else:
            found[table] = records if isinstance(records, Mapping) else {"value": records}
    return found


def _tables(database: Path) -> Records:
    """Return the rows of an SQLite database by table and primary key."""
    found: Records = {}
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        for (table,) in connection.execute(listed).fetchall():
            quoted = table.replace('"', '""')
            columns = connection.execute(f'PRAGMA table_info("{quoted}")').fetchall()
            keys = [column["name"] for column in sorted(columns, key=lambda c: c["pk"]) if column["pk"]]
            for number, row in enumerate(connection.execute(f'SELECT * FROM "{quoted}"')):  # noqa: S608 - its own name
                name = "/".join(str(row[key]) for key in keys) if keys else str(number)
                found[f"{table}/{name}"] = dict(row)
    return found
