"""Parse JSON that comes from elsewhere."""

import json
from typing import Any


def parsed_json(text: str) -> Any:
    """Return a text read as JSON; raises ValueError where it is none, or is nested too deep to be read."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None
