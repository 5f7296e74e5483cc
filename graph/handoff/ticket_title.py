"""Say in a few words what a ticket is about: the newest words of the customer that tell anything."""

from collections.abc import Sequence

from core.offline.reading.request_phrases import CAPABILITIES, GOODBYE, GREETING, THANKS
from graph.handoff.ticket_facts import shortened
from graph.handoff.triage_rules import is_bare_wish

LONGEST = 90
_LEAST_WORDS = 3


def title_of(said: Sequence[str]) -> str:
    """Return the newest message of the customer that says something of the matter, shortened; empty where none does."""
    return next((shortened(" ".join(words.split()), LONGEST) for words in reversed(said) if _tells(words)), "")


def _tells(words: str) -> bool:
    plain = " ".join(words.lower().split())
    small_talk = (GREETING, THANKS, GOODBYE, CAPABILITIES)
    return (
        len(plain.split()) >= _LEAST_WORDS
        and not is_bare_wish(words)
        and not any(pattern.search(plain) for pattern in small_talk)
    )
