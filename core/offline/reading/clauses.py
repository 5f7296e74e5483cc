"""Cut a message into the things it says, one after the other."""

import re

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+|(?<=[?!])(?=[A-Z])")
_STARTERS = (
    r"(?:please |also |then |just |kindly |maybe |to ){0,4}"
    r"(?:i(?:'d|'m|'ve| )|we |can |could |would |will |may |do |does |did |is |are |was |has |have |what|where|"
    r"when|how|which|who|why|tell |show |give |list |cancel|return|exchange|swap|"
    r"change|switch|send |ship |update|modify|refund|track|check|let me|my |put |make |use |help|find |look |"
    r"stop |kill |get |remove |explain |pay |upgrade)"
)
_JOINT = re.compile(
    rf"\s{{0,8}};\s{{0,8}}|\s{{0,8}}:\s{{1,8}}(?={_STARTERS})|(?:\s{{0,8}},\s{{0,8}}|"
    rf"(?<!\s)\s{{1,8}})(?:and(?: also| then| please| finally)?|then|plus|but(?: also)?|also|as well as|lastly|"
    rf"finally|secondly|und|et|y)\s{{1,8}}(?={_STARTERS})"
    rf"|\s{{0,8}},\s{{0,8}}(?={_STARTERS.replace('|my ', '').replace('|to ', '|')})",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b(?:no|nr|st|ave|apt|dr|mr|mrs|ms|e\.g|i\.e|approx|ste|blvd|rd|u\.s)\.$", re.IGNORECASE)
MAX_CLAUSES = 12
"""More than this many things at once are not told apart; the rest stays with the last one."""
MAX_CLAUSE = 600
"""Characters of what is read as one thing; the rules look from each word to the end of it."""
_PIECE = re.compile(rf".{{1,{MAX_CLAUSE}}}(?:\s|$)|.{{{MAX_CLAUSE}}}", re.DOTALL)


def sentences(text: str) -> list[str]:
    """Cut a text at the ends of its sentences, not after abbreviations such as "No."."""
    parts: list[str] = []
    for piece in _SENTENCE_END.split(text):
        piece = (piece or "").strip()
        if not piece:
            continue
        if parts and _ABBREVIATION.search(parts[-1][-8:]):
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece)
    return parts


def clauses(text: str) -> list[str]:
    """Cut a message into sentences, and these where a new request seems to begin."""
    pieces = [piece for sentence in sentences(text) for piece in _PIECE.findall(sentence)]
    found = [c.strip(" ,") for piece in pieces for c in _JOINT.split(piece) if c.strip(" ,.!?")]
    if len(found) <= MAX_CLAUSES:
        return found
    return [*found[: MAX_CLAUSES - 1], " ".join(found[MAX_CLAUSES - 1 :])[:MAX_CLAUSE]]
