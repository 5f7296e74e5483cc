"""Say in a few words what a ticket is about: the newest words of the customer that tell anything."""

from collections.abc import Sequence

from core.language.greetings import is_small_talk
from graph.handoff.ticket_facts import shortened
from graph.handoff.triage_rules import is_bare_wish

LONGEST = 90
_LEAST_WORDS = 3


def title_of(said: Sequence[str]) -> str:
    """Return the newest message of the customer that says something of the matter, shortened; empty where none does."""
    return next((shortened(" ".join(words.split()), LONGEST) for words in reversed(said) if _tells(words)), "")


def _tells(words: str) -> bool:
    return len(words.split()) >= _LEAST_WORDS and not is_bare_wish(words) and not is_small_talk(words)
