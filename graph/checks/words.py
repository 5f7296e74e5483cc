"""Name numbers, units, months and weekdays as customers and articles spell them, in several languages."""

from decimal import Decimal

_ENGLISH = "zero - two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS: dict[str, int] = {
    **{word: number for number, word in enumerate(_ENGLISH.split()) if word != "-"},
    **{word: 10 * number for number, word in enumerate(_ENGLISH_TENS.split(), start=2)},
    # German, French and Spanish words that mean nothing else in English
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12,
    "vierzehn": 14, "fünfzehn": 15, "zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60,
    "neunzig": 90, "hundert": 100,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "douze": 12,
    "quatorze": 14, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "catorce": 14, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "noventa": 90, "cien": 100,
}  # fmt: skip
"""What a number word is worth; `one` is left to the caller, because it is mostly a pronoun."""

_UNIT_SPELLINGS: dict[str, tuple[str, Decimal]] = {
    "seconds? secs? sekunden? secondes? segundos? secondi": ("s", Decimal(1)),
    "minutes? mins? minuten? minutos? minut[io] min": ("s", Decimal(60)),
    "hours? hrs? hr h std stunden? heures? horas? or[ae] uren uur": ("s", Decimal(3600)),
    "days? nights? nächte nuits? noches tage?n? werktage?n? jours? días? dias? giorn[io] dagen dag dni dzień": (
        "s",
        Decimal(86_400),
    ),
    "weeks? wks? wochen? semaines? semanas? settiman[ae] weken week": ("s", Decimal(604_800)),
    "months? mths? monate?n? mois mes(?:es)? mes[ei] maanden maand": ("months", Decimal(1)),
    "quarters? quartale?": ("months", Decimal(3)),
    "years? yrs? jahre?n? ans? années? años? anni? anos? jaar": ("months", Decimal(12)),
}
UNIT_PATTERN = "|".join(f"(?:{'|'.join(spellings.split())})" for spellings in _UNIT_SPELLINGS)
"""Matches one unit of time; longer spellings must be bounded by the caller."""
UNITS = [(spellings.split(), unit) for spellings, unit in _UNIT_SPELLINGS.items()]

BETWEEN_NUMBER_AND_UNIT = (
    r"(?:business|working|calendar|full|whole|more|additional|extra|further|consecutive|long|short|bank|week|"
    r"volle?n?|weitere?n?|ganze?n?|ouvrables?|ouvrés?|hábiles|laborables|lavorativi|úteis)"
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
}  # fmt: skip

_MONTH_SPELLINGS = (
    "january januar janvier enero gennaio janeiro januari jan",
    "february februar février febrero febbraio fevereiro februari feb",
    "march märz mars marzo março maart mar",
    "april avril abril aprile apr",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho jun",
    "july juli juillet julio luglio julho jul",
    "august août agosto augustus aug",
    "september septembre septiembre settembre setembro sept sep",
    "october oktober octobre octubre ottobre outubro oct okt",
    "november novembre noviembre novembro nov",
    "december dezember décembre diciembre dicembre dezembro dec dez",
)
MONTHS = {word: number for number, words in enumerate(_MONTH_SPELLINGS, start=1) for word in words.split()}

_WEEKDAY_SPELLINGS = (
    "monday montag lundi lunes lunedì segunda-feira maandag mon",
    "tuesday dienstag mardi martes martedì terça-feira dinsdag tues tue",
    "wednesday mittwoch mercredi miércoles mercoledì quarta-feira woensdag wed",
    "thursday donnerstag jeudi jueves giovedì quinta-feira donderdag thurs thur thu",
    "friday freitag vendredi viernes venerdì sexta-feira vrijdag fri",
    "saturday samstag samedi sábado sabato zaterdag sat",
    "sunday sonntag dimanche domingo domenica zondag sun",
)
WEEKDAYS = {word: number for number, words in enumerate(_WEEKDAY_SPELLINGS) for word in words.split()}
SHORT_WEEKDAYS = {"mon", "tues", "tue", "wed", "thurs", "thur", "thu", "fri", "sat", "sun"}

TOP_LEVEL_DOMAINS = (
    "com|net|org|info|biz|io|co|app|dev|shop|store|online|site|help|support|example|test|invalid|edu|gov|"
    "uk|de|fr|es|it|nl|be|ch|at|pl|pt|br|eu|us|ca|au|in|jp|cn|me|ly|ai|to|tv|gg|xyz|link|page|cloud"
)
