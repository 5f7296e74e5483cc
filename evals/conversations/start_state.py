"""Lay the ground all trials stand on: the suite's articles as an index, its records, changed per conversation."""

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from core.embeddings.minilm import MiniLM
from core.embeddings.query_cache import QueryEmbeddings
from core.errors import ConversationFileError
from core.factory import embedding_model
from core.passages import Retriever
from core.settings import Settings
from evals.conversations.scenarios import Scenario
from evals.conversations.suites import Suite
from ingest.index.opening_index import NoArticles
from ingest.pipeline import IngestOptions, ingest
from ingest.search.article_search import HybridRetriever
from tools.business.business_folder import Business, read_business
from tools.connectors.opening import Opened
from tools.retail.importing import import_shop


@dataclass(frozen=True, kw_only=True)
class StartState:
    """What all trials of a run start from."""

    suite: Suite
    business: Business
    settings: Settings
    shop: Path
    """The suite's shop as a database, where it has one."""
    index: Path
    retriever: Retriever

    @property
    def now(self) -> datetime:
        """Return the moment it is in every conversation."""
        # Half past nine: what a customer is told about the wait must not depend on when a suite is run.
        morning = datetime.combine(self.suite.today, time(9, 30), tzinfo=UTC)
        return self.business.file.now or morning

    def settings_in(self, folder: Path) -> Settings:
        """Return the settings of an agent that keeps all it has in a folder."""
        if self.settings.endpoint_file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.settings.endpoint_file, folder)
        own = {"data_dir": folder, "business": self.suite.business, "embedding_model": "minilm"}
        elsewhere = dict.fromkeys(("database_url", "orders_url", "index_url"))
        return self.settings.model_copy(update={**own, **elsewhere})


def prepare(suite: Suite, settings: Settings, folder: Path) -> StartState:
    """Import the suite's shop and ingest its articles below a folder, once for every trial.

    Raises:
        OrderFileError, KnowledgeError: the shop or the articles cannot be used.
    """
    shop, index = folder / "shop.db", folder / "index"
    shop.unlink(missing_ok=True)
    if suite.shop:
        import_shop(suite.shop, f"sqlite:///{shop}")
    retriever = _articles(suite, settings, index)
    business = read_business(suite.business)
    return StartState(suite=suite, business=business, settings=settings, shop=shop, index=index, retriever=retriever)


def _articles(suite: Suite, settings: Settings, index: Path) -> Retriever:
    folders = [folder for folder in suite.knowledge if folder.is_dir() and any(folder.rglob("*.*"))]
    if not folders:
        return NoArticles()
    model = MiniLM()
    report = ingest(
        folders,
        IngestOptions(
            index_dir=index,
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
    local = settings.model_copy(update={"embedding_model": "minilm"})
    return HybridRetriever(index, QueryEmbeddings(embedding_model(local)), "minilm")


def stock_shop(ground: StartState, scenario: Scenario, database: Path) -> None:
    """Copy the suite's shop into a database, changed as the conversation wants it.

    Raises:
        ConversationFileError: `before` names an order or a customer that is not there.
    """
    if not scenario.before.records:
        shutil.copyfile(ground.shop, database)
        return
    assert ground.suite.shop is not None  # noqa: S101 - its database was made from it
    shop = json.loads(ground.suite.shop.read_text(encoding="utf-8"))
    _change(shop, scenario)
    changed = database.with_suffix(".json")
    changed.write_text(json.dumps(shop), encoding="utf-8")
    import_shop(changed, f"sqlite:///{database}")


def change_state(opened: Opened, scenario: Scenario) -> None:
    """Change the records of the connectors' own state as the conversation wants them.

    Raises:
        ConversationFileError: `before` names what no connector keeps here.
    """
    states = [Path(connector.state) for connector, _ in opened.calls if connector.state]
    for table, changes in scenario.before.records.items():
        for state in states:
            if state.suffix == ".json":
                content = json.loads(state.read_text(encoding="utf-8"))
                if table in content:
                    _change(content, scenario, table)
                    state.write_text(json.dumps(content), encoding="utf-8")
                    break
            elif _change_rows(state, table, changes, scenario):
                break
        else:
            raise ConversationFileError(
                f"{scenario.id}: before.{table} is no table of a connector's state; use before.actions, or correct it"
            )


def _change(content: dict[str, Any], scenario: Scenario, only: str | None = None) -> None:
    for table, changes in scenario.before.records.items():
        if only not in (None, table):
            continue
        for record, fields in changes.items():
            if record not in content.get(table, {}):
                raise ConversationFileError(f"{scenario.id}: before.{table} names {record!r}, which is not there")
            content[table][record] = merged(content[table][record], fields)


def _change_rows(state: Path, table: str, changes: Mapping[str, Mapping[str, Any]], scenario: Scenario) -> bool:
    """Change rows of an SQLite database, new ones added; says whether it has the table."""
    with closing(sqlite3.connect(state)) as connection, connection:
        columns = connection.execute("SELECT name, pk FROM pragma_table_info(?)", (table,)).fetchall()
        key = next((name for name, place in columns if place == 1), None)
        if not columns:
            return False
        names = {name for name, _ in columns}
        for record, fields in changes.items():
            if key is None or not set(fields) <= names:
                wrong = sorted(set(fields) - names) or ["a record by its key"]
                raise ConversationFileError(f"{scenario.id}: before.{table} has no {wrong[0]}; correct it")
            known = connection.execute(f'SELECT * FROM "{table}" WHERE "{key}" = ?', (record,)).fetchone()  # noqa: S608
            row = dict(zip((name for name, _ in columns), known or (), strict=False)) | {key: record} | dict(fields)
            listed, holes = ", ".join(f'"{name}"' for name in row), ", ".join("?" for _ in row)
            statement = f'INSERT OR REPLACE INTO "{table}" ({listed}) VALUES ({holes})'  # noqa: S608 - names it has
            connection.execute(statement, tuple(row.values()))
        return True


def merged(record: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with fields replaced; fields of nested records one by one."""
    result = dict(record)
    for name, value in fields.items():
        old = result.get(name)
        result[name] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the records that differ, whole as they are afterwards, by `table/id`; None when gone."""
    return {
        record: after.get(record)
        for record in {**before, **after}
        if before.get(record) is not after.get(record) and before.get(record) != after.get(record)
    }
