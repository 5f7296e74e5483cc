"""Check an address before it goes on a parcel."""

import re
import unicodedata
from dataclasses import replace

from core.errors import Refused
from core.language.fixed_sentences import list_words
from tools.retail.policy import Policy
from tools.retail.shop_records import Address

LONGEST = {"address1": 100, "address2": 100, "city": 60, "state": 40, "zip": 12, "country": 40}
NEEDED = ("address1", "city", "zip", "country")
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
            raise Refused(policy.say("address_odd"))
        parts[name] = " ".join(value.split())
        if len(parts[name]) > longest:
            raise Refused(policy.say("address_long", part=policy.say(f"part_{name}"), most=str(longest)))
    for name in NEEDED:
        if not any(c.isalnum() for c in parts[name]):
            raise Refused(policy.say("address_part", part=policy.say(f"part_{name}")))
    country = policy.country(parts["country"])
    if country is None:
        raise Refused(policy.say("countries", countries=list_words(list(policy.countries), policy.language)))
    if country == "USA" and not (US_ZIP.fullmatch(parts["zip"]) and parts["state"]):
        raise Refused(policy.say("us_zip"))
    return replace(Address(**parts), country=country)
