"""Tell whether a message leans on what was said before it, and on what."""

import re
from collections.abc import Collection

from core.language.requested_changes import asks_about
from core.language.text import normal
from core.offline.reading.chat_request import Conversation
from core.offline.reading.small_talk import OPEN_QUESTIONS

CONTINUES = re.compile(
    r"^(?:and|also|what about|how about|or|but|then|so|ok|okay|yes|no|yeah|sure|the|both|all|just|only|to|for|"
    r"with|on|from|it's|its|it is|that's)\b"
)
SHORT = 14
"""Words at most of a message that may only go on with what was said before."""
REMEMBERED = 4
"""Customer messages that are looked back over for what the newest one continues."""
_REFERS = re.compile(r"\b(?:it|that|this|they|them|these|those|one|ones|there)\b")
_OWN_SUBJECT = re.compile(
    r"\b(?:do|does|did) (?!(?:i|we|you|he|she|it|they|this|that|these|those|the|my|our|your|their|any|all|both|"
    r"not)\b)\w+"
)
"""What makes a question whole that begins with `and`: `how long does shipping take`, unlike `how long do I have`."""
_QUESTION_WORDS = 4
_ASIDE = re.compile(
    r"^(?:(?:but |and |ok(?:ay)?,? )?(?:before (?:that|i (?:decide|answer|say yes))|first|one (?:more |quick "
    r")?(?:thing|question)|quick question|"
    r"by the way|btw|wait|hm+)[,:.! -]*)+"
)
"""What introduces a question that is not about what was asked."""


def asks_something(reply: str, open_questions: Collection[str] = OPEN_QUESTIONS) -> bool:
    """Say whether a reply waits for something particular from the customer."""
    return "?" in reply and not reply.endswith(tuple(open_questions))


def is_own_question(message: str) -> bool:
    """Say whether a message asks something that needs nothing said before: no answer to what the agent asked."""
    plain = _ASIDE.sub("", normal(message))
    return asks_about(plain) and not _REFERS.search(plain) and len(plain.split()) >= _QUESTION_WORDS


def leans_on_before(message: str) -> bool:
    """Say whether a short message goes on with, or points at, what was said before it."""
    plain = normal(message)
    continues = CONTINUES.match(plain) and not _OWN_SUBJECT.search(plain)
    return len(plain.split()) <= 10 and bool(continues or _REFERS.search(plain))


def last_question(conversation: Conversation) -> str:
    """Return what a question leans on: the customer's messages back to the newest that leans on nothing,
    oldest first.
    """
    said: list[str] = []
    for text in [s.text for s in reversed(conversation.said) if s.by_customer][:REMEMBERED]:
        said.insert(0, text)
        if not leans_on_before(text):
            break
    return "\n".join(said)
