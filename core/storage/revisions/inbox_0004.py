"""Keep what customers think of single replies, when they type, until where people have read, and what they stopped."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_0004"
down_revision = "inbox_0003"


def upgrade() -> None:
    """Add the columns and the table; conversations of before say nothing about it."""
    for name, kind in (("typing_at", sa.Double()), ("read_at", sa.Double()), ("stopped", sa.String(64))):
        op.add_column("inbox_threads", sa.Column(name, kind))
    op.create_table(
        "inbox_reply_ratings",
        sa.Column("thread_id", sa.String(64), primary_key=True),
        sa.Column("reply_id", sa.String(255), primary_key=True),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("rated_at", sa.Double(), nullable=False),
    )
