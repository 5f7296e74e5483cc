"""Cut a message into the things it says, one after the other."""

import re

from core.language.action_words import any_action
from core.language.text import sentences

_GLUED = re.compile(r"(?<=[?!])(?=[A-Z])")
"""Where a sentence begins without a blank before it."""
_STARTERS = (
    r"(?:please |also |then |just |kindly |maybe |to ){0,4}"
    r"(?:i(?:'d|'m|'ve| )|we |can |could |would |will |may |do |does |did |is |are |was |has |have |what|where|"
    rf"when|how|which|who|why|tell |show |give |list |{any_action('verbs')}|"
    r"switch|send |ship |modify|track|check|let me|my |put |make |use |help|find |look |"
    r"want |need |stop |kill |get |remove |explain |pay |upgrade|"
    r"(?:wann|wo|wie|wer|warum|welche\w*|kann|muss|darf|quand|où|combien|comment|quel\w*|puis-je|cuándo|dónde|cómo|"
    r"cuánt\w+|cuál\w*|puedo)\b)"
)
_JOINT = re.compile(
    rf"\s{{0,8}};\s{{0,8}}|\s{{0,8}}:\s{{1,8}}(?={_STARTERS})|(?:\s{{0,8}},\s{{0,8}}|"
    rf"(?<!\s)(?<!\byou)(?<!\bwe)(?<!\bi)\s{{1,8}})"  # not within `do you also ship`
    r"(?:and(?: also| then| please| finally)?|then|plus|but(?: also)?|also|as well as|lastly|"
    rf"finally|secondly|und|et|y)\s{{1,8}}(?={_STARTERS})"
    rf"|\s{{0,8}},\s{{0,8}}(?={_STARTERS.replace('|my ', '').replace('|to ', '|')})",
    re.IGNORECASE,
)
MAX_CLAUSES = 12
"""More than this many things at once are not told apart; the rest stays with the last one."""
MAX_CLAUSE = 600
"""Characters of what is read as one thing; the rules look from each word to the end of it."""
_PIECE = re.compile(rf".{{1,{MAX_CLAUSE}}}(?:\s|$)|.{{{MAX_CLAUSE}}}", re.DOTALL)


def clauses(text: str) -> list[str]:
    """Cut a message into sentences, and these where a new request seems to begin."""
    said = [part for sentence in sentences(text) for part in _GLUED.split(sentence)]
    pieces = [piece for part in said for piece in _PIECE.findall(part)]
    found = [c.strip(" ,") for piece in pieces for c in _JOINT.split(piece) if c.strip(" ,.!?")]
    if len(found) <= MAX_CLAUSES:
        return found
    return [*found[: MAX_CLAUSES - 1], " ".join(found[MAX_CLAUSES - 1 :])[:MAX_CLAUSE]]
