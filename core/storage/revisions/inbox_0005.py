"""Keep the pictures that came with a message."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_0005"
down_revision = "inbox_0004"


def upgrade() -> None:
    """Add the column; messages of before have none."""
    op.add_column("inbox_messages", sa.Column("pictures", sa.Text()))
