"""Find what an operator still has to fill in before a reply may go to the customer."""

import re

from core.errors import Refused

# Three letters and more, so that a footnote or a number in brackets is none; and no Markdown link.
_PLACE = re.compile(r"\[[^\[\]]*[^\W\d_]{3}[^\[\]]*\](?!\()")
_BRACKETS = re.compile(r"\[([^\[\]]*)\](?!\()")


def without_places(text: str) -> str:
    """Return a text, on one line, in which nothing looks like a place to fill in; links stay links."""
    return _BRACKETS.sub(r"(\1)", " ".join(text.split()))


def check_finished(text: str) -> None:
    """Raise Refused when a reply still has a place to fill in, for example `[Answer the customer.]`."""
    if found := _PLACE.search(text):
        shown = " ".join(found[0].split())
        raise Refused(
            f"The reply is not finished, so nothing was sent: it still says “{shown}”. Write there what the "
            f"customer should "
            "read, and take the square brackets away (round ones are sent as they are)."
        )
