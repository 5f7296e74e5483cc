"""Index the words of a message when it is answered, no longer when it comes."""

from alembic import op

revision = "inbox_0009"
down_revision = "inbox_0008"


def upgrade() -> None:
    """Drop the triggers of SQLite that did otherwise; opening the database makes them as they are now."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("added", "changed"):
            op.execute(f"DROP TRIGGER IF EXISTS inbox_messages_words_{trigger}")
