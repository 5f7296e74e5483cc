"""Write the folder of a new business that works: one kind of record, two reads, a write, its procedure, articles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from core.errors import InputError
from tools.business.starting_texts import TEXTS


@dataclass(frozen=True)
class Answers:
    """What is asked before a folder is written."""

    name: str
    languages: tuple[str, ...] = ("en",)
    record: str = "booking"
    """What customers have with the business, one word."""
    tone: str = "friendly and brief"
    hours: str = "Mon-Fri 09:00-17:00"


_CONNECTOR = """# What the agent can look up and do. What is not listed here does not exist for it.
python: tools.py
state: {{sql: records.sql}}                 # makes an SQLite database, whose path is $state
bind: {{database: $state}}                  # never seen or filled in by the model

tools:
  list_{record}s:
    effect: read
    bind: {{customer_id: $customer}}         # whoever is signed in
    ahead: {{when: few}}                     # read before the model is asked, where a message names them
  get_{record}:
    effect: read
    owner: "result.customer_id == customer.id"
    card: [{record}_id, what, status]
  cancel_{record}:
    effect: write
    look: get_{record}                       # read before the customer is asked; its owner rule holds here, too
    rules:
      - must: "record.status == 'active'"
        say: "{not_active}"
    outcome: {{tool: get_{record}, done: "record.status == 'cancelled'"}}
    also_called: [{called}]
    ask: "{ask}"
    done: "{done}"
"""
_TOOLS = '''"""The records of the business; put your own database or service in their place."""

import sqlite3
from contextlib import closing
from typing import Any


def _rows(database: str, query: str, *values: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def list_{record}s(customer_id: str, database: str) -> dict[str, Any]:
    """List the customer's {record}s."""
    return {{"{record}s": _rows(database, "SELECT * FROM {record}s WHERE customer_id = ?", customer_id)}}


def get_{record}({record}_id: str, database: str) -> dict[str, Any]:
    """Look up one {record}: what it is and its status."""
    found = _rows(database, "SELECT * FROM {record}s WHERE {record}_id = ?", {record}_id.upper())
    if not found:
        raise ValueError("There is no such {record}.")
    return found[0]


def cancel_{record}({record}_id: str, database: str) -> dict[str, Any]:
    """Cancel a {record}."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE {record}s SET status = 'cancelled' WHERE {record}_id = ?", ({record}_id.upper(),))
    return get_{record}({record}_id, database)
'''
_SQL = """CREATE TABLE {record}s ({record}_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL, what TEXT NOT NULL, status \
TEXT NOT NULL);
INSERT INTO {record}s VALUES
  ('B1001', 'c1', 'first sample {record}', 'active'),
  ('B1002', 'c1', 'second sample {record}', 'cancelled'),
  ('B2001', 'c2', 'sample {record} of somebody else', 'active');
"""
_PROCEDURE = """---
name: cancel-{record}
description: Cancel a {record} of the customer. Use when they do not want it any more.
examples: [{examples}]
tools: [get_{record}]
slots:
  {record}_id: {{ask: "{which}", pattern: '[Bb][0-9]{{4}}'}}
facts:
  record: get_{record}({record}_id)
rules:
  active: {{must: "record.status == 'active'", say: "{not_active}"}}
do:
  cancel: {{tool: cancel_{record}, args: {{{record}_id: {record}_id}}, needs: [active]}}
---
1. Find out which {record} it is ({{{record}_id}}).
2. If nothing forbids it, do {{do.cancel}}.
"""


def write_business(folder: Path, answers: Answers) -> Sequence[Path]:
    """Write the files of a new business and return their paths.

    Raises:
        InputError: the folder holds something, or the word for a record is none.
    """
    if not re.fullmatch(r"[a-z][a-z_]{1,30}", answers.record):
        raise InputError(f"{answers.record!r} is no word for a record; use small letters, for example booking")
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a folder that is not there yet")
    business = {
        "name": answers.name,
        "languages": list(answers.languages),
        "tone": answers.tone,
        "hours": answers.hours,
        "timezone": "UTC",
        "link_hosts": [],
        "handoff": {"legal action": {"words": ["my lawyer*", "take you to court"]}},
    }
    said = {
        name: text.replace("RECORD", answers.record).replace("HOURS", answers.hours)
        for name, text in TEXTS.get(answers.languages[0], TEXTS["en"]).items()
    }
    files = {
        "business.yaml": yaml.safe_dump(business, sort_keys=False, allow_unicode=True),
        "connectors/records.yaml": _CONNECTOR,
        f"procedures/cancel-{answers.record}.md": _PROCEDURE,
        "tools.py": _TOOLS,
        "records.sql": _SQL,
        "articles/cancelling.md": "{cancelling}",
        "articles/contact.md": "{contact}",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        filled = text if name == "business.yaml" else text.format(record=answers.record, **said)
        path.write_text(filled, encoding="utf-8")
    return [folder / name for name in files]
