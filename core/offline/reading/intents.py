"""Recognise, by rule, what customers of any business say beside their questions: small talk, and what is serious."""

import re

from core.language.greetings import CAPABILITIES, GOODBYE, GREETING, ends_well
from core.language.several import OWN_PLANS
from core.language.signals import disputes_charge, reports_fraud
from core.language.text import normal
from core.language.words import spelled
from core.offline.reading.clauses import MAX_CLAUSE

QUESTION = "policy"
"""The intent of what is for the articles, which is all that no rule and no example knows better."""
SMALL_TALK = frozenset({"greeting", "opening", "praise", "thanks", "goodbye", "noted", "capabilities", "unclear"})
SHORT = 12
"""Words of praise at most; a longer clause says more."""
_OPENING = re.compile(
    r"^(?:(?:hi|hello|hey|ok|so|well)[,!. ]+)*(?:i(?:'ve| have)?(?: got)?|(?:may|can|could) i ask|i(?:'d| "
    r"would) (?:like|want) to ask|i want to ask|let me ask)(?: you)?"
    r" (?:(?:an?|another|one|some|more|quick|small|few|simple) )*(?:questions?|something)(?: please)?[?!. ]*$"
)
_PRAISE = re.compile(
    r"\byou(?: guys| people| all)?(?:'re| are) (?:\w+ )?(?:the best|great|awesome|amazing|wonderful|brilliant|"
    r"fantastic)\b|(?<!'d )(?<!would )\blove (?:it|this|that|them|my|the|your)\b|"
    r"\b(?:great|good|excellent|fantastic|lovely) (?:service|place|team|job|work|quality)\b|\bwell done\b"
)
HOW_MUCH = re.compile(
    r"\b(?:how (?:long|many|much|often|fast|quickly|soon|old|big|far|late)|when|until|costs?|price|fee|pay)\b"
)
"""What asks for a figure."""
_NOTED = re.compile(
    r"^(?:(?:oh|ok(?:ay)?|well|hm+|ah|alright|all right|fine|wow|no|not (?:now|yet)|i see|thanks?(?: you)?|thx|then|"
    rf"too (?:much|expensive|bad|late))[,.!… ]+)*(?:(?:{OWN_PLANS}|i(?:'m| am) (?:still )?thinking)\b[^?]*|"
    r"(?:leave|keep) (?:it|that|everything|things)(?: (?:as (?:it|they)|the way).*)?|"
    r"not (?:now|yet)|never ?mind)[!. ]*$"
)
"""What tells the agent of the customer's own plans and wants nothing of it."""
_HARM_OR_UNDO = re.compile(
    r"\b(?:charges?|payments?|transactions?|debit)\b[^.?!]{0,40}\b(?:i|we) (?:never|didn't|did not|haven't|"
    r"have not) (?:ma[dk]e|authori[sz]ed?|recogni[sz]ed?|approved?)\b|"
    r"\b(?:injur(?:ed|y)|burn(?:ed|t) (?:me|my|himself|herself)|caught fire|on fire(?! sale)|electric shock|"
    r"hurt my|exploded)\b|"
    r"\b(?:undo|reverse|revert|reinstate|restore|reactivate) (?:the |my |that |a )?cancel\w*\b|\bun-?cancel\b"
)


def rule_intent(clause: str) -> str | None:
    """Return what a clause, or the beginning of a longer text, says where a rule is sure of it, else None."""
    clause = clause[:MAX_CLAUSE]
    text = spelled(normal(clause))
    if not re.search(r"\w", text):
        return "unclear"
    if ends_well(text):
        return "thanks"
    if GOODBYE.match(text):
        return "goodbye"
    if GREETING.match(text):
        return "greeting"
    if _NOTED.match(text) and len(text.split()) <= SHORT:
        return "noted"
    if _OPENING.match(text):
        return "opening"
    if _PRAISE.search(text) and len(text.split()) <= SHORT and not re.search(r"\?|\d|\bbut\b", text):
        return "praise"
    if CAPABILITIES.search(text):
        return "capabilities"
    serious = reports_fraud(clause) or disputes_charge(clause) or _HARM_OR_UNDO.search(text)
    return "serious" if serious else None
