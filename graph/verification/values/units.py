"""Read quantities with a unit of measure, and compare them across units: 750 ml is 0.75 litres, not gallons."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from core.safety.prefiltered_patterns import PrefilteredPattern
from graph.verification.values.number_spelling import NUMBER, readings

Quantity = tuple[str, Decimal, bool]
"""Dimension, size in the dimension's first unit, and whether the unit is metric, so that conversions are exact."""

_TOLERANCE = Decimal("0.02")
"""How far a conversion from or to an imperial unit may be rounded."""

_D = Decimal
_UNITS: dict[str, tuple[str, Decimal, bool]] = {
    # spellings: (dimension, how many of the dimension's first unit, metric)
    r"(?-i:g)|gr|grams?|gramm|grammes?|gramos?|gramm[oi]|gramas?": ("mass", _D(1), True),
    r"kg|kilos?|kilograms?|kilogramm|kilogrammes?|kilogramos?|chilogramm[io]|quilos?": ("mass", _D(1000), True),
    r"mg|milligrams?|milligramm|milligrammes?|miligramos?": ("mass", _D("0.001"), True),
    r"μg|mcg|micrograms?|mikrogramm": ("mass", _D("0.000001"), True),
    r"tonnes?|tonnen|toneladas?": ("mass", _D(1_000_000), True),
    r"oz|ounces?": ("mass", _D("28.3495"), False),
    r"lbs?": ("mass", _D("453.592"), False),
    r"(?-i:m)|met(?:er|re)s?|meter[ns]?|mètres?|metros?|metr[io]": ("length", _D(1), True),
    r"mm|millimet(?:er|re)s?|millimètres?|milímetros?|millimetri": ("length", _D("0.001"), True),
    r"cm|centimet(?:er|re)s?|zentimeter|centimètres?|centímetros?|centimetri": ("length", _D("0.01"), True),
    r"km|kilomet(?:er|re)s?|kilomètres?|kilómetros?|chilometri|quilómetros?": ("length", _D(1000), True),
    r"inch(?:es)?|zoll|pouces?|pulgadas?|pollici": ("length", _D("0.0254"), False),
    r"ft|foot|feet": ("length", _D("0.3048"), False),
    r"yards?|yd": ("length", _D("0.9144"), False),
    r"miles?|mi|meilen|millas?|miglia": ("length", _D("1609.34"), False),
    r"m2|qm|sqm|square\smet(?:er|re)s?|quadratmeter|mètres\scarrés|metros\scuadrados|metri\squadri": (
        "area",
        _D(1),
        True,
    ),
    r"(?:sq\.?|square)\s(?:ft|feet|foot)|ft2": ("area", _D("0.092903"), False),
    r"(?-i:[lL])|lit(?:er|re)s?|litern|litros?|litr[io]": ("volume", _D(1), True),
    r"ml|millilit(?:er|re)s?|mililitros?": ("volume", _D("0.001"), True),
    r"cl|centilit(?:er|re)s?": ("volume", _D("0.01"), True),
    r"dl|decilit(?:er|re)s?": ("volume", _D("0.1"), True),
    r"gal|gallons?|gallonen": ("volume", _D("3.78541"), False),
    r"pints?": ("volume", _D("0.473176"), False),
    r"quarts": ("volume", _D("0.946353"), False),
    r"fl\.?\soz": ("volume", _D("0.0295735"), False),
    r"m3|cbm|cubic\smet(?:er|re)s?|kubikmeter": ("volume", _D(1000), True),
    r"°\s?c|degrees?\s(?:celsius|c)|grad(?:\scelsius)?|graus|gradi|grados|degrés|celsius": ("heat", _D(1), True),
    r"°\s?f|degrees?\s(?:fahrenheit|f)|fahrenheit": ("heat in °F", _D(1), False),
    r"kb|kilobytes?": ("memory", _D(1), True),
    r"mb|megabytes?": ("memory", _D(1000), True),
    r"gb|gigabytes?": ("memory", _D(1_000_000), True),
    r"tb|terabytes?": ("memory", _D(1_000_000_000), True),
    r"kbit/s|kbps": ("rate", _D(1), True),
    r"mbit/s|mbits?|mbps|megabits?(?:\sper\ssecond)?": ("rate", _D(1000), True),
    r"gbit/s|gbits?|gbps": ("rate", _D(1_000_000), True),
    r"wh": ("energy", _D(1), True),
    r"kwh|kilowatt[\s-]?(?:hours?|stunden)": ("energy", _D(1000), True),
    r"mwh": ("energy", _D(1_000_000), True),
    r"(?-i:W)|watts?": ("power", _D(1), True),
    r"kw|kilowatts?": ("power", _D(1000), True),
    r"(?-i:V)|volts?": ("voltage", _D(1), True),
    r"mah": ("charge", _D(1), True),
    r"km/h|kmh|kph": ("speed", _D(1), True),
    r"mph": ("speed", _D("1.60934"), False),
    r"db(?:\(a\))?|decibels?|dezibel|décibels?|decibelios?": ("loudness", _D(1), True),
    r"lm|lumens?|lúmenes": ("light", _D(1), True),
    r"lux|lx": ("light on an area", _D(1), True),
    r"hz|hertz": ("frequency", _D(1), True),
    r"khz|kilohertz": ("frequency", _D(1000), True),
    r"mhz|megahertz": ("frequency", _D(1_000_000), True),
    r"ghz|gigahertz": ("frequency", _D(1_000_000_000), True),
    r"rpm": ("turns", _D(1), True),
    r"psi": ("pressure", _D(1), False),
    r"milliamps?|milliampere": ("current", _D("0.001"), True),
    r"amps?|amperes?|ampere": ("current", _D(1), True),
    r"ohms?|Ω": ("resistance", _D(1), True),
    r"kelvin": ("colour of light", _D(1), True),
    r"px|pixels?|pixel": ("pixels", _D(1), True),
    r"dpi": ("print", _D(1), False),
    r"mp|megapixels?": ("pixels", _D(1_000_000), True),
    r"kcal|kilocalories|calories|kalorien": ("food energy", _D(1), True),
    r"kj|kilojoules?": ("food energy in kJ", _D(1), True),
    r"hp|horsepower": ("power", _D("745.7"), False),
}
_WORD = "|".join(sorted((f"(?:{spellings})" for spellings in _UNITS), key=len, reverse=True))
_QUANTITY = PrefilteredPattern(
    rf"(?<![\w.,#])(?:(?P<low>{NUMBER})\s?(?P<low_unit>(?:{_WORD})\b)?\s?(?:-|to|of|out of|and|bis|und|à|a|y|e|tot|en|"
    rf"do|till?)\s?)?(?P<only>{NUMBER})[\s-]?(?P<unit>{_WORD})(?![\w²³/])",
    re.IGNORECASE,
)


_LENGTH = "|".join(f"(?:{spellings})" for spellings, (dimension, _, _) in _UNITS.items() if dimension == "length")
_SIDES = re.compile(
    rf"(?<![\w.,#])(?P<sides>{NUMBER}(?:\s?[×x]\s?{NUMBER}){{0,1}})\s?[×x]\s?(?={NUMBER}[\s-]?(?P<unit>"
    rf"{_LENGTH})(?![\w²³/]))",
    re.IGNORECASE,
)
"""All but the last side of `71 × 86 inches`."""


def find_quantities(text: str) -> Iterator[tuple[int, int, str, frozenset[Quantity]]]:
    """Yield start, end, the number as written and what each quantity may be; a range gives two."""
    for match in _SIDES.finditer(text):
        for side in re.finditer(NUMBER, match["sides"]):
            start = match.start() + side.start()
            yield start, start + len(side[0]), f"{side[0]} {match['unit']}", _sizes(side[0], match["unit"])
    for match in _QUANTITY.finditer(text):
        for number, unit in ((match["low"], match["low_unit"] or match["unit"]), (match["only"], match["unit"])):
            if number:
                yield match.start(), match.end(), f"{number} {unit}", _sizes(number, unit)


def _sizes(number: str, unit: str) -> frozenset[Quantity]:
    """Return what a number with a unit may be."""
    dimension, factor, metric = _unit(unit.lower() if len(unit) > 1 else unit)
    return frozenset((dimension, (n * factor).normalize(), metric) for n in readings(number))


def same_quantity(said: Quantity, known: Quantity) -> bool:
    """Say whether two quantities are the same, as far as a conversion tells."""
    (said_in, a, said_metric), (known_in, b, known_metric) = _in_celsius(said), _in_celsius(known)
    if said_in != known_in:
        return False
    return a == b if said_metric == known_metric else abs(a - b) <= _TOLERANCE * max(abs(a), abs(b), Decimal(1))


def _in_celsius(quantity: Quantity) -> Quantity:
    dimension, size, metric = quantity
    return ("heat", (size - 32) * 5 / 9, metric) if dimension == "heat in °F" else quantity


@cache
def _unit(written: str) -> tuple[str, Decimal, bool]:
    for spellings, unit in _UNITS.items():
        if re.fullmatch(spellings, written, re.IGNORECASE):
            return unit
    raise AssertionError(f"{written!r} is no unit")
