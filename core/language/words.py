"""Turn text into comparable words, and know those that negate a verb, by language."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.embeddings.minilm import embedded_minilm
from core.errors import ModelError
from core.language.detection import spoken_language
from core.language.postal_addresses import read_address
from core.language.text import normal, stem

_STOP_TEXT = """
a about after again all also am an and any anyone anything are as at be because been before being but by can could \
did do
does doing done for from get gets getting give go going got had has have having hello help hey hi how i i'd i'll i'm \
i've if
in into is it it's its just kindly know like long make many may me might mine more much must my need no not now of \
off on one
ones or our out over please pls question really say see shall she should so some tell than thank thanks that that's \
the their
them then there these they thing this those to too try up us use very want was we well were what what's when where \
where's
which while who why will wish with would you your yours don't doesn't didn't can't isn't aren't won't how's you're
"""
STOP_WORDS = frozenset(_STOP_TEXT.split())
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


_CHAT_TEXT = """
u=you ur=your r=are wan=want wheres=where's whens=when's whats=what's hows=how's im=i'm ive=i've dont=don't
doesnt=doesn't didnt=didn't cant=can't isnt=isn't pls=please plz=please thx=thanks yr=year yrs=years hrs=hours
mins=minutes
"""
_CHAT = dict(pair.split("=") for pair in _CHAT_TEXT.split()) | {"wanna": "want to", "btw": "by the way"}


def spelled(text: str) -> str:
    """Return normal text with chat words written out."""
    return re.sub(r"[a-z]+(?!['\w])", lambda found: _CHAT.get(found[0], found[0]), text)


_LEXICON_TEXT = """
address addresses account amount arrive arrived arrives article articles available back balance bought broken broke \
cancel cancelled
cancelling cancellation cannot card cards change changed charge charged cheaper code colour color cost costs cracked \
credit damaged
deliver delivered delivery discount different email exchange exchanged express faulty gift goods hello instead \
invoice item items
later latest longer mistake mixed missing money morning moved never number order ordered orders other package parcel \
password
payment paypal pending phone please policy price product products receipt receive received refund refunded refunds \
repair replace
return returned returning returns second send sent shipment shipped shipping should size sizes standard status stock \
stopped store
stores still swap swapped switch today tomorrow track tracking unused voucher waiting warranty weeks where which \
working wrong
sorry wait actually give gave
yesterday person human colleague colleagues representative agent manager connect speak talk talking unacceptable
ridiculous furious angry terrible horrible outrageous disgusting somebody someone anybody question thanks thank doing \
having something anything everything nothing
dont cant wont didnt doesnt isnt arent havent hasnt wasnt couldnt shouldnt wouldnt thats whats wheres whens lets \
youre theyre ive
"""
_LEXICON = frozenset(_LEXICON_TEXT.split()) | {word for word in STOP_WORDS if len(word) > 2 and word.isalpha()}
"""The words by which requests are recognised, whatever the business."""
_SPELT = re.compile(r"(?<![\w@.#/'’-])[^\W\d_]{3,}(?![\w@#/'’-]|\.\w)")
_SHORTEST, _LONG = 4, 8
"""In shorter words only little slips are put right; longer ones may have two."""
_LONGEST = 2_000
"""Characters of a text whose words are looked at."""


def corrected(text: str, own_words: Collection[str] = frozenset()) -> str:
    """Return a text with each unknown word replaced by the nearest of the business's own or of the lexicon, if any.

    A postal address and what follows it stay as they are: streets and towns are no words. So does a very long text, and
    one in another language, whose words would be taken for English ones.
    """
    return _corrected(text, frozenset(own_words))


@lru_cache(maxsize=256)
def _corrected(text: str, own_words: frozenset[str]) -> str:
    """Do so; a turn asks for the same few texts again for each of the tools."""
    if len(text) > _LONGEST or spoken_language(text, "en") != "en":
        return text
    if address := read_address(text):
        words, street, rest = text.partition(address["address1"])
        return f"{_corrected(words, own_words)}{street}{rest}"
    known = [*own_words, *_LEXICON]

    def one(found: re.Match[str]) -> str:
        word = found[0]
        plain = word.casefold()
        if plain in _LEXICON or plain in own_words or (word != plain and word[1:] != plain[1:]) or _is_english(plain):
            return word
        right = _nearest(plain, known)
        return right.capitalize() if word[0].isupper() else right

    return _SPELT.sub(one, text)


def _nearest(word: str, known: Sequence[str]) -> str:
    """Return the known word with the fewest slips between, or the word itself where none is near enough."""
    most = 2 if len(word) >= _LONG else 1
    best: tuple[int, bool, int, str] | None = None
    for other, slips, _ in process.extract(word, known, scorer=OSA.distance, score_cutoff=most, limit=None):
        if word[0] in other[:2] and (len(word) >= _SHORTEST or _one_letter_off(word, other)):
            rank = (int(slips), word[0] != other[0], -len(other), other)  # a letter is left out more often than added
            best = min(best, rank) if best else rank
    return best[-1] if best else word


def _one_letter_off(word: str, other: str) -> bool:
    """Say whether a short word has its letters changed round, or is a little one with a letter left out: "wht"."""
    return sorted(word) == sorted(other) or (len(other) == len(word) + 1 and other in STOP_WORDS)


@lru_cache(maxsize=4_096)
def _is_english(word: str) -> bool:
    """Say whether a word is a common English one; without the embedded model's list nothing is known to be."""
    try:
        return embedded_minilm().knows_word(word)
    except ModelError:
        return False


_SAME_TEXT = {
    "warranty": "guarantee",
    "promo": "coupon voucher discount rebate",
    "carrier": "courier driver postman",
    "color": "colour",
    "ship": "deliver delivery shipment postage dispatch",
    "cost": "fee price charge",
    "store": "shop branch",
    "damage": "broken broke defective faulty cracked",
    "address": "house",
    "e-mail": "mail email",
    "parcel": "package box",
    "bag": "baggage luggage suitcase",
}


_CANONICAL = {other: word for word, others in _SAME_TEXT.items() for other in others.split()}


_SAME = {stem(other): stem(word) for word, others in _SAME_TEXT.items() for other in others.split()}


def stems(text: str) -> list[str]:
    """Return the stems of every word in the text, in order."""
    return [stem(word) for word in _WORD.findall(normal(text))]


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning, in order."""
    return [word for word in _WORD.findall(spelled(normal(text))) if word not in STOP_WORDS]


def content_stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order; words that mean the same share one stem."""
    found = [stem(word) for word in content_words(text)]
    return [_SAME.get(word, word) for word in found]


def with_synonyms(text: str) -> str:
    """Add to a question the words that articles use for the same thing: "coupon" becomes "coupon promo"."""
    added = dict.fromkeys(
        _CANONICAL[w.removesuffix("s")] for w in _WORD.findall(normal(text)) if w.removesuffix("s") in _CANONICAL
    )
    return f"{text} ({' '.join(added)})" if added else text


def mentions(text: str, phrase: str) -> int:
    """Return where a phrase's words stand together in the text as a word position, or -1."""
    have, wanted = stems(text), stems(phrase)
    for start in range(len(have) - len(wanted) + 1):
        if wanted and have[start : start + len(wanted)] == wanted:
            return start
    return -1


BY_LANGUAGE = {
    "en": r"not|never|no|don't|dont|didn't|didnt",
    "de": r"nicht|nie|niemals|kein\w*",
    "fr": r"ne|pas|jamais|aucune?",
    "es": r"no|nunca|ning[uú]n\w*",
    "it": r"non|mai|nessun\w*",
    "pt": r"não|nao|nenhum\w*",
    "nl": r"niet|nooit|geen",
    "pl": r"nie|nigdy|żad\w*",
    "sv": r"inte|aldrig",
    "da": r"ikke|aldrig",
    "ru": r"не|никогда",
    "ar": r"لا|لم|ليس",
}
NEGATION = "|".join(BY_LANGUAGE.values())
"""A pattern over small letters that matches any of them; that they stand alone is for whoever uses it to ask."""
CONTRACTED = r"\w{1,20}n't"
"""A pattern for English verbs with their negation: `isn't`, `can't`."""
DENIES = re.compile(rf"(?<!\w)(?:{NEGATION}|{CONTRACTED})(?!\w)")
"""Any of both, alone."""


CONTINUES = re.compile(
    r"^(?:and|also|what about|how about|or|but|then|so|ok|okay|yes|no|yeah|sure|the|both|all|just|only|to|for|"
    r"with|on|from|it's|its|it is|that's|"
    r"und|aber|oder|die|der|das|den|dem|beide|nur|auch|et|mais|ou|celle|celui|les deux|juste|seulement|"
    r"y|pero|el|los|las|ambos|solo|sólo)\b|^(?:why(?: not)?|how come|since when|really|are you sure|"
    r"(?:how|when|where|which|what|who)(?: \w+)?|"
    r"(?:until|till|by|at|in|after|before|without|per|since)(?: \w+){1,2})\W*$"
)
REFERS = re.compile(r"\b(?:it|that|this|they|them|these|those|one|ones|there)\b")
OWN_THING = re.compile(r"\b(?:my|our|mein\w*|unser\w*|mon|ma|mes|notre|nos|mis?|nuestr\w+)\b")
_OWN_SUBJECT = re.compile(
    r"\b(?:do|does|did) (?!(?:i|we|you|he|she|it|they|this|that|these|those|the|my|our|your|their|any|all|both|"
    r"not)\b)\w+"
)
"""What makes a question whole that begins with `and`: `how long does shipping take`, unlike `how long do I have`."""
_SHORT = 10


@lru_cache(maxsize=64)
def leans_on_before(message: str) -> bool:
    """Say whether a short message goes on with, or points at, what was said before it, or names nothing itself."""
    plain = normal(message)
    continues = (CONTINUES.match(plain) and not _OWN_SUBJECT.search(plain)) or not content_words(plain)
    return len(plain.split()) <= _SHORT and bool(continues or REFERS.search(plain))
