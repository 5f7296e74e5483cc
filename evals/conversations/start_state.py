"""Lay the ground all trials stand on: the suite's shop as a database, its articles as an index, changed per
conversation.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.embeddings.minilm import MiniLM
from core.errors import ConversationFileError
from core.settings import Settings
from evals.conversations.scenarios import Scenario
from evals.conversations.suites import Suite
from ingest.pipeline import IngestOptions, ingest
from tools.retail.importing import import_shop


@dataclass(frozen=True, kw_only=True)
class StartState:
    """Hold what all trials of a run start from: the suite's shop as a database and its articles as an index."""

    suite: Suite
    shop: Path
    index: Path


def prepare(suite: Suite, settings: Settings, folder: Path) -> StartState:
    """Import the suite's shop and ingest its articles below a folder, once for every trial.

    Raises:
        OrderFileError, KnowledgeError: the shop or the articles cannot be used.
    """
    ground = StartState(suite=suite, shop=folder / "shop.db", index=folder / "index")
    ground.shop.unlink(missing_ok=True)
    import_shop(suite.shop, f"sqlite:///{ground.shop}")
    model = MiniLM()
    report = ingest(
        list(suite.knowledge),
        IngestOptions(
            index_dir=ground.index,
            embeddings=model,
            embedding_model="minilm",
            count_tokens=model.count_tokens,
            keep_versions=1,
            wait_seconds=60,
            trusted=True,  # a suite plants instructions in articles to see what the agent does with them
        ),
    )
    if report.skipped:
        raise ConversationFileError(
            f"{report.skipped[0].source}: {report.skipped[0].reason}; correct the suite's articles"
        )
    return ground


def stock_shop(ground: StartState, scenario: Scenario, database: Path) -> None:
    """Copy the suite's shop into a database, changed as the conversation wants it.

    Raises:
        ConversationFileError: `before` names an order or a customer that is not there.
    """
    before = scenario.before
    if not before.orders and not before.users:
        shutil.copyfile(ground.shop, database)
        return
    shop = json.loads(ground.suite.shop.read_text(encoding="utf-8"))
    for table, changes in (("orders", before.orders), ("users", before.users)):
        for record, fields in changes.items():
            if record not in shop[table]:
                raise ConversationFileError(
                    f"{scenario.id}: before.{table} names {record!r}, which the shop does not have"
                )
            shop[table][record] = merged(shop[table][record], fields)
    changed = database.with_suffix(".json")
    changed.write_text(json.dumps(shop), encoding="utf-8")
    import_shop(changed, f"sqlite:///{database}")


def merged(record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with fields replaced; fields of nested records one by one."""
    result = dict(record)
    for name, value in fields.items():
        old = result.get(name)
        result[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the records that differ between two shops, whole as they are afterwards, by `table/id`; None when gone."""
    changed: dict[str, Any] = {}
    for table in ("orders", "users"):
        for record in {**before[table], **after[table]}:
            if before[table].get(record) != after[table].get(record):
                changed[f"{table}/{record}"] = after[table].get(record)
    return changed
