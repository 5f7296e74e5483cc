"""Begin the history of memory: its tables as they were when versions began."""

revision = "memory_0001"
down_revision = None


def upgrade() -> None:
    """Change nothing: a database gets this version with its tables."""
