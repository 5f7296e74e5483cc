"""Answer politely what is written in a language that is not spoken here."""

import re

from core.language.detection import UNKNOWN, language_of, spoken_language
from core.language.fixed_sentences import phrase

_ENGLISH_ONLY = {
    "sv": (
        "Jag kan tyvärr bara svara på engelska här. Med ett referensnummer tittar jag gärna efter. Vill du hellre "
        "prata med en människa, skriv ”person”."
    ),
    "da": (
        "Jeg kan desværre kun svare på engelsk her. Med et referencenummer ser jeg gerne efter. Vil du hellere tale "
        "med et menneske, så skriv ”person”."
    ),
}
"""What is said in languages that have no catalogue of sentences."""
_TELLING = 5
"""So many words that are hardly English, some of them with foreign letters, are of another language."""


def english_only(text: str) -> str:
    """Say in a message's language that only English is spoken here, and how to get a person; empty for English."""
    spoken, likest = spoken_language(text, "en"), language_of(text)
    words = re.findall(r"[^\W\d_]+", text)
    strange = len(words) >= _TELLING and sum(not word.isascii() for word in words) > 1
    if spoken == "en" and likest != UNKNOWN and not (strange and likest != "en"):
        return ""
    return _ENGLISH_ONLY.get(spoken) or phrase("english_only", spoken)
