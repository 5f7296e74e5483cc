"""Keep the pictures of an operator's reply until it has arrived."""

import sqlalchemy as sa
from alembic import op

revision = "tickets_0002"
down_revision = "tickets_0001"


def upgrade() -> None:
    """Add the column; replies of before have none."""
    op.add_column("ticket_deliveries", sa.Column("pictures", sa.JSON()))
