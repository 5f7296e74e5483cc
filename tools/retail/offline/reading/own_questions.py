"""Recognise questions about the customer's own case that its record answers: money, charges, use, faults."""

import re

from core.language.text import normal
from tools.retail.offline.reading.request_phrases import PAID_HOW

_MONEY = re.compile(
    r"\b(?:refund(?:ed|s)?|reimburse\w*|(?:the|my|no|any|get|got) (?:\w+ )?money|money (?:back|yet)|paid back|"
    r"paid out|credited|nothing back|(?:got|get|received) [$€£]?\d[\d.,]* (?:\w+ )?back|owes? me|"
    r"(?:my|the) [$€£]? ?\d[\d.,]* (?:\w+ )?back)\b"
)
_NEWS = re.compile(
    r"\b(?:why|where(?:'s|s)?|when|status|did|didn't|didnt|has|have|haven't|havent|hasn't|hasnt|is|was|arriv\w*|gone "
    r"through|receiv\w*|got|still|yet|waiting|weeks?|how long|what's|whats|news|shows?|what happened|how do i get)\b"
)
_OWN = re.compile(r"\b(?:i|i've|ive|i'm|im|my|me|it|that|still|we|our|the)\b")
_NO_NEWS = re.compile(
    r"\b(?:if|in case|what happens|when i (?:return|cancel|send)|can i|could i|(?<!how )do i get|will i get|would i|"
    r"usually|normally|how (?:long(?! (?:till?|until|before|do i))|many)|difference|want|like|please|give me|demand|"
    r"instead|policy)\b"
)
_CHARGED = re.compile(
    r"\b(?:charged|billed|debited|took)\b.*\b(?:for what|what for|what exactly|what is (?:that|this|it) for)\b|"
    r"\bwhy\b.*\b(?:charge[ds]?|pa(?:y|id)|cost|debited|billed|bill|took|taken)\b|"
    r"\bcharged (?:me )?(?:twice|double|two times|again|extra|too much)\b|\bdouble charge\w*|"
    r"\b(?:what(?:'s|s| is| was)) (?:this|that|the) (?:extra |second |other )?(?:charge|payment|amount|[$€£]? ?\d+[.,]"
    r"\d\d)|"
    r"\bhow much (?:did|have) (?:i|you) (?:\w+ )?(?:pay|paid|charged?)\b.*\b(?:card|how|with|method|paypal)\b"
)
_REQUESTED = re.compile(
    r"\b(?:(?:did|have|has) (?:you|u|it|my \w+) (?:get|got|receiv\w+|arriv\w+|reach\w*|come)\b.*\b(?:return\w*|"
    r"exchang\w*|sen[td] back)|"
    r"(?:status|news|update|what(?:'s|s| is) (?:happening|up|going on)|where(?:'s|s| is)|what about|how far|"
    r"how long (?:till?|until|before)|when)\b"
    r".*\b(?:(?:my|the) (?:\w+ ){0,2}(?:return|exchange|swap|replacement)s?|returned|exchanged|sent back)|"
    r"(?:i|we|i've|ive) (?:already |have |had )*(?:asked for|requested|registered|started|filed|applied for|did|made) "
    r"(?:an?|the|my|this) (?:\w+ )?(?:return|exchange|swap)|"
    r"when (?:do|will|does|is|are) .*\b(?:new|replacement|exchanged) [\w' -]+(?:sent?|ship\w*|com(?:e|ing)|arriv\w+)|"
    r"when (?:do|will|are) (?:you|u) .*(?:send|ship)\w* (?:me )?(?:out )?(?:the|my) (?:new|replacement|exchanged)|"
    r"(?:did|has|have) (?:the|my) [\w ]+ (?:reach\w*|arriv\w+|got|get|come) (?:to )?(?:you|your warehouse|back)|"
    r"(?:return|exchange) requested|"
    r"(?:is|has|was|did) (?:the|my) (?:\w+ ){0,2}(?:return|exchange|swap)\b.*\b(?:go through|done|processed|arrived?|"
    r"through|complete\w*|finished|registered|approved|in|yet|received))\b"
)
_NO_REQUEST = re.compile(r"\b(?:if|usually|can i|could i|how do i)\b")
_NO_CHARGE = re.compile(r"\b(?:fee|fees|shipping|delivery|express|postage|tax|declined|fail\w*)\b")
_USED = re.compile(
    r"(?<!card i )(?<!method i )(?<!account i )\b(?:used (?:it|them|that|this|once|twice|on|in|for|at)\b|"
    r"(?:been|was|were|is|it's|are|got|gets|already|only|just|have|i've|has|we've|ive|hardly|barely|i|we) used\b"
    r"(?! (?:my|the|a|an|to|your|paypal|our))|worn|washed|lit (?:it|them|one)|burn(?:ed|t) (?:it|them)|slept (?:on|in|"
    r"under)|cooked (?:with|in|on)|baked (?:with|in)|been using|using it|tried (?:it|them) (?:out|once|twice)|camped)\b"
)
_NOT_USED = re.compile(
    r"\b(?:never|not|n't|haven't|havent|hasn't|hasnt|without|isn't|wasn't|didn't|no longer)(?: \w+){0,2} "
    r"(?:used|worn|washed|slept|lit|burned|burnt|been)\b|\bunused\b"
)
_FAULT = re.compile(
    r"\b(?:broke(?:n)?|snapped|cracked|crack(?:s)?|chipped|chips?|flak\w+|peel\w+|rip(?:ped|s)|torn|tear(?:s|ing)|"
    r"split|leak\w*|bent|wobbl\w+|squeak\w*|jammed|jams|loose|fray\w*|fell apart|falling apart|(?:come|came|coming) "
    r"(?:off|apart|undone)|stopped working|dead|died|faulty|defect\w*|damaged|dent(?:ed)?|scratch(?:ed|es)?|"
    r"shattered|smashed|(?:no longer|doesn't|does not|doesnt|won't|will not|wont|don't|dont) "
    r"(?:even )?(?:work|turn on|light|start|switch|charge|grind|close|open|stay|hold|fit|cut|shut|heat|pour)\w*)\b|"
    r"\b(?:has|have|got|is|with) (?:an? )?(?:\w+ )?(?:hole|crack|dent|chip|scratch|tear)s?\b"
)
_NO_FAULT = re.compile(
    r"\b(?:code|codes|voucher|coupon|password|link|site|website|app|log ?in|payment|card|if|what happens|would|"
    r"box|parcel|package|chip card|your|wrong|missing|fit|fits|hurt|injur\w+)\b"
)
LOST = re.compile(
    r"\blost\b|"
    r"\b(?:never|doesn't|does not|doesnt|don't|not) (?:comes?|arrives?|arrived|moved|(?:show|turn)(?:s|ed)? up)\b|"
    r"\b(?:refund\w*|money back|reimburse\w*|compensat\w*|replacement|(?:new|another) one|"
    r"(?:send|sent|ship) (?:it|them|one) again|trace|investigat\w*|(?:any|some)thing back|"
    r"(?:not|n't|dont|cant|didnt|never|cannot) find (?:it|them|my|the))\b"
)
"""Asks what becomes of goods that are on their way and late."""
_IF_LATE = re.compile(
    r"\bhasn't (?:arrived|moved)\b|\b(?:money|unknown)\b|"
    r"\bwhat (?:now|next|then|happens|do (?:i|you|we) do|can (?:i|you|we) do|are you (?:doing|going to do))\b"
)
_ACCIDENT = re.compile(
    r"\b(?:dropped|drop|fell|knocked|accident\w*|my (?:dog|cat|kid|son|daughter|baby|child)|ran over|sat on|stepped on|"
    r"my (?:own )?fault|dishwasher|left it (?:in|out))\b"
)


def asks_what_if_late(text: str) -> bool:
    """Say whether a text asks, of an order that is spoken of, what becomes of it when it is late or does not come."""
    plain = normal(text)
    return bool(LOST.search(plain) or _IF_LATE.search(plain))


def tells_of_accident(text: str) -> bool:
    """Say whether a text tells that goods broke by what somebody did to them."""
    return bool(_ACCIDENT.search(normal(text)))


def asks_for_news_of_money(text: str) -> bool:
    """Say whether a text asks what became of money that is to come back, or tells that it has not come."""
    plain = normal(text)
    return bool(_MONEY.search(plain) and _NEWS.search(plain) and _OWN.search(plain) and not _NO_NEWS.search(plain))


def asks_for_news_of_request(text: str) -> bool:
    """Say whether a text asks how far a return or an exchange is that was requested."""
    plain = normal(text)
    return bool(_REQUESTED.search(plain) and not _NO_REQUEST.search(plain))


def asks_for_charges(text: str) -> bool:
    """Say whether a text asks why, or how, something was charged."""
    plain = normal(text)
    return bool((_CHARGED.search(plain) or PAID_HOW.search(plain)) and not _NO_CHARGE.search(plain))


def tells_of_use(text: str) -> bool:
    """Say whether a text tells that goods were used."""
    return any(_USED.search(_NOT_USED.sub(" ", plain)) for plain in normal(text).splitlines())


def tells_of_fault(text: str) -> bool:
    """Say whether a text tells that goods are broken or do not work."""
    plain = normal(text)
    return bool(_FAULT.search(plain) and not _NO_FAULT.search(plain))
