"""Know which version of its tables a database holds: bring an older one up to date, and refuse a newer one.

Each store has a history of revisions (alembic), packaged with the program, and a table in its database that names the
newest one applied. A database without that table is new, or of v0.1.0 and earlier: it gets every table and column it
has not yet, and then the newest version. From then on each change of a table is a revision.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

from core.errors import SchemaMismatch
from core.settings import Settings

REVISIONS = Path(__file__).with_name("revisions")
HISTORY = "history"
"""Where the tables of a store name their history: `MetaData(info={HISTORY: History("tickets")})`."""


@dataclass(frozen=True)
class History:
    """The revisions of one store's tables: files `NAME_0001.py`, `NAME_0002.py`, … of a folder, oldest first."""

    name: str
    folder: Path = REVISIONS
    moves_rows: bool = False
    """Whether revisions after the first one move rows, so that a database of v0.1.0 needs them, too."""
    revisions: tuple[str, ...] = field(init=False)
    """The ids of the revisions, which are the names of their files."""

    def __post_init__(self) -> None:
        # Listed once, when the tables are defined: databases are opened on the event loop, which must not wait for a
        # disk.
        found = sorted(file.stem for file in self.folder.glob(f"{self.name}_[0-9]*.py"))
        object.__setattr__(self, "revisions", tuple(found))

    @property
    def table(self) -> Table:
        """Return the table that names the newest revision applied, as alembic keeps it."""
        return Table(f"{self.name}_schema_version", MetaData(), Column("version_num", String(32), primary_key=True))


def version_of(connection: Connection, history: History) -> str | None:
    """Return the newest revision that a database says it has, or None where it says nothing."""
    if not inspect(connection).has_table(history.table.name):
        return None
    return connection.execute(select(history.table.c.version_num)).scalar()


def bring_up_to_date(connection: Connection, tables: MetaData, *, may_upgrade: bool | None = None) -> None:
    """Give a database the tables of this program, in the transaction of the connection, which holds the store's lock.

    Whether an older one may be changed is SUPPORT_UPGRADE_DATABASES's to say, unless the caller says it.

    Raises:
        SchemaMismatch: a newer program wrote the database, or it is older and may not be changed.
    """
    history: History | None = tables.info.get(HISTORY)
    if history is None:
        _add_what_is_missing(connection, tables)
        return
    found = version_of(connection, history)
    check_version(found, history)
    if found == history.revisions[-1]:
        return
    is_new = found is None and not any(inspect(connection).has_table(name) for name in tables.tables)
    if not is_new and not (Settings.from_env().upgrade_databases if may_upgrade is None else may_upgrade):
        raise SchemaMismatch(
            f"the tables of {history.name} are of {found or 'version 0.1.0 or earlier'}, this program needs "
            f"{history.revisions[-1]}; stop all processes, take a backup, and run `support-agent upgrade`"
        )
    if found is None:
        _add_what_is_missing(connection, tables)
        found = history.revisions[0 if history.moves_rows and not is_new else -1]
        history.table.create(connection)
        connection.execute(history.table.insert().values(version_num=found))
    if found != history.revisions[-1]:
        _apply_revisions(connection, history, found)


def check_version(found: str | None, history: History) -> None:
    """Raise SchemaMismatch for a version that this program does not know."""
    if found is not None and found not in history.revisions:
        raise SchemaMismatch(
            f"the tables of {history.name} are of {found}, which a newer program wrote; this one knows "
            f"{history.revisions[-1]}: install the newer version again, or restore a backup of this one"
        )


def _apply_revisions(connection: Connection, history: History, found: str) -> None:
    # Loaded here: most starts find nothing to do.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(history.folder), version_locations=[str(history.folder)])
    context = MigrationContext.configure(connection, opts={"version_table": history.table.name})
    with Operations.context(context):
        for revision in reversed([*scripts.iterate_revisions(history.revisions[-1], found)]):
            module: Any = revision.module
            module.upgrade()
            context.stamp(scripts, revision.revision)


def _add_what_is_missing(connection: Connection, tables: MetaData) -> None:
    """Add the tables, columns and indexes that a database does not have yet; the columns may be empty there."""
    tables.create_all(connection)
    for table in tables.sorted_tables:
        known = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in known:
                kind = column.type.compile(connection.dialect)
                connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN "{column.name}" {kind}')
        for index in table.indexes:
            index.create(connection, checkfirst=True)
