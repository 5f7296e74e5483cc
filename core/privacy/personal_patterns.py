"""Find personal data by its form: e-mail, telephone, card and account numbers, street addresses, codes, secrets."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from stdnum import iban

from core.privacy.card_numbers import card_numbers

Span = tuple[int, int, str]
"""Start and end in the text, and what to write instead."""
Finder = Callable[[str], Iterator[Span]]

EMAIL, PHONE, CARD, IBAN, ADDRESS, NAME, CODE, SECRET, CUSTOMER = (
    f"[{kind}]" for kind in ("email", "phone", "card", "iban", "address", "name", "code", "secret", "customer")
)
PHONE_REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL")
"""Where a number written without its country code may belong."""

_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]+(?:@|%40|＠)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SPOKEN_EMAIL = re.compile(
    r"\b\w{1,40}(?:(?:\.| dot )\w{1,40}){0,3}\s?(?:\(at\)|\[at\]|\{at\}|(?<=\s)at )\s?\w{1,40}(?:(?:\.|"
    r"\s?\(dot\)\s?|\s?\[dot\]\s?| dot )\w{1,40}){0,3}"
    r"(?:\.|\s?\(dot\)\s?|\s?\[dot\]\s?| dot )(?:com|net|org|edu|io|co|de|uk|fr|es|it|nl|example|test)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\b(?:sk|pk|lsv2|whsec|ghp)[-_][\w-]{12,}"
    r"|(?<=Bearer )[\w.~+/=-]{8,}|(?<=Basic )[\w+/=]{8,}"
)
_CODE = re.compile(
    r"(?:\b(?:codes?|otp|pin|tan|passcode|cvv|cvc|einmalcode|sicherheitscode|código|codice)\b)"
    r"(?:[^\w\n]|\b(?:is|was|ist|es|est|number|for|lautet|[\w.+-]+@[\w.-]+|\[email\])\b){0,9}?"
    r"(?P<code>\d{3}[ -]?\d{3}|\d{3,4}|\d{5,8})(?!\w|[.,-]\d)",
    re.IGNORECASE,
)
_SAID_CODE = re.compile(
    r"(?:\b(?:it is|it's|here|this is|got|received|es ist)\b[^\w\n]{0,4}|\b(?:content|text|"
    r"heard)\\?[\"']?\s{0,2}[:=]\s{0,2}\\?[\"']\s?)"
    r"(?P<code>\d{3}[ -]?\d{3})(?!\w|[.,-]\d)",
    re.IGNORECASE,
)
"""A code a customer types without calling it one, as they say it and as a record of the conversation quotes it."""
_LONE_CODE = re.compile(r"\s{0,40}(\d{3}[ -]?\d{3})\s*[.!]?\s*")
_CHAIN = re.compile(
    r"(?<![\w#/@-])(?<!\d[.,])\(?\+?\(?\d+(?:[ \u00a0\u202f\u2009.()/\u2010-\u2013-]{1,3}\d+){0,60}(?!\w|[.,:]\d)"
)
"""Numbers one after the other, with no more between them than what groups the digits of one."""
_IBAN = re.compile(r"(?<![^\W_])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}(?![^\W_])")
_NOT_A_PERSON = re.compile(
    r"(?:\b(?:orders?|items?|products?|variants?|tracking|parcels?|shipments?|tickets?|articles?|skus?|"
    r"invoices?|refs?|references?"
    r"|returns?|fulfill?ments?|bestellung|bestellnummer|artikel|sendung(?:snummer)?|commande|"
    r"pedido)(?:[ _-]?(?:numbers?|no|ids?|nr|nummer|code))?|_ids?)(?:[\s\"'`:=#\[({,.;/-]|\b(?:and|or|und|is|are|for|"
    r"with|to|number|no)\b)*$(?!\n)",
    re.IGNORECASE,
)
_PHONE_WORD = re.compile(
    r"(?:phone|call|tel|mobile|cell|reach|ring|whatsapp|sms|text me|fax|handy|ruf|anruf|nummer lautet|móvil|"
    r"appel|llám|llam)[^\d\n]{0,30}$",
    re.IGNORECASE,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w)")
_GROUP = re.compile(r"\(?\+?\(?\d+")
_DATE = re.compile(r"(?:19|20)\d\d([-./ ])\d{1,2}\1\d{1,2}(?: \d+)?|\d{1,2}([-./ ])\d{1,2}\2(?:19|20)\d\d(?: \d+)?")
_AMERICAN = re.compile(r"1?[ .-]?\(?\d{3}\)?[ .\u2010-\u2013-]\d{3}[ .\u2010-\u2013-]\d{4}")
_FEWEST = 7
"""Digits of the shortest telephone number."""
_PHONE_GROUPS, _MOST_GROUPS = 6, 19
_LIST = re.compile(r"(?:[\s\"'`,\[(#]|\b(?:and|or|und|for|to)\b|\b[A-Z]{0,3}\d{5,}\b)+")
_LOOK_BACK = 120

_STREET = (
    r"Street|Str(?:eet)?\.?|St\.?|Avenue|Ave\.?|Road|Rd\.?|Lane|Ln\.?|Drive|Dr\.?|Boulevard|Blvd\.?|Court|"
    r"Ct\.?|Way|Place|Pl\.?"
    r"|Square|Sq\.?|Terrace|Parkway|Pkwy\.?|Highway|Hwy\.?|Circle|Trail|Crescent|Close|Row|Alley|Gardens|Quay|Mews"
)
_REST = r"[\w'’.-]{0,30}"
_PLACE = rf"[A-ZÀ-Ý]{_REST}(?: [A-ZÀ-Ý]{_REST}){{0,2}}"
_UNIT = r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Flat|Room|Zimmer)\.? ?#?\w+)?"
_TOWN = rf"(?:,? (?:\d{{4,5}} )?{_PLACE}(?:,? [A-Z]{{2}})?(?:,? \d{{4,5}}(?:-\d{{4}})?)?|,? \d{{4,5}} {_PLACE})?"
_ADDRESS = re.compile(
    rf"\b\d{{1,5}}[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-ZÀ-Ý]{_REST} ){{1,4}}(?:{_STREET})(?!\w){_UNIT}{_TOWN}"
    rf"|\b(?:[A-ZÀ-Ý][\w-]{{0,30}}[ -])?\w{{0,30}}(?:[sS]traße|[sS]trasse|[sS]tr\.|[wW]eg|[pP]latz|[aA]llee|"
    rf"[gG]asse|[dD]amm|[uU]fer|straat|laan|plein|gracht) "
    rf"\d{{1,4}} ?[a-z]?\b(?!\w){_TOWN}"
    rf"|\b\d{{1,4}}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai)"
    rf"(?: (?:de|du|des|la|le|les)| (?:d|l)['’])* ?{_PLACE}{_TOWN}"
    rf"|\b(?:Calle|Avenida|Plaza|Paseo|Via|Viale|Piazza|Corso)(?: (?:de|del|la|las|los|di|della))* {_PLACE},? "
    rf"\d{{1,4}}\b{_TOWN}"
    r"|\b(?:P\.? ?O\.? ?Box|Postfach) \d+"
    rf"|\b{_PLACE}, [A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
)
_INTRODUCED = re.compile(
    r"\b(?i:my (?:full )?name is|my name's|i am called|mein name ist|ich heiße|je m'appelle|me llamo|mi chiamo|signed "
    r"by) ([A-ZÀ-Ý][\w'’-]{0,40}(?: [A-ZÀ-Ý][\w'’-]{0,40}){0,3})"
    r"|\b(?i:i am|i'm|i’m|this is|ich bin|hier ist|je suis|soy) ([A-ZÀ-Ý][\w'’-]{0,40}(?: [A-ZÀ-Ý][\w'’-]{0,40}){1,3})"
)
_FIELDS = (
    "first_name|last_name|full_name|email|email_address|phone|phone_number|address1|address2|street|zip|zip_code|"
    "postal_code|postcode|city|customer_id|user_id"
)
_FIELD = re.compile(
    rf"(?P<quote>\\?[\"'])(?P<key>{_FIELDS})(?P=quote)\s*:\s*(?P<open>\\?[\"'])(?P<value>(?:(?!(?P=open)).){{1,200}})"
    rf"|\b(?P<key2>{_FIELDS})=(?P<open2>[\"'])?(?P<value2>(?(open2)(?:(?!(?P=open2)).){{1,200}}|[^&\s\"',;)]{{1,200}}))"
)
FIELDS = {
    **dict.fromkeys(("first_name", "last_name", "full_name"), NAME),
    **dict.fromkeys(("customer_id", "user_id"), CUSTOMER),
    **dict.fromkeys(("email", "email_address"), EMAIL),
    **dict.fromkeys(("phone", "phone_number"), PHONE),
    **dict.fromkeys(("address1", "address2", "street", "zip", "zip_code", "postal_code", "postcode", "city"), ADDRESS),
}
"""Names of fields whose whole value is personal, as the business's records and the tools have them."""


def _matches(pattern: re.Pattern[str], instead: str, text: str, *, group: int | str = 0) -> Iterator[Span]:
    yield from ((m.start(group), m.end(group), instead) for m in pattern.finditer(text))


def emails(text: str) -> Iterator[Span]:
    """Find e-mail addresses, also percent-encoded and spelled out."""
    if "@" in text or "%40" in text or "＠" in text:
        yield from _matches(_EMAIL, EMAIL, text)
    if "dot" in text or "(at)" in text or "[at]" in text:
        yield from _matches(_SPOKEN_EMAIL, EMAIL, text)


def fields(text: str) -> Iterator[Span]:
    """Find the values of personal fields in JSON, in a repr and in a query."""
    for match in _FIELD.finditer(text):
        group = "value" if match["value"] else "value2"
        key = match["key"] or match["key2"]
        if not match[group].startswith("["):
            yield match.start(group), match.end(group), FIELDS[key]


def ibans(text: str) -> Iterator[Span]:
    """Find account numbers whose checksum (ISO 13616, mod 97) is right; what follows one is no part of it."""
    for match in _IBAN.finditer(text):
        for end in range(match.end(), match.start() + 14, -1):
            written = text[match.start() : end]
            if written[-1].isalnum() and not text[end : end + 1].isalnum() and iban.is_valid(written):
                yield match.start(), end, IBAN
                break


def cards(text: str) -> Iterator[Span]:
    """Find card numbers."""
    yield from ((start, end, CARD) for start, end, _ in card_numbers(text))


def phones(text: str) -> Iterator[Span]:
    """Find telephone numbers; numbers of orders, items, parcels and tickets stay."""
    for chain in _CHAIN.finditer(text):
        if chain.end() - chain.start() < _FEWEST or _UUID.match(text, chain.start()) or _DATE.fullmatch(chain[0]):
            continue
        groups = [(m.start(), m.end()) for m in _GROUP.finditer(text, chain.start(), chain.end())]
        before = text[max(0, chain.start() - _LOOK_BACK) : chain.start()]
        named = _NOT_A_PERSON.search(before) or _NOT_A_PERSON.search(_without_list(before))
        place = 0
        while place < len(groups):
            end, instead = _number(text, groups[place : place + _MOST_GROUPS], before, named[0] if named else "")
            if instead:
                yield groups[place][0], groups[place + end - 1][1], instead
            place += end


def _without_list(before: str) -> str:
    """Return a text without the numbers and the words between them that it ends with."""
    ends = [match.start() for match in _LIST.finditer(before) if match.end() == len(before)]
    return before[: ends[0]] if ends else before


def _number(text: str, groups: Sequence[tuple[int, int]], before: str, named: str) -> tuple[int, str]:
    """Return how many groups make up the number that begins here and what it is; the longest that is one counts."""
    for end in range(len(groups), 0, -1):
        written = text[groups[0][0] : groups[end - 1][1]]
        digits = "".join(c for c in written if c.isdecimal())
        if len(digits) < _FEWEST:
            break
        if not named and end <= _PHONE_GROUPS and _is_phone(written, digits, before):
            return end, PHONE
    return 1, ""


def _is_phone(written: str, digits: str, before: str) -> bool:
    if not _FEWEST <= len(digits) <= 15 or _DATE.fullmatch(written):
        return False
    if written.lstrip("(").startswith("+") or _PHONE_WORD.search(before) or _AMERICAN.fullmatch(written):
        return True
    if len(digits) < 9:
        return False
    if written.startswith("00"):
        return _valid(f"+{written[2:]}", "US")
    if digits[0] == "0":
        return any(_valid(written, region) for region in PHONE_REGIONS)
    return len(digits) == 10 + (digits[0] == "1") and _valid(written, "US")


def _valid(written: str, region: str) -> bool:
    import phonenumbers  # at the first number that may be one: who only lists tickets does not wait for it

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, region))
    except phonenumbers.NumberParseException:
        return False


def codes(text: str) -> Iterator[Span]:
    """Find one-time codes and card security codes: digits behind a word that says so, or six that are all the text."""
    if lone := _LONE_CODE.fullmatch(text):
        yield lone.start(1), lone.end(1), CODE
    yield from _matches(_CODE, CODE, text, group="code")
    yield from _matches(_SAID_CODE, CODE, text, group="code")


def introductions(text: str) -> Iterator[Span]:
    """Find the names people give themselves."""
    for match in _INTRODUCED.finditer(text):
        group = 1 if match[1] else 2
        yield match.start(group), match.end(group), NAME


WITH_DIGITS: tuple[Finder, ...] = (ibans, cards, phones, codes, partial(_matches, _ADDRESS, ADDRESS))
"""Finders that a text without any digit need not be given to."""
ALWAYS: tuple[Finder, ...] = (partial(_matches, _SECRET, SECRET), emails, fields, introductions)
