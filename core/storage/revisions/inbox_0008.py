"""Find the ratings of some days without reading all others."""

from alembic import op

revision = "inbox_0008"
down_revision = "inbox_0007"


def upgrade() -> None:
    """Index when conversations were rated."""
    op.create_index("ix_inbox_ratings_rated_at", "inbox_ratings", ["rated_at"])
