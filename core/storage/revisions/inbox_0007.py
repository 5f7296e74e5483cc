"""Keep colleagues' notes on conversations that have no ticket."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_0007"
down_revision = "inbox_0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "inbox_notes",
        sa.Column("thread_id", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("author", sa.String(255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.Double(), nullable=False),
    )
