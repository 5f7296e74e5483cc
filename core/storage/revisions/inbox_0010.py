"""Index the words and the records of a reply together, once it is there."""

from alembic import op

revision = "inbox_0010"
down_revision = "inbox_0009"


def upgrade() -> None:
    """Drop the indexes that did otherwise; opening the database makes and fills the one that is left."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("inbox_turns_words", "inbox_turns_records"):
        op.execute(f"DROP {'TABLE' if sqlite else 'INDEX'} IF EXISTS {name}")
        for trigger in ("added", "gone", "ready", "changed") if sqlite else ():
            op.execute(f"DROP TRIGGER IF EXISTS {name}_{trigger}")
