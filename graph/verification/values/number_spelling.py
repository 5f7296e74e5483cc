"""Bring a text into one spelling before values are read from it, and read numbers as people write them."""

import re
from decimal import Decimal, InvalidOperation

from core.language.word_tables import NUMBER_WORDS
from core.safety.prefiltered_patterns import PrefilteredPattern

BEFORE_UNITS: dict[str, int] = {"due": 2, "sei": 6, "once": 11, "sex": 6, "dez": 10, "sto": 100}
"""Number words that mean something else in another language, unless a unit of time follows."""

_UNIT_SPELLINGS: dict[str, tuple[str, Decimal]] = {
    "seconds? secs? sekund(?:en?|er|y)? secondes? segundos? second[io]": ("s", Decimal(1)),
    "minutes? mins? minut(?:en?|er|os?|[ioy])? min": ("s", Decimal(60)),
    "hours? hrs? hr h std stunden? heures? horas? or[ae] uren uur timm(?:ar|e) timer? godzin[ay]?": (
        "s",
        Decimal(3600),
    ),
    "days? nights? nächte nuits? noches tage?n? werktage?n? jours? días? dias? giorn[io] dag(?:en|ar|er|e)? "
    "dygn vardagar arbetsdagar hverdag(?:e|er)? dni dzień": ("s", Decimal(86_400)),
    "weeks? wks? wochen? semaines? semanas? settiman[ae] weken week veckor vecka uger? uker? tygodni[ea]? tydzień": (
        "s",
        Decimal(604_800),
    ),
    "months? mths? monate?n? mois mes(?:es)? mes[ei] maanden maand månader? måneder? miesi(?:ąc[ea]?|ęcy)": (
        "months",
        Decimal(1),
    ),
    "quarters? quartale?": ("months", Decimal(3)),
    "years? yrs? jahre?n? ans? années? años? ann[io] anos? jaar år lata? rok[ui]?": ("months", Decimal(12)),
}
UNIT_PATTERN = "|".join(f"(?:{'|'.join(spellings.split())})" for spellings in _UNIT_SPELLINGS)
"""Matches one unit of time; longer spellings must be bounded by the caller."""
UNITS = [(spellings.split(), unit) for spellings, unit in _UNIT_SPELLINGS.items()]

WORKING = re.compile(
    r"business|working|bank|werktag|vardag|arbetsdag|hverdag|ouvr|hábil|laborable|lavorativ|úteis|robocz|werkdag",
    re.IGNORECASE,
)
"""Words of days of which a week has five."""

BETWEEN_NUMBER_AND_UNIT = (
    r"(?:business|working|calendar|full|whole|more|additional|extra|further|consecutive|long|short|bank|week|"
    r"volle?n?|weitere?n?|ganze?n?|ouvrables?|ouvrés?|hábiles|laborables|lavorativi|úteis|werk|robocz(?:e|ych)|"
    r"kolejn(?:e|ych)|pełn(?:e|ych)|hela)"
)
"""Words that may stand between a number and its unit."""

CURRENCIES: dict[str, str] = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD", "dólares": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY",
    "₹": "INR", "inr": "INR", "rupees": "INR",
    "chf": "CHF", "francs": "CHF", "franken": "CHF", "cad": "CAD", "aud": "AUD", "nzd": "NZD", "sek": "SEK",
    "nok": "NOK", "dkk": "DKK", "pln": "PLN", "zł": "PLN", "brl": "BRL", "r$": "BRL", "mxn": "MXN", "cny": "CNY",
    "kr": "", "kronor": "", "kroner": "", "złotych": "PLN", "złote": "PLN", "kč": "CZK", "czk": "CZK", "huf": "HUF",
    "try": "TRY", "zar": "ZAR",
}  # fmt: skip

TOP_LEVEL_DOMAINS = (
    "com|net|org|info|biz|io|co|app|dev|shop|store|online|site|help|support|example|test|invalid|edu|gov|"
    "uk|de|fr|es|it|nl|be|ch|at|pl|pt|br|eu|us|ca|au|in|jp|cn|me|ly|ai|to|tv|gg|xyz|link|page|cloud"
)


NUMBER = r"(?:\d{1,3}(?:[,.'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?)"
"""One number with thousands and decimals in either convention."""

_WORD = "|".join(sorted(map(re.escape, NUMBER_WORDS), key=len, reverse=True))
_TENS = re.compile(
    r"\b(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ](one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_WORDS = PrefilteredPattern(rf"\b({_WORD})\b", re.IGNORECASE)
_ONE_UNIT = re.compile(
    rf"\b(one|eine?[mnrs]?|une?|una|uno?|uma?|een|ett?|jeden|single)(?=[\s-](?:\w+\s)?(?:{UNIT_PATTERN})\b)",
    re.IGNORECASE,
)
_BEFORE_UNIT = re.compile(
    rf"\b({'|'.join(BEFORE_UNITS)})(?=\s(?:{BETWEEN_NUMBER_AND_UNIT}\s)?(?:{UNIT_PATTERN})\b)", re.IGNORECASE
)
_HALF = re.compile(
    r"\b(?:half an? year|ein(?:em?|en)? halbe[sn]? jahr|(?:une |la )?demi-année|medio año|mezz'anno|meio ano|"
    r"half jaar|halvår|pół roku)\b",
    re.IGNORECASE,
)
_DECADES = re.compile(r"\b(?:an?|(\d+))\s(?:(?:full|whole)\s)?(decade|fortnight|century)s?\b", re.IGNORECASE)
_DECADE = {"decade": "10 years", "fortnight": "2 weeks", "century": "100 years"}
_A_WHOLE_UNIT = re.compile(
    rf"\b(?:an? (?:full|whole|entire|complete)|(?:ein|une?|un|una|um|uma|een) (?:volles|ganzes|entière?|entero|"
    rf"intero|inteiro|heel|helt))\s(?=(?:{UNIT_PATTERN})\b)|"
    rf"(?<=lasts )an? (?=(?:{UNIT_PATTERN})\b)|(?<=last )an? (?=(?:{UNIT_PATTERN})\b)|(?<=runs for )an? "
    rf"(?=(?:{UNIT_PATTERN})\b)",
    re.IGNORECASE,
)
_NOTES = re.compile(r"\b(?:an? |one )?(fiver|tenner)s?\b", re.IGNORECASE)
_NOTE = {"fiver": "5 kr", "tenner": "10 kr"}
"""Slang for banknotes of any currency; `kr` names none."""
_COUNTED_AS_ADJECTIVE = re.compile(r"\b(\d{1,3})(?:er|-?teilige?[nrs]?)[- ](?=[A-ZÄÖÜ])")
"""German `4er-Set`."""
_DIGITS = "〇一二三四五六七八九"
_UNITS_BEFORE_NOTHING = {
    "年": "years", "年間": "years", "个月": "months", "個月": "months", "か月": "months", "ヶ月": "months",
    "か月間": "months", "ヶ月間": "months",
    "개월": "months", "년": "years", "년간": "years", "天": "days", "日間": "days", "일간": "days",
    "週間": "weeks", "周": "weeks", "주일": "weeks",
    "小时": "hours", "時間": "hours", "시간": "hours",
}  # fmt: skip
_UNSPACED = re.compile(
    rf"(?<![\d年月.,])(\d{{1,3}}|[{_DIGITS}十百两兩]{{1,4}})"
    rf"\s?({'|'.join(sorted(_UNITS_BEFORE_NOTHING, key=len, reverse=True))})(?![\d\s]{{0,2}}\d{{1,2}}月|目|前半)"
)
_HUNDRED = re.compile(r"\b(?:(\d{1,2})|an?)\s+hundred\b", re.IGNORECASE)
_SCALE = re.compile(rf"(?<!\d)({NUMBER})\s?(k|thousand|million|mio)\b", re.IGNORECASE)
_SAID_TWICE = re.compile(r"\b(\d+)\s\(\1\)")


def with_digits(text: str) -> str:
    """Return the text with number words as digits: `thirty-five` becomes 35, `one week` becomes 1 week."""
    text = _UNSPACED.sub(lambda m: f" {_han(m[1])} {_UNITS_BEFORE_NOTHING[m[2]]} ", text)
    text = _COUNTED_AS_ADJECTIVE.sub(r"\1 ", text)
    text = _TENS.sub(lambda m: str(NUMBER_WORDS[m[1].lower()] + NUMBER_WORDS.get(m[2].lower(), 1)), text)
    text = _WORDS.sub(lambda m: str(NUMBER_WORDS[m[1].lower()]), text)
    text = _BEFORE_UNIT.sub(lambda m: str(BEFORE_UNITS[m[1].lower()]), text)
    text = _DECADES.sub(_decades, _A_WHOLE_UNIT.sub("1 ", text))
    text = _NOTES.sub(lambda m: _NOTE[m[1].lower()], text)
    text = _HALF.sub("6 months", _ONE_UNIT.sub("1", text))
    text = _HUNDRED.sub(lambda m: str(100 * int(m[1] or 1)), text)
    return _SCALE.sub(_scaled, _SAID_TWICE.sub(r"\1", text))


def _decades(match: re.Match[str]) -> str:
    number, unit = _DECADE[match[2].lower()].split()
    return f"{int(number) * int(match[1] or 1)} {unit}"


def _han(written: str) -> int:
    """Return the number that digits or Chinese numerals up to 999 write."""
    if written.isdecimal():
        return int(written)
    total = digit = 0
    for sign in written.replace("两", "二").replace("兩", "二"):
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.index(sign)
    return total + digit


def _scaled(match: re.Match[str]) -> str:
    factor = 1_000 if match[2].lower() in ("k", "thousand") else 1_000_000
    return str((min(readings(match[1])) * factor).normalize().to_integral_value())


def readings(written: str) -> frozenset[Decimal]:
    """Return every number the digits can stand for: `1.234` is one and a bit, or a thousand and more."""
    written = written.replace("'", "").replace("’", "")
    candidates = set()
    if "," in written and "." in written:
        decimal_mark = max(",.", key=written.rfind)
        candidates.add(written.replace("," if decimal_mark == "." else ".", "").replace(",", "."))
    elif "," in written or "." in written:
        mark = "," if "," in written else "."
        groups = written.split(mark)
        thousands = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3
        if thousands:
            candidates.add("".join(groups))
        if len(groups) == 2 and not (thousands and mark == ","):
            candidates.add(".".join(groups))
    else:
        candidates.add(written)
    try:
        return frozenset(Decimal(candidate) for candidate in candidates)
    except InvalidOperation:
        return frozenset()
