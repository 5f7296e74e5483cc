"""Find the changes that were carried out lately without reading all others."""

from alembic import op

revision = "actions_0002"
down_revision = "actions_0001"


def upgrade() -> None:
    """Index the states of actions by when they came into them."""
    op.drop_index("ix_actions_state", "actions")
    op.create_index("actions_by_state", "actions", ["state", "updated_at"])
