"""Read a postal address out of a sentence."""

import re

STATES = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT",
    "delaware": "DE", "district of columbia": "DC", "florida": "FL", "georgia": "GA", "hawaii": "HI", "idaho": "ID",
    "illinois": "IL",
    "indiana": "IN", "iowa": "IA", "kansas": "KS", "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD",
    "massachusetts": "MA", "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT",
    "nebraska": "NE", "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY",
    "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR", "pennsylvania": "PA",
    "rhode island": "RI", "south carolina": "SC", "south dakota": "SD", "tennessee": "TN", "texas": "TX", "utah": "UT",
    "vermont": "VT", "virginia": "VA", "washington": "WA", "west virginia": "WV", "wisconsin": "WI", "wyoming": "WY",
}  # fmt: skip
_KINDS = (
    r"street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl|terrace|circle|cir|"
    r"highway|hwy|parkway|pkwy|square|sq|"
    r"trail|alley|plaza|row|walk|crescent|close|gate|path"
)
STREET = re.compile(
    rf"(?<![\w#])\d{{1,6}}[a-z]?\s{{1,4}}(?:(?!to\b|and\b|is\b)(?:[A-Za-z][\w.'-]{{0,40}}|\d{{1,4}}(?:st|nd|rd|"
    rf"th))\s{{1,4}}){{0,5}}?(?:{_KINDS})\b\.?(?:\s{{1,4}}(?:{_KINDS})\b)?(?:\s{{1,4}}(?:north|south|east|west|"
    rf"[nsew]{{1,2}})\b)?",
    re.IGNORECASE,
)
_PO_BOX = re.compile(r"\bp\.?\s?o\.?\s?box\s+\w+", re.IGNORECASE)
_UNIT = re.compile(
    r"\b(?:apartment|apt|flat|suite|ste|unit|floor|fl|room|rm|building|bldg)(?![a-z])\.?\s*#?\s*(?=[\w-]*\d|[a-z]\b)[\w-]+|"
    r"(?<=[\s,])#\s?\d{1,5}[a-z]?\b",
    re.IGNORECASE,
)
_ZIP = re.compile(r"\b(\d{5}(?:-\d{4})?)\b")
_STATE_ZIP = re.compile(r"\b([A-Za-z]{2})\.?,?\s+(\d{5}(?:-\d{4})?)\b")
_PROVINCE_CODE = re.compile(
    r"\b(AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT)\b\.?,?\s+([A-Z]\d[A-Z]) ?(\d[A-Z]\d)\b", re.IGNORECASE
)
"""A Canadian province with its postal code."""
_COUNTRY = re.compile(r"\b(usa|u\.s\.a\.?|united states(?: of america)?|u\.s\.|canada)(?!\w)", re.IGNORECASE)
_STREET_ABROAD = re.compile(
    r"(?<![\w.-])(?:[^\W\d_][\w.-]{0,40}(?:straße|strasse|str\.|weg|gasse|allee|platz|ring|damm|ufer)|"
    r"(?:rue|avenue|boulevard|calle|avenida|via|plaza)(?: [^\W\d_][\w.'-]{0,30}){1,5}),?\s{1,4}\d{1,4}[a-z]?\b|"
    r"\b\d{1,4},? (?:bis )?(?:rue|avenue|boulevard)(?: (?!\d)[\w.'-]{1,30}){1,5}",
    re.IGNORECASE,
)
"""`Lindenstraße 5`, `Calle Mayor 7`, `12 rue de la Paix`."""
_PARTS = r"(?:city|town|state|zip(?: code)?|post ?code|country|place|area)"
_SAME = re.compile(
    rf"\b(?:in |with )?(?:the )?same {_PARTS}(?:(?:,? and |, ?)(?:the )?(?:same )?{_PARTS})*\b", re.IGNORECASE
)
_NAMED_CITY = re.compile(
    r"\b(?:city|town|stadt|ort|ville|ciudad) (?:is|should be|must be|name is|to|ist|est|es)(?: called)? "
    r"(?!wrong|right|the same|not\b|correct|missing|incorrect|falsch)"
    r"([^\W\d_][\w'-]*(?: (?!and\b|not\b|und\b)[^\W\d_][\w'-]*){0,2})",
    re.IGNORECASE,
)
_NAMED_ZIP = re.compile(
    r"\b(?:zip|post(?:al)? ?code|postcode|plz|postleitzahl|code postal|código postal)\b"
    r"[^.?!\d]{0,30}(\d{5}(?:-\d{4})?)\b",
    re.IGNORECASE,
)
_NAMED_STATE = re.compile(
    rf"\bstate (?:is|should be|must be|to) ({'|'.join(sorted([*STATES, *STATES.values()], key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_CITY_LEAD = re.compile(r"^(?:in|to|at|city(?: of)?|and|the|is|town of)\s+", re.IGNORECASE)
_BESIDE_CITY = re.compile(
    r"(?:^|\s)(?:instead|please|thanks|thank you|rather|now|statt\w*|bitte|danke)$", re.IGNORECASE
)
NEEDED = ("address1", "city", "state", "zip")


def read_address(text: str) -> dict[str, str]:
    """Return the parts of a US address in a text under the tools' names: address1, address2, city, state, zip, country.

    Only parts that stand in the text are there, apart from address2 (empty where none is given) and the country
    (USA, unless another is named) when street and ZIP code are both found.
    """
    text = _SAME.sub(" ", text)
    street = STREET.search(text) or _PO_BOX.search(text) or _STREET_ABROAD.search(text)
    if street is None:
        return {}
    found = {"address1": street[0].strip(" ,.")}
    rest = text[street.end() :]
    if unit := _UNIT.search(rest):
        found["address2"] = unit[0].strip()
        rest = rest[: unit.start()] + "," + rest[unit.end() :]
    country = _COUNTRY.search(rest)
    if country:
        found["country"] = "Canada" if country[1].casefold() == "canada" else "USA"
        rest = rest[: country.start()]
    rest = _read_state_and_zip(rest, found)
    if city := _city(rest):
        found["city"] = city
    if "zip" in found:
        found = {"address2": "", "country": "USA"} | found
    return found


def named_parts(text: str) -> dict[str, str]:
    """Return the parts of an address that a text calls by their names: `the city is Springfield`, `apartment 4`."""
    found: dict[str, str] = {}
    if city := _NAMED_CITY.search(text):
        found["city"] = city[1]
    if code := _NAMED_ZIP.search(text):
        found["zip"] = code[1]
    if state := _NAMED_STATE.search(text):
        found["state"] = STATES.get(state[1].casefold(), state[1].upper())
    if unit := _UNIT.search(text):
        found["address2"] = unit[0].strip()
    return found


def _read_state_and_zip(rest: str, found: dict[str, str]) -> str:
    """Fill in state and ZIP code, and return the text before them."""
    if abroad := _PROVINCE_CODE.search(rest):
        found |= {"state": abroad[1].upper(), "zip": f"{abroad[2]} {abroad[3]}".upper(), "country": "Canada"}
        return rest[: abroad.start()]
    pair = _STATE_ZIP.search(rest)
    if pair and pair[1].upper() in STATES.values():
        found |= {"state": pair[1].upper(), "zip": pair[2]}
        return rest[: pair.start()]
    end = len(rest)
    if code := _ZIP.search(rest):
        found["zip"] = code[1]
        end = code.start()
    for name, short in sorted(STATES.items(), key=lambda pair: -len(pair[0])):
        spelled = list(re.finditer(rf"\b(?:{name}|(?-i:{short}))\b", rest[:end], re.IGNORECASE))
        if spelled:
            found["state"] = short
            before = rest[: spelled[-1].start()].strip(" ,.")
            return before if before else rest[:end]  # "New York, 10001" names city and state in one
    return rest[:end]


def _city(text: str) -> str:
    """Return the last words before state and ZIP code that look like a town."""
    parts = [part.strip(" .") for part in re.split(r"[,;\n]", text) if part.strip(" .")]
    if not parts:
        return ""
    words = _BESIDE_CITY.sub("", _CITY_LEAD.sub("", parts[-1])).split()
    return " ".join(words) if 0 < len(words) <= 4 and not any(c.isdigit() for c in parts[-1]) else ""
