"""Begin the history of spending: its tables as they were when versions began."""

revision = "spending_0001"
down_revision = None


def upgrade() -> None:
    """Change nothing: a database gets this version with its tables."""
