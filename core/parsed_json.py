"""Parse JSON that comes from elsewhere."""

import json
from typing import Any


class NestedTooDeep(ValueError):
    """JSON whose nesting Python cannot follow."""


def parsed_json(text: str | bytes) -> Any:
    """Return a text read as JSON.

    Raises:
        NestedTooDeep: it is nested too deep to be read.
        ValueError: it is no JSON.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise NestedTooDeep("the JSON is nested too deep") from None
