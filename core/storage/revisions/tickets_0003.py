"""Find the tickets of some days without reading all others."""

from alembic import op

revision = "tickets_0003"
down_revision = "tickets_0002"


def upgrade() -> None:
    """Index when tickets were opened, closed and rated."""
    for name in ("created_at", "closed_at", "rated_at"):
        op.create_index(f"ix_tickets_{name}", "tickets", [name])
