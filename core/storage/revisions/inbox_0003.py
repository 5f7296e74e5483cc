"""Count what else came of a turn: whether the customer said it is settled, and what was cited and called."""

import sqlalchemy as sa
from alembic import op

revision = "inbox_0003"
down_revision = "inbox_0002"


def upgrade() -> None:
    """Add the columns; turns of before say nothing about it."""
    for name, kind in (("confirmed", sa.Boolean()), ("articles", sa.Text()), ("tools", sa.Text())):
        op.add_column("inbox_figures", sa.Column(name, kind))
