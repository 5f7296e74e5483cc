"""Keep the fixed sentences that customers read, per language."""

from typing import Literal

PhraseId = Literal["searching", "looking_up", "thinking", "handed_over", "still_with_person", "not_done", "no_answer"]

PHRASES: dict[str, dict[PhraseId, str]] = {
    "en": {
        "searching": "Searching help articles…",
        "looking_up": "Looking that up…",
        "thinking": "Writing a reply…",
        "handed_over": (
            "I am handing this conversation over to a colleague. Your ticket is {ticket}. "
            "They have everything you wrote here and will answer in this conversation."
        ),
        "still_with_person": "Your message was added to ticket {ticket}; a colleague will answer here.",
        "not_done": "This was not carried out; the conversation went to a person first.",
        "no_answer": "I do not have an answer to that.",
    },
    "de": {
        "searching": "Ich durchsuche die Hilfeartikel …",
        "looking_up": "Ich sehe nach …",
        "thinking": "Ich schreibe eine Antwort …",
        "handed_over": (
            "Ich übergebe dieses Gespräch an eine Kollegin oder einen Kollegen. Ihre Ticketnummer ist {ticket}. "
            "Alles, was Sie geschrieben haben, liegt dort vor; die Antwort kommt hier in dieses Gespräch."
        ),
        "still_with_person": "Ihre Nachricht wurde zum Ticket {ticket} hinzugefügt; die Antwort kommt hier.",
        "not_done": "Das wurde nicht ausgeführt; das Gespräch ging vorher an einen Menschen.",
        "no_answer": "Darauf habe ich keine Antwort.",
    },
}


def phrase(phrase_id: PhraseId, locale: str, **values: str) -> str:
    """Return a fixed sentence in the locale's language, or in English where there is none."""
    return PHRASES.get(locale.split("-")[0].lower(), PHRASES["en"])[phrase_id].format(**values)
