"""Tell in which language a message is written, and answer politely where it is not English."""

import re
import unicodedata

from core.language.text import normal

_ENGLISH_ONLY = {
    "de": (
        "Ich kann hier leider nur auf Englisch antworten. Mit einer Bestellnummer sehe ich gern nach. Wenn Sie "
        "lieber mit einem Menschen sprechen möchten, schreiben Sie „Mensch“."
    ),
    "fr": (
        "Je ne peux malheureusement répondre qu'en anglais ici. Avec un numéro de commande, je peux regarder pour "
        "vous. Pour parler à une personne, écrivez « personne »."
    ),
    "es": (
        "Lo siento, aquí solo puedo responder en inglés. Con un número de pedido puedo consultarlo. Si prefiere "
        "hablar con una persona, escriba «persona»."
    ),
    "it": (
        "Mi dispiace, qui posso rispondere solo in inglese. Con un numero d'ordine posso controllare. Se "
        "preferisce parlare con una persona, scriva «persona»."
    ),
    "pt": (
        "Infelizmente só posso responder em inglês aqui. Com um número de pedido posso verificar. Se preferir "
        "falar com uma pessoa, escreva “pessoa”."
    ),
    "nl": (
        "Ik kan hier helaas alleen in het Engels antwoorden. Met een bestelnummer kijk ik graag voor u. Wilt u "
        "liever een medewerker, schrijf dan ‘medewerker’."
    ),
    "pl": (
        "Niestety mogę tu odpowiadać tylko po angielsku. Z numerem zamówienia chętnie sprawdzę. Jeśli woli "
        "Pan/Pani rozmawiać z człowiekiem, proszę napisać „człowiek”."
    ),
    "sv": (
        "Jag kan tyvärr bara svara på engelska här. Med ett ordernummer tittar jag gärna efter. Vill du hellre "
        "prata med en människa, skriv ”person”."
    ),
    "da": (
        "Jeg kan desværre kun svare på engelsk her. Med et ordrenummer ser jeg gerne efter. Vil du hellere tale "
        "med et menneske, så skriv ”person”."
    ),
    "other": (
        "I am sorry, I can only read and answer in English here. With an order number I can look it up for you. If "
        "you want a person, please write “person”."
    ),
}
_MARKS = {
    code: frozenset(words.split())
    for code, words in {
        "de": "der die das und ist nicht ich mein meine wo wie wann bitte eine einen mit für kann haben habe "
        "bestellung "
        "paket wird noch auf zurück möchte",
        "fr": "le la les et est pas je mon ma où comment quand une avec pour peux avoir commande colis vous dans des "
        "du "
        "ce que veux bonjour",
        "es": "el la los y es no mi dónde donde cómo cuándo una con para puedo pedido paquete está por que quiero del "
        "hola mis",
        "it": "il lo la e è non mio mia dove come quando una con per posso ordine pacco che vorrei sono del della ciao",
        "pt": "o os e é não meu minha onde como quando uma com para posso pedido encomenda está que quero do da um olá",
        "nl": (
            "de het een en is niet ik mijn waar hoe wanneer met voor kan bestelling pakket wordt nog op terug wil graag"
        ),
        "sv": (
            "jag är och inte min mitt mina var hur när en ett med för kan har på till att det vill skulle "
            "beställning paket hej tack vad"
        ),
        "da": (
            "jeg er og ikke min mit mine hvor hvordan hvornår en et med for kan har på til at det vil skal "
            "bestilling pakke hej tak hvad"
        ),
        "pl": "i jest nie moje moja gdzie jak kiedy z dla mogę zamówienie paczka się na do chcę proszę czy mam",
    }.items()
}
_ENGLISH_WORDS = (
    "the and is not my where how when please a an with for can have has order parcel package you your i to of "
    "in it what do "
    "does this that are was will would want need return cancel on from me at by if"
)
_TELLING = 5
"""So many words without a single English one, and some with foreign letters, are another language."""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())


def language(text: str) -> str:
    """Return "en", the code of another language, or "other" for one that is not known; short texts are English."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum("LATIN" not in unicodedata.name(c, "") for c in letters) * 2 > len(letters):
        return "other"
    words = re.findall(r"[^\W\d_]+", normal(text))[:200]
    english = sum(word in _ENGLISH for word in words)
    counts = {code: sum(word in marks for word in words) for code, marks in _MARKS.items()}
    best = max(counts, key=lambda code: counts[code])
    if counts[best] >= 2 and counts[best] > english:
        return best
    return (
        "other" if not english and sum(w.isascii() for w in words) < len(words) - 1 and len(words) >= _TELLING else "en"
    )


def english_only(code: str) -> str:
    """Say in the customer's language that only English is spoken here, and how to get a person."""
    return _ENGLISH_ONLY[code]
