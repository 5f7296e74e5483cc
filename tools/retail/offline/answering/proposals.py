"""Narrow or widen the list of changes that waits for the customer's yes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.language.reference_numbers import reference_numbers
from core.language.several import count_of, means_another, places_in
from core.language.text import normal
from core.language.words import content_stems, stems
from core.offline.answering.toolbox import Call, ReplyNow
from core.offline.reading.chat_request import Conversation, Result
from tools.retail.offline.reading.items import meant_items
from tools.retail.offline.reading.talked_about import not_done_yet
from tools.retail.shop_records import digits_of

_LEAD = (
    r"^(?:(?:yes|yeah|yep|ok|okay|sure|no|well|but|actually|please|hm+|sorry|do|cancel|return|exchange|change)[,.! ]+)*"
)
_OUT = re.compile(
    r"\b(?:not|except(?: for)?|without|skip|drop|leave(?: out)?|omit|forget(?: about)?|don't(?: do)?|do not(?: "
    r"do)?|apart from|all but|both but|keep|minus|excluding)\b(?P<rest>.*)"
)
"""What is named behind these is to be left out."""
_ONLY = re.compile(rf"{_LEAD}(?:only|just)\b(?P<rest>.*)|{_LEAD}(?P<first>.*?),? (?:only|alone)[.! ]*$")
_BARE = re.compile(
    rf"{_LEAD}(?P<rest>(?:the |number |no\. ?|#)?(?:first|second|third|fourth|last|former|latter|\d|"
    rf"[a-z]*\d{{4,}}|cancel\w*|return|exchange|swap|refund|(?:new )?address(?: change)?|payment(?: "
    rf"change)?)(?: (?:one|order|part|thing|option))?)(?: please)?[.! ]*$"
)
_ENDS = re.compile(r"[,;.]|\b(?:just|only|but|do)\b")
"""What is said behind these is not part of what was left out."""
_NUMBERED = re.compile(r"\b(?:number|no\.?|nr\.?|#) ?(\d|one|two|three)\b|(?<![\w$])(\d)(?![\w.])")
_KINDS = {
    "cancel_order": re.compile(r"\bcancel\w*"),
    "return_items": re.compile(r"\breturn\w*"),
    "exchange_items": re.compile(r"\b(?:exchang|swap)\w*"),
    "change_order_items": re.compile(r"\b(?:exchang\w*|swap\w*|upgrade|(?:item|version|size|colou?r)s?(?: change)?\b)"),
    "change_order_address": re.compile(r"\baddress\b(?!.*\bdefault)"),
    "change_order_payment": re.compile(r"\b(?:payment|card|paypal)\b"),
    "refund_order": re.compile(r"\brefund\w*"),
    "change_default_address": re.compile(r"\b(?:default|profile)\b"),
}
_AND = re.compile(r"\b(?:and|plus|furthermore|besides)\b")
_OTHERWISE = re.compile(
    r"\b(?:instead|rather|actually|sorry|i meant?|wrong|not that|forget|changed my mind|no(?! longer))\b"
)
_SIDE_BY_SIDE = frozenset({"change_order_address", "change_order_payment", "change_order_items"})
"""Changes that one pending order can take together."""
_LONGEST = 14


def open_proposals(conversation: Conversation) -> tuple[Result, ...]:
    """Return the changes that the last reply asks a yes for, in the order in which it lists them."""
    return tuple(result for result in not_done_yet(conversation) if result.name in _KINDS)


def narrowed(conversation: Conversation) -> list[Call]:
    """Return the calls that are left of the open proposals where the customer wants only some of them; else nothing."""
    proposals, text = open_proposals(conversation), normal(conversation.message)
    if not proposals or len(text.split()) > _LONGEST or "?" in text or _adds(text.partition(" ")[0]):
        return []
    if out := _OUT.search(text):
        named = _ENDS.split(out["rest"].strip())[0]
        if len(proposals) == 1:
            return _without_items(proposals[0], named, conversation)
        left_out = _meant(named, proposals)
        kept = [p for p in proposals if p not in left_out] if left_out else []
    elif len(proposals) > 1 and (only := _ONLY.search(text) or _BARE.search(text)):
        kept = _meant(next(part for part in only.groups() if part is not None), proposals)
    else:
        return []
    return [Call(p.name, p.args) for p in kept] if len(kept) < len(proposals) else []


def _meant(words: str, proposals: Sequence[Result]) -> list[Result]:
    """Return the proposals that words point at: by place, order number, kind, or what tells them apart."""
    counted = (word for found in _NUMBERED.findall(words) for word in found if word)
    places = [*places_in(words), *((int(word) if word.isdigit() else count_of(word) or 0) - 1 for word in counted)]
    if there := [proposals[p] for p in places if -len(proposals) <= p < len(proposals)]:
        return there
    numbers = {digits_of(number) for number in reference_numbers(words)}
    if there := [p for p in proposals if digits_of(str(p.args.get("order_id", ""))) in numbers]:
        return there
    if there := [p for p in proposals if _KINDS[p.name].search(words)]:
        return there
    asked = set(content_stems(words))
    hits = [len(asked & set(stems(_detail(p)))) for p in proposals]
    best = max(hits)
    return [p for p, count in zip(proposals, hits, strict=True) if count == best] if best else []


def _detail(proposal: Result) -> str:
    return str(proposal.data["detail"]) if isinstance(proposal.data, dict) else ""


def _without_items(proposal: Result, words: str, conversation: Conversation) -> list[Call]:
    """Return one proposal without the items that were named, or nothing where none or all of them were."""
    ids = list(map(str, proposal.args.get("item_ids", ())))
    known = [i for r in conversation.earlier_results for i in _items_in(r) if i.get("item_id") in ids]
    spared = {str(item["item_id"]) for item in meant_items(words, list({i["item_id"]: i for i in known}.values()))}
    places = [place for place, item_id in enumerate(ids) if item_id not in spared]
    if not places or len(places) == len(ids):
        return []
    fewer = {
        key: [proposal.args[key][p] for p in places] for key in ("item_ids", "new_item_ids") if key in proposal.args
    }
    return [Call(proposal.name, {**proposal.args, **fewer})]


def _items_in(result: Result) -> list[dict[str, str]]:
    orders = [result.data, *result.data.get("orders", [])] if isinstance(result.data, dict) else []
    return [item for order in orders if isinstance(order, dict) for item in order.get("items", [])]


def beside_open(conversation: Conversation, writes: Sequence[Call], *, is_new_wish: bool) -> list[Call]:
    """Return the writes behind what stays on the list: all that can be done beside them, unless it is taken back.

    Another change of the same kind to the same order replaces the one on the list; "also the headlamp" adds its items
    to it.
    """
    text = normal(conversation.message)
    if _OTHERWISE.search(text) or not (is_new_wish or _adds(text)):
        return list(writes)
    kept: list[Call] = []
    new = list(writes)
    for proposal in open_proposals(conversation):
        if same := [c for c in new if c.name == proposal.name and _order(c.args) == _order(proposal.args)]:
            if _adds(text):
                new = [_with_items_of(proposal, call) if call in same else call for call in new]
        elif all(_go_together(proposal, call) for call in new):
            kept.append(Call(proposal.name, proposal.args))
    return [*kept, *new]


def _adds(text: str) -> bool:
    """Say whether a message names something that comes on top of what is on the list."""
    return bool(_AND.search(text)) or means_another(text)


def _order(args: Mapping[str, Any]) -> str:
    return digits_of(str(args.get("order_id", "")))


def _go_together(proposal: Result, call: Call) -> bool:
    if _order(proposal.args) != _order(call.args):
        return True
    return {proposal.name, call.name} <= _SIDE_BY_SIDE and proposal.name != call.name


def _with_items_of(proposal: Result, call: Call) -> Call:
    """Return a call for the items of an open proposal and its own."""
    ids, before = list(call.args.get("item_ids", ())), list(proposal.args.get("item_ids", ()))
    added = [place for place, item_id in enumerate(before) if item_id not in ids]
    if not added or not ids:
        return call
    more = {
        key: [*(proposal.args[key][p] for p in added), *call.args[key]]
        for key in ("item_ids", "new_item_ids")
        if key in call.args
    }
    return Call(call.name, {**call.args, **more})


def without_contradictions(writes: Sequence[Call]) -> list[Call]:
    """Return the writes without the return of items that are exchanged in the same order: it is an exchange.

    Raises:
        ReplyNow: an order would have both a return and an exchange, and it is asked which.
    """
    exchanged = {(_order(c.args), i) for c in writes if c.name == "exchange_items" for i in c.args["item_ids"]}
    kept = []
    for call in writes:
        if call.name == "return_items":
            ids = [i for i in call.args["item_ids"] if (_order(call.args), i) not in exchanged]
            if not ids:
                continue
            call = Call(call.name, {**call.args, "item_ids": ids})
        kept.append(call)
    both = {_order(c.args) for c in kept if c.name == "return_items"} & {order for order, _ in exchanged}
    if both:
        number = next(str(c.args["order_id"]) for c in kept if _order(c.args) in both)
        raise ReplyNow(
            f"Order {number} can have one return or one exchange, not both. "
            "Which shall it be: the return or the exchange?"
        )
    return kept
