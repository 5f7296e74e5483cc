"""Tell what a message that leans on what was said before it leans on, and whether it answers."""

import re
from collections.abc import Collection

from core.language.fixed_sentences import ENGLISH, phrase
from core.language.requested_changes import asks_about
from core.language.text import normal
from core.language.words import REFERS, leans_on_before
from core.offline.reading.chat_request import Conversation
from core.offline.reading.small_talk import OPEN_QUESTIONS

SHORT = 14
"""Words at most of a message that may only go on with what was said before."""
REMEMBERED = 4
"""Customer messages that are looked back over for what the newest one continues."""
_QUESTION_WORDS = 4
_FRAGMENT_WORDS = 3
_ASIDE = re.compile(
    r"^(?:(?:but |and |ok(?:ay)?,? )?(?:before (?:that|i (?:decide|answer|say yes))|first|one (?:more |quick "
    r")?(?:thing|question)|quick question|"
    r"by the way|btw|wait|hm+)[,:.! -]*)+"
)
"""What introduces a question that is not about what was asked."""


def asks_something(reply: str, open_questions: Collection[str] = OPEN_QUESTIONS) -> bool:
    """Say whether a reply waits for something particular from the customer."""
    open_phrases = (phrase(key, ENGLISH) for key in ("hello", "withdrawn"))
    return "?" in reply and not reply.endswith((*open_questions, *open_phrases))


def proposed_in(reply: str, language: str = ENGLISH) -> str:
    """Return what a reply asks a yes for, or an empty text."""
    said, asks, _ = reply.rpartition(phrase("ask_yes", language))
    return said.strip().rpartition("\n")[2] if asks else ""


def is_own_question(message: str) -> bool:
    """Say whether a message asks something that needs nothing said before: no answer to what the agent asked."""
    plain = _ASIDE.sub("", normal(message))
    return asks_about(plain) and not REFERS.search(plain) and len(plain.split()) >= _QUESTION_WORDS


def is_fragment(message: str) -> bool:
    """Say whether a question has so few words that it says nothing without what was said before: `until 4pm?`."""
    words = message.split()
    few = 0 < len(words) <= _FRAGMENT_WORDS
    return few and words[-1].endswith("?") and any(c.isalnum() for c in words[-1])


def last_asked(conversation: Conversation) -> str:
    """Return the customer's message before the newest, or an empty text."""
    return next((said.text for said in reversed(conversation.said) if said.by_customer), "")


def last_question(conversation: Conversation) -> str:
    """Return what a question leans on: the messages back to the newest that leans on nothing, oldest first."""
    said: list[str] = []
    for text in [s.text for s in reversed(conversation.said) if s.by_customer][:REMEMBERED]:
        said.insert(0, text)
        if not leans_on_before(text):
            break
    return "\n".join(said)
