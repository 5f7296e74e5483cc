"""Find in what was said the facts a conversation must not lose: names and promises."""

import re

from core.language.text import sentences

_CITED = re.compile(r"\[\d+\]")
_NAME = re.compile(
    r"\b(?:my name is|my name's|i am called|this is|mein name ist|ich heiße|je m'appelle|me llamo)\s+"
    r"((?-i:[A-ZÀ-Ý])[\w'’-]+(?:\s+(?-i:[A-ZÀ-Ý])[\w'’-]+){0,3})",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:i|we|a colleague|somebody|someone|our team)(?:'ll|’ll| will| promise| have arranged| am going to| "
    r"are going to)\b"
    r"|\byou(?:'ll|’ll| will) (?:receive|get|be|have|hear)\b|\bwill be (?:refunded|sent|shipped|called|"
    r"credited|exchanged)\b"
    r"|\b(?:ich|wir) (?:werde|werden|verspreche|versprechen)\b|\bsie (?:erhalten|bekommen)\b",
    re.IGNORECASE,
)
_OFFER = re.compile(r"\bif you\b|\?\s*$|\bwould you\b|\bcan you\b", re.IGNORECASE)


def names_in(text: str) -> list[str]:
    """Return the names a customer gives themselves."""
    return [name.strip() for name in _NAME.findall(text)]


def promises_in(text: str) -> list[str]:
    """Return the sentences of a reply that promise something.

    What an article says holds for everybody and is found again; what is said without a source is a promise of ours.
    """
    return [s for s in sentences(text) if _PROMISE.search(s) and not _CITED.search(s) and not _OFFER.search(s)]
