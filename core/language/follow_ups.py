"""Tell whether a message leans on what was said before it."""

import re

from core.language.text import normal
from core.language.words import content_words

CONTINUES = re.compile(
    r"^(?:and|also|what about|how about|or|but|then|so|ok|okay|yes|no|yeah|sure|the|both|all|just|only|to|for|"
    r"with|on|from|it's|its|it is|that's)\b|^(?:why(?: not)?|how come|since when|really|are you sure|"
    r"(?:how|when|where|which|what|who)(?: \w+)?)\W*$"
)
REFERS = re.compile(r"\b(?:it|that|this|they|them|these|those|one|ones|there)\b")
_OWN_SUBJECT = re.compile(
    r"\b(?:do|does|did) (?!(?:i|we|you|he|she|it|they|this|that|these|those|the|my|our|your|their|any|all|both|"
    r"not)\b)\w+"
)
"""What makes a question whole that begins with `and`: `how long does shipping take`, unlike `how long do I have`."""
_SHORT = 10


def leans_on_before(message: str) -> bool:
    """Say whether a short message goes on with, or points at, what was said before it, or names nothing itself."""
    plain = normal(message)
    continues = (CONTINUES.match(plain) and not _OWN_SUBJECT.search(plain)) or not content_words(plain)
    return len(plain.split()) <= _SHORT and bool(continues or REFERS.search(plain))
