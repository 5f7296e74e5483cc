"""Check an address before it goes on a parcel."""

import re
import unicodedata
from dataclasses import replace

from core.errors import Refused
from tools.retail.policy import Policy
from tools.retail.shop_records import Address

LONGEST = {"address1": 100, "address2": 100, "city": 60, "state": 40, "zip": 12, "country": 40}
NEEDED = {"address1": "street and number", "city": "city", "zip": "ZIP code", "country": "country"}
ODD = re.compile(r"[<>{}\[\]|\\^`$*=]|://")
US_ZIP = re.compile(r"\d{5}(-\d{4})?")


def checked_address(address: Address, policy: Policy) -> Address:
    """Return the address with tidy spaces and the shop's name of the country.

    Raises:
        Refused: a part is missing, too long, or holds markup or control characters; or the shop does not ship there.
    """
    parts = {}
    for name, longest in LONGEST.items():
        value = getattr(address, name)
        if any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Cn") for c in value) or ODD.search(value):
            raise Refused("That address holds characters that cannot be printed on a parcel. Please write it plainly.")
        parts[name] = " ".join(value.split())
        if len(parts[name]) > longest:
            raise Refused(f"That address is too long: its {name} may have at most {longest} characters.")
    for name, words in NEEDED.items():
        if not any(c.isalnum() for c in parts[name]):
            raise Refused(f"The address is incomplete: the {words} is missing. Please give the full address.")
    country = policy.country(parts["country"])
    if country is None:
        raise Refused(f"We ship to {' and '.join(policy.countries)} only, so the address has to be there.")
    if country == "USA" and not (US_ZIP.fullmatch(parts["zip"]) and parts["state"]):
        raise Refused("An address in the USA needs a state and a ZIP code of five digits.")
    return replace(Address(**parts), country=country)
