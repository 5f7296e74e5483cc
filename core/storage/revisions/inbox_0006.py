"""Count where procedures stopped."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_0006"
down_revision = "inbox_0005"


def upgrade() -> None:
    """Add the column; turns of before say nothing about it."""
    op.add_column("inbox_figures", sa.Column("stops", sa.Text()))
