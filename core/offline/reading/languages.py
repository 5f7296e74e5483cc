"""Answer politely what is written in a language that is not spoken here."""

import re

from core.language.detection import UNKNOWN, language_of, spoken_language

_ENGLISH_ONLY = {
    "de": (
        "Ich kann hier leider nur auf Englisch antworten. Mit einer Vorgangsnummer sehe ich gern nach. Wenn Sie "
        "lieber mit einem Menschen sprechen möchten, schreiben Sie „Mensch“."
    ),
    "fr": (
        "Je ne peux malheureusement répondre qu'en anglais ici. Avec un numéro de référence, je peux regarder pour "
        "vous. Pour parler à une personne, écrivez « personne »."
    ),
    "es": (
        "Lo siento, aquí solo puedo responder en inglés. Con un número de referencia puedo consultarlo. Si prefiere "
        "hablar con una persona, escriba «persona»."
    ),
    "it": (
        "Mi dispiace, qui posso rispondere solo in inglese. Con un numero di riferimento posso controllare. Se "
        "preferisce parlare con una persona, scriva «persona»."
    ),
    "pt": (
        "Infelizmente só posso responder em inglês aqui. Com um número de referência posso verificar. Se preferir "
        "falar com uma pessoa, escreva “pessoa”."
    ),
    "nl": (
        "Ik kan hier helaas alleen in het Engels antwoorden. Met een referentienummer kijk ik graag voor u. Wilt u "
        "liever een medewerker, schrijf dan ‘medewerker’."
    ),
    "pl": (
        "Niestety mogę tu odpowiadać tylko po angielsku. Z numerem sprawy chętnie sprawdzę. Jeśli woli "
        "Pan/Pani rozmawiać z człowiekiem, proszę napisać „człowiek”."
    ),
    "sv": (
        "Jag kan tyvärr bara svara på engelska här. Med ett referensnummer tittar jag gärna efter. Vill du hellre "
        "prata med en människa, skriv ”person”."
    ),
    "da": (
        "Jeg kan desværre kun svare på engelsk her. Med et referencenummer ser jeg gerne efter. Vil du hellere tale "
        "med et menneske, så skriv ”person”."
    ),
    "other": (
        "I am sorry, I can only read and answer in English here. With a reference number I can look it up for you. If "
        "you want a person, please write “person”."
    ),
}
_TELLING = 5
"""So many words that are hardly English, some of them with foreign letters, are of another language."""


def english_only(text: str) -> str:
    """Say in a message's language that only English is spoken here, and how to get a person; empty for English."""
    spoken, likest = spoken_language(text, "en"), language_of(text)
    words = re.findall(r"[^\W\d_]+", text)
    strange = len(words) >= _TELLING and sum(not word.isascii() for word in words) > 1
    if spoken == "en" and likest != UNKNOWN and not (strange and likest != "en"):
        return ""
    return _ENGLISH_ONLY.get(spoken, _ENGLISH_ONLY["other"])
