"""Tell the time; whoever needs another one takes a function like this."""

from datetime import UTC, datetime
from functools import partial

utc_now = partial(datetime.now, UTC)
"""Returns the present moment in UTC."""
