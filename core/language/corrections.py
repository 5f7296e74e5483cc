"""Hear that people take back or change what they said: a no to begin with, something else instead, nothing any more."""

import re

from core.language.confirmations import HESITATION, answer_to_confirmation
from core.language.text import any_of, normalised

_SAYS_NO = re.compile(
    rf"^\W*(?:(?:{HESITATION}|je|ay)[ ,.!…]+)*(?:no+|nope|nah|nein|nö|nee|non|não|niet|nie)"
    r"(?:\s*[,.!;:…]|\s+-|\s+(?:wait|sorry|actually|i|i'm|i've|i'd|that|not|ich|je|das|doch|warte|attende[zs]?|"
    r"espere?a?)(?!\w)|$)"
)
_STOPS_SHORT = re.compile(
    r"^\W*(?:(?:oh|ah|ach|hm+|well|ok|okay|je|euh|ay)\W+)*"
    r"(?:wait|actually|rather|sorry|hold on|moment|warte|doch|pardon|perdón)(?!\w)"
)


def begins_with_no(text: str) -> bool:
    """Say whether the first clause of a text alone is a no: `no, I changed my mind`, but not `no longer needed`."""
    return bool(_SAYS_NO.match(normalised(text)))


def begins_by_taking_back(text: str) -> bool:
    """Say whether a text begins by taking back what was said: with a no, or with `wait` or `sorry`."""
    return begins_with_no(text) or bool(_STOPS_SHORT.match(normalised(text)))


_OTHERWISE = any_of(
    r"\b(?:instead|rather|on second thou?ghts?|changed my mind|correction)\b",
    r"\b(?:make|change|switch|turn|put) (?:that|it|this|those|them)\b",
    r"^(?:(?:hm+|oh|ah|oops|sorry|wait|hold on)[,.! ]+)*(?:actually|no[,.! ]+(?:i meant|not|the|it|that|make|"
    r"use)|not )",
    r"\b(?:i meant|i mean)\b",
    r"\b(?:stattdessen|lieber|doch nicht|ich meinte|andersherum)\b",
    r"\b(?:plutôt|à la place|je voulais dire|finalement)\b",
    r"\b(?:en su lugar|en vez de|mejor|quise decir|quería decir)\b",
)


def wants_it_otherwise(text: str) -> bool:
    """Say whether an answer that is neither a yes nor a no asks for something else than was proposed."""
    return bool(_OTHERWISE.search(normalised(text)))


_TAKEN_BACK = any_of(
    r"\b(?:never ?mind|forget (?:it|that|about (?:it|that)|(?:about )?(?:my|the) (?:request|refund|return|"
    r"order|claim))|changed my mind)\b",
    r"(?<!not )(?<!don't )(?<!i )(?<!to )\bforget (?:about )?(?:the|my|this|that) (?!number|code)\w+",
    r"\bleave (?:it|that|everything) (?:just )?(?:as (?:it is|it was|things are)|alone|be)\b|"
    r"(?:^|[.,;:!–-]\s*|\b(?:please|then|just|so|no|ok|okay|well|much|i(?:'ll| will))\s)"
    r"leave (?:it|that)\W*(?:$|[.,;!])",
    r"\b(?:do not|don't|dont|please don't|no need to|stop|not) (?:refund|cancel|return|exchange|change|send|do|"
    r"process|go ahead|proceed)\b",
    r"\b(?:withdraw|cancel|stop|take back|retract|drop) (?:my|the|that|this) (?:request|refund|return|claim|"
    r"cancell?ation|exchange)\b",
    r"\bno longer (?:want|need)\b|\bdon't (?:want|need) (?:it|that|this|the refund|to)\b",
    r"\b(?:doch nicht|nicht mehr nötig|hat sich erledigt|verg(?:essen sie|iss) (?:es|das)|dann (?:halt |eben )?nicht|"
    r"(?:dann )?(?:ich )?lass(?:e|en (?:sie|wir))? (?:es|das|mal)(?: (?:so|lieber|bleiben))?)\b",
    r"\b(?:laissez?|oubliez?) (?:tomber|ça)\b|\btant pis\b|\b(?:je|on) laisse\W*(?:$|[.,;!])",
    r"\b(?:olv[ií]d(?:a|e)lo|d[eé]j[ae]l[oa]s?|lo dejo (?:así|estar)|entonces no)\b",
)


def takes_back(text: str) -> bool:
    """Say whether a customer who is only waiting for what they agreed to does not want it any more."""
    return answer_to_confirmation(text) == "no" or bool(_TAKEN_BACK.search(normalised(text)))
