"""The tools of NovaNet, over its own SQLite database."""

import sqlite3
from contextlib import closing
from typing import Any


def _rows(database: str, query: str, *values: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def get_lines(customer_id: str, database: str) -> dict[str, Any]:
    """List the customer's lines: id, address, postcode, plan, speed, and the technician's visit that is
    booked, if any.
    """
    query = (
        "SELECT v.slot_id, s.day, s.hours, v.reason FROM visits v JOIN slots s ON s.id = v.slot_id WHERE v.line_id = ?"
    )
    lines = _rows(database, "SELECT * FROM lines WHERE customer_id = ? ORDER BY id", customer_id)
    return {"lines": [line | {"visit": next(iter(_rows(database, query, line["id"])), None)} for line in lines]}


def check_outage(postcode: str, database: str) -> dict[str, Any]:
    """Say whether there is an outage at a postcode now, since when, its cause, and when it is expected to end."""
    found = _rows(database, "SELECT * FROM outages WHERE postcode = ?", postcode)
    return {"outage": True, **found[0]} if found else {"outage": False, "postcode": postcode}


def free_slots(database: str) -> dict[str, Any]:
    """List the free times for a technician's visit: slot_id, day, hours."""
    query = "SELECT id AS slot_id, day, hours FROM slots WHERE id NOT IN (SELECT slot_id FROM visits) ORDER BY id"
    return {"slots": _rows(database, query)}


def book_technician(line_id: str, slot_id: str, reason: str, database: str) -> dict[str, Any]:
    """Book a technician's visit for a line in one of the free slots."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        query = "INSERT INTO visits (line_id, slot_id, reason) SELECT ?, id, ? FROM slots WHERE id = ?"
        try:
            if not connection.execute(query, (line_id, reason, slot_id)).rowcount:
                raise ValueError("There is no such time; please choose one of the free ones.")
        except sqlite3.IntegrityError:
            raise ValueError("That time has just been taken; please choose another.") from None
    return {"line_id": line_id, "slot_id": slot_id}
