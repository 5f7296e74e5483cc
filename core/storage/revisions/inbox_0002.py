"""Note of each turn whether its reply answers, so that a conversation without an answer does not count as resolved."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_0002"
down_revision = "inbox_0001"


def upgrade() -> None:
    """Add the column; turns of before say nothing."""
    op.add_column("inbox_figures", sa.Column("answered", sa.Boolean()))
