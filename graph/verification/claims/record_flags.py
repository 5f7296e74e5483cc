"""Compare what a reply says there is, or is not, with the yes-and-no fields of records: `{"outage": true}`."""

import re
from collections.abc import Iterator

from graph.verification.evidence import Evidence

_FLAG = re.compile(r'"([a-z][a-z_]{2,40})"\s?:\s?(true|false)\b')
_NOT = (
    r"(?:no|not an?|not any|\w+n't an?|\w+n't any|without an?|not|pas d['’e]\s?|pas de|aucune?|keine?n?|"
    r"ningun[ao]?|nessun[ao]?)"
)
_OPEN = re.compile(r"\?|\b(?:if|whether|in case|should|would|could|may|might|when|si|wenn|falls|ob)\b")


def wrong_flags(sentence: str, evidence: Evidence) -> Iterator[str]:
    """Yield what a sentence says about a yes-and-no field that every record says otherwise.

    `There is no outage` is wrong where all records that have the field say `"outage": true`; a condition or a question
    says nothing.
    """
    said = " ".join(sentence.lower().split())
    if _OPEN.search(said):
        return
    known: dict[str, set[str]] = {}
    for name, value in _FLAG.findall(evidence.data):
        known.setdefault(name, set()).add(value)
    for name, values in known.items():
        words = r"\s".join(map(re.escape, re.sub(r"^(?:is|has)_", "", name).split("_")))
        denied = re.search(rf"\b{_NOT}\s?(?:\w+\s){{0,2}}{words}\b", said)
        told = re.search(
            rf"\b(?:there is|there's|there are|we have|il y a|es gibt|hay|c'è)\s(?:\w+\s){{0,3}}{words}\b", said
        )
        if values == {"true"} and denied:
            yield denied[0]
        elif values == {"false"} and told and not denied:
            yield told[0]
