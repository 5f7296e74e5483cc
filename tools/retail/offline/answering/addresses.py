"""Tell to which address something is to go: what the customer says of it, completed by where it goes now."""

import re
from collections.abc import Mapping
from typing import Any

from core.language.fixed_sentences import list_words
from core.language.postal_addresses import NEEDED, named_parts, read_address
from core.language.text import normal
from core.offline.answering.toolbox import ReplyNow, Toolbox
from core.offline.reading.understanding import Request
from tools.retail.offline.answering.lookups import order_of, profile_of
from tools.retail.offline.answering.proposals import open_proposals
from tools.retail.shop_records import digits_of

Facts = Mapping[str, Any]
_NAMES = {"address1": "street and number", "city": "city", "state": "state", "zip": "ZIP code"}
_AREA = 3
"""So many first digits two ZIP codes of one area share."""
_THAT = re.compile(r"\b(?:it|that|this|same)\b")
_OWN = ("default", "profile", "my account", "on file", "home address")


def order_address(request: Request, desk: Toolbox, order: Facts) -> dict[str, str]:
    """Return the address a request gives for an order; raises as `new_address`.

    While an address for the order waits for a yes, the newest words correct that one.
    """
    said = read_address(request.text) | named_parts(request.text)
    for proposal in open_proposals(desk.conversation):
        same = digits_of(str(proposal.args.get("order_id", ""))) == digits_of(order["order_id"])
        if said and same and proposal.name == "change_order_address":
            return {name: str(value) for name, value in proposal.args.items() if name != "order_id"} | said
    return new_address(request, desk, order.get("address") or {})


def new_address(request: Request, desk: Toolbox, present: Mapping[str, str]) -> dict[str, str]:
    """Return the address a request gives: in words, as the default one, or as that of another order.

    What the words leave out is as in the present address, unless they name another town.

    Raises:
        ReplyNow: it is asked for what is missing.
        CallNeeded: the other address has to be looked up.
    """
    street = read_address(request.text) or read_address(", ".join(request.words.splitlines()))
    said = street | named_parts(request.text)
    if not said:
        plain = normal(request.words)
        if len(request.numbers) > 1:
            return dict(order_of(desk, request.numbers[-1])["address"])
        if request.intent == "change_address" and any(word in plain for word in _OWN):
            return dict(profile_of(desk)["default_address"])
        if request.intent == "change_default_address" and _THAT.search(normal(request.text)):
            for result in reversed(desk.conversation.earlier_results):
                if result.name == "change_order_address":
                    return {name: str(value) for name, value in result.args.items() if name != "order_id"}
        raise ReplyNow(
            "What is the full new address (street and number, apartment if there is one, city, state and ZIP code)?"
        )
    address = said if street and _elsewhere(said, present) else {**present, **said}
    if street:
        address["address2"] = said.get("address2", "")
    if missing := [_NAMES[part] for part in NEEDED if not address.get(part)]:
        known = f"I have “{address['address1']}”. " if "address1" in address else ""
        raise ReplyNow(f"{known}What is the {list_words(missing, 'en')} of the new address?")
    return {"address2": "", "country": "USA"} | address


def _elsewhere(said: Mapping[str, str], present: Mapping[str, str]) -> bool:
    """Say whether a new street is in another town than the present address, as far as the words tell."""
    if "city" in said:
        return said["city"].casefold() != present.get("city", "").casefold()
    if "zip" in said:
        return said["zip"][:_AREA] != present.get("zip", "")[:_AREA]
    return said.get("state", present.get("state")) != present.get("state")
