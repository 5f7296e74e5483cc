"""Tell which language a message is written in, by its most frequent small words."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from core.language.fixed_sentences import Catalogue
from core.language.text import normal

UNKNOWN = "und"
"""ISO 639's code for a language that is not determined."""
_WORDS: dict[str, str] = {
    "en": "the a an and or is are was were i you it my your to of for with in on at not do does did have has can "
    "could would will "
    "what when where why how which who this that there but if me please from by be been am as they we our any "
    "some i'm it's don't will should no plus son since until about just so",
    "de": "der die das und oder ist sind war ich du sie es mein meine meinen meiner ihr ihre ihren zu von für mit im "
    "in am auf nicht "
    "kein keine habe haben hat kann können würde wird was wann wo warum wie welche wer dieser dieses aber wenn "
    "mir mich bitte ein eine "
    "einen einer dem den des noch auch bei seit bis wir kostet gibt man viel viele dauert "
    "hab hast habt ihr euch geht ginge gehen läuft laufen kannst könnt könnte können soll sollte muss darf möchte "
    "will brauche brauch nach vom zum zur aus dann doch mal schon nur mehr heute morgen jetzt wenn weil dass "
    "nein ja gar keinen was wer wieso",
    "fr": "le la les un une des et ou est sont était je tu vous il elle mon ma mes votre vos à de du pour avec dans "
    "sur ne pas ai avez a "
    "peut puis pouvez voudrais quand où pourquoi comment quel quelle qui ce cette mais si me s'il plaît au aux "
    "en par nous été "
    "c'est j'ai je n'ai l'article que quels combien coûte d'un d'une est-ce qu'est-ce depuis chez son sa ses leur "
    "suis es sommes sera serait faut veux voulez peux plus j'aimerais moi toi ça quoi déjà aussi encore "
    "pas oui non svp lui l'ai y a-t-il hier aujourd'hui demain",
    "es": "el la los las un una unos y o es son era yo tú usted mi mis su sus tu a de del para con en sobre no he ha "
    "han puede puedo "
    "quiero qué cuándo dónde por cómo cuál quién este esta pero si me favor se le lo al que está están hay "
    "tienen me han ya cuánto cuántos cuántas cuánta cuesta tengo hay hasta desde "
    "estoy soy necesito puedes quisiera quiere eso esa ese aquí ahora hoy mañana ayer también más muy sí nada algo "
    "donde cuando como enviáis tenéis podéis me lo",
    "it": "il lo la gli le un una e o è sono era io tu lei mio mia suo sua a di del della per con nel su non ho ha "
    "hai può posso vorrei "
    "che quando dove perché come quale chi questo questa ma se mi prego da al alla ordine ci sono",
    "pt": "o a os as um uma e ou é são era eu você meu minha seu sua para de do da por com em no na não tenho tem "
    "pode posso quero que "
    "quando onde como qual quem este esta mas se me favor ao à já foi está vocês",
    "nl": "de het een en of is zijn was ik jij u mijn uw jullie naar van voor met in op niet geen heb heeft kan "
    "kunnen wil wat wanneer "
    "waar waarom hoe welke wie deze dit maar als mij me graag bij nog ook er",
    "pl": "i lub jest są był ja ty pan pani mój moja moje do z na w dla nie mam ma może mogę chcę co kiedy gdzie "
    "dlaczego jak który kto "
    "ten ta to ale jeśli mi proszę się od po już czy",
    "sv": "jag är och inte min mitt mina var hur när en ett med för kan har på till att det vill skulle den som om "
    "vad ni vi",
    "da": "jeg er og ikke min mit mine hvor hvordan hvornår en et med for kan har på til at det vil skal den som om "
    "hvad vi",
    "tr": "ve veya bir bu şu ben sen siz benim sizin için ile var yok mı mi mu mü değil ne zaman nerede nasıl neden "
    "hangi kim ama lütfen istiyorum olarak daha çok",
}
GLOSSARIES = Catalogue(Path(__file__).with_name("glossaries"))
"""What the beginnings of words mean in English, by language."""
_LONG = 5
"""Letters of the beginning of a word that tells a language."""
_LIKE = 3
"""Letters with which a word begins like an English one."""
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LETTERS = {
    "de": re.compile("[äöüß]"),
    "fr": re.compile("[çèêœùâîûëï]"),
    "es": re.compile("[ñ¿¡]"),
    "pt": re.compile("[ãõ]"),
    "pl": re.compile("[łąęśżźćń]"),
    "da": re.compile("[æø]"),
    "tr": re.compile("[ğışİ]"),
}
_ALONE = {
    "de": "hallo danke bitte guten vielen moin tschüss",
    "fr": "bonjour bonsoir salut merci revoir",
    "es": "hola gracias buenos buenas adiós",
    "it": "ciao grazie buongiorno buonasera arrivederci",
    "nl": "hoi bedankt goedendag alstublieft doei",
    "pl": "cześć dziękuję dzień dobry widzenia",
    "pt": "olá obrigado obrigada tchau",
    "sv": "hej tack",
    "da": "tak",
    "tr": "merhaba teşekkürler teşekkür",
}
"""Words that tell a language by themselves."""
_ALONE_WORDS = {language: frozenset(words.split()) for language, words in _ALONE.items()}
_SCRIPTS = {"ARABIC": "ar", "HIRAGANA": "ja", "KATAKANA": "ja"}
"""What a script gives away; ideographs alone may be Chinese."""
_LONGEST = 4_000
_TELLING = 2
"""So many words of a language tell that it is spoken: "no" alone is a word of many."""
_REMEMBERED = 64
"""Texts that are not read again, though several steps of a turn ask for their language."""


@lru_cache(maxsize=_REMEMBERED)
def spoken_language(text: str, before: str) -> str:
    """Return the code of the language a customer speaks: that of a telling message, else the one of `before`."""
    letters = [unicodedata.name(c, "").split(" ")[0] for c in text[:_LONGEST] if c.isalpha()]
    for script, language in _SCRIPTS.items():
        if letters.count(script) * 4 > len(letters):
            return language
    scores = _scores(text)
    second, first = sorted(scores.values())[-2:]
    if first < _TELLING or first == second:  # no small words tell; others may
        tokens = set(_TOKEN.findall(normal(text[:_LONGEST])))
        for language in GLOSSARIES:
            scores[language] += sum(_is_telling(token, language) for token in tokens)
    best = max(scores, key=lambda language: (scores[language], language == before))
    return best if scores[best] >= _TELLING and scores[best] > scores.get(before, 0) else before


@lru_cache(maxsize=_REMEMBERED)
def language_of(text: str, default: str = "en") -> str:
    """Return the code of a text's language: one of those with words here, the default, or `und` for another script."""
    letters = [c for c in text[:_LONGEST] if c.isalpha()]
    if sum("LATIN" not in unicodedata.name(c, "") for c in letters) * 2 > len(letters):
        return UNKNOWN
    scores = _scores(text)
    best = max(scores, key=lambda language: (scores[language], language == default))
    return best if scores[best] > 0 else default


def served_locale(asked: str | None, locales: Sequence[str]) -> str:
    """Return the language to speak where one is asked for, or none is; the first of those served is the usual one.

    English is what programs and browsers name unasked: where it is not served, it stands for none.
    """
    unserved = asked is not None and asked.lower().split("-")[0] == "en" and "en" not in locales
    return locales[0] if asked is None or unserved else asked


def _scores(text: str) -> dict[str, float]:
    """Count the words and letters of each language in a text."""
    lowered = normal(text[:_LONGEST])
    tokens = set(_TOKEN.findall(lowered))  # `no … no` is one word of many languages
    scores = {language: float(sum(t in words for t in tokens)) for language, words in _SETS.items()}
    for language, words in _ALONE_WORDS.items():
        scores[language] += sum(_TELLING - (t in _SETS[language]) for t in tokens if t in words)
    for language, marks in _LETTERS.items():
        scores[language] += 1.5 * bool(marks.search(lowered))
    return scores


def _is_telling(token: str, language: str) -> bool:
    """Say whether a word begins like one that only the glossary of a language has, and English has no like of."""
    beginnings = (token[:end] for end in range(_LONG, len(token) + 1))
    return any(beginning in _telling_words()[language] for beginning in beginnings)


@cache
def _telling_words() -> Mapping[str, frozenset[str]]:
    """Return the beginnings of words that tell each language: those of others, and what is alike in English, do not."""
    english = {word[:_LONG] for words in GLOSSARIES.values() for means in words.values() for word in means.split()}
    known = {
        language: {
            word
            for word, means in words.items()
            if len(word) >= _LONG and word[:_LONG] not in english and not means.startswith(word[:_LIKE])
        }
        for language, words in GLOSSARIES.items()
    }
    starts = {language: {word[:_LONG] for word in words} for language, words in known.items()}
    return {
        language: frozenset(
            word for word in words if not any(word[:_LONG] in other for one, other in starts.items() if one != language)
        )
        for language, words in known.items()
    }


def is_small_word(word: str, language: str) -> bool:
    """Say whether a word, in small letters, is one of the most frequent small ones of a language."""
    return word in _SETS.get(language, ())
