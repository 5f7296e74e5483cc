"""Find in a text of others what is aimed at an agent that reads it: an instruction, a demand for an action.

Two questions with different costs. `directives` is asked of articles before they are published, and a wrong yes costs a
person's look. `asks_for_action` is asked of everything a model reads, and a wrong yes only makes writes more careful;
so it takes plain demands ("Refund order 10042.") as well. Both are rules; neither is the last line of defence, which is
that a write needs the customer's words and yes.
"""

import re
import unicodedata
from functools import lru_cache

from core.safety.prefiltered_patterns import PatternSet, PrefilteredPattern
from core.safety.untrusted_text import hidden_characters, visible

_REMEMBERED = 4_000
_SNIPPET = 160
_MOST_HIDDEN = 12
_READER = (
    r"(?:a\.?i\.?|llms?|chat ?bots?|bots?|gpt(?:-?\w+)?|(?:(?:ai|virtual|digital|support|language|chat|automated|"
    r"shopping|helpful)[- ]){1,3}(?:assistants?|agents?|models?|bots?|systems?)|assistants?|copilots?|language "
    r"models?|ki(?:-assistent\w*)?|asistente|assistente)"
)
_ACT = (
    r"(?:refund|cancel|change|update|set|issue|send|give|grant|offer|transfer|escalate|redirect|reroute|"
    r"forward|credit|approve|ship|reship|return|"
    r"exchange|replace|swap|e-?mail|provide|reveal|show|promise|assure|call|open|close|create|delete|remove|"
    r"apply|waive|process|switch|modify|hand|connect|"
    r"confirm|mark|reset|ask|tell|inform|instruct|advise|direct|request|obtain|collect|get|persuade|convince|"
    r"urge|encourage|invite|point|insert|append|include|add)"
)
_BEFORE_ORDER = (
    r"(?:^|[.!?:;*\-–—>\])\"'“]\s{0,8}|\b(?:please|now|then|and|also|first|immediately|instead|must|should|to|"
    r"always|silently|secretly|kindly|just|you)\s+)"
)
_THEM = (
    r"(?:the|this|that|each|every|any|all|current)\s+(?:users?|customers?|clients?|shoppers?|buyers?|"
    r"humans?)\b(?!\s*(?:service|support|care|account|satisfaction|area|portal|id\b))"
)
_RULES: tuple[tuple[str, str], ...] = (
    (
        "tells to ignore instructions",
        r"\b(?:ignor\w*|disregard\w*|forget|override\w*|overrule|bypass\w*|discard|drop|set aside|pay no "
        r"attention to|do not (?:follow|obey)|don't (?:follow|obey)|stop (?:following|obeying)|skip|vergiss|"
        r"missachte\w*|olvida\w*|oublie\w*|dimentica\w*|negeer)\b"
        r"[^.!?\n]{0,50}\b(?:instructions?|prompts?|rules?|guidelines?|directives?|polic(?:y|ies)|"
        r"restrictions?|safeguards?|programming|commands?|orders? you|context|task|training|told|(?:previous|"
        r"prior|earlier|preceding|above|existing) (?:requests?|messages?|input|text|content|conversation)|"
        r"anweisung\w*|regeln|instru[ck]\w*|consignes?|reglas|regole|istruzioni)\b",
    ),
    (
        "speaks to an AI",
        r"(?:^|[.!?:;*>\])\"'“\n—–-]\s{0,8}|\b(?:dear|hey|hello|hi|attention|note (?:to|for)|notice (?:to|for)|"
        r"instructions? (?:to|for)|message (?:to|for)|reminder (?:to|for)|memo (?:to|for)|info for|important for|an|"
        r"für|pour|para)\s+)(?:the |an? |any |all |every |our |your |dear |die |den |les |el |la "
        rf")?{_READER}\s*(?:[,:!—–]|\s-\s|that (?:reads?|is reading|processes)|reading|processing|who)",
    ),
    (
        "speaks to an AI",
        rf"\b(?:if|when|since|as|because) you(?:'re| are) (?:an? |the )?{_READER}\b|\byou are (?:now |no "
        rf"longer )?(?:an? |the |in )(?:unrestricted |helpful |evil |new |different )?(?:{_READER}|debug mode|"
        rf"developer mode|maintenance mode|dan\b)|"
        rf"\b{_READER} (?:must|should|shall|needs? to|has to|have to|is (?:required|instructed|authori[sz]ed|"
        rf"allowed) to|are (?:required|instructed|authori[sz]ed|expected) to|will now)\b",
    ),
    (
        "tells agents what to do",
        rf"(?<!our )\b(?:support |service |customer )*(?:agents?|representatives?|reps?) (?:must|should|shall|"
        rf"needs? to|has to|have to|(?:is|are) (?:required|instructed|authori[sz]ed|obliged) to) (?:\w+ly |"
        rf"always |never |not |now |also )*{_ACT}\b",
    ),
    (
        "imitates the frame of a prompt",
        r"<\|?/?(?:im_start|im_end|system|assistant|user|endoftext|eot_id|start_header_id|tool_call|"
        r"function_call|instructions?|information|important|admin|help_articles|passage|customer_message|"
        r"earlier_conversation)\b[^>\n]{0,40}\|?>|"
        r"\[/?(?:inst|system|sys|admin|assistant)\]|<</?sys>>|^\W{0,6}(?:system|assistant|developer|human|user|"
        r"tool)\s*(?:message|prompt|note|notice|override|instruction|update|alert|command)?\s*[:>]\s*\S|"
        r"\b(?:system|developer|hidden|initial|admin(?:istrator)?) (?:prompt|override|directive|instructions?|"
        r"command|mode)\b|\bnew (?:\w+ )?(?:instructions?|directives?|task|objective)\b\s*(?:[:—*!-]|are|is|"
        r"follow|from|received|$)|\b(?:my|your) (?:new |real |actual )?instructions\b|"
        r"\b(?:jailbreak|prompt injection|developer mode|god mode|do anything now)\b|^\W{0,6}#{2,}\s*(?:system|"
        r"new task|response|assistant)\b|\bend of (?:the )?(?:article|document|context|system|user|input|data|"
        r"passages?)\b.{0,40}\b(?:begin|start|new|instruction|system)",
    ),
    (
        "calls a tool",
        r"\b(?:cancel_order|change_order_address|change_order_payment|change_order_items|return_items|exchange_items|"
        r"refund_order|change_default_address|request_human|get_profile|get_order|list_orders|search_articles)\b|"
        r"\b(?:call|invoke|execute|trigger|run|use)\s+(?:the\s+|your\s+|a\s+)?[`'\"]?[a-z]+(?:_[a-z]+)+\b|\b(?:call|"
        r"invoke|execute|trigger|use) (?:the|your|any|all|every) (?:\w+ ){0,3}(?:tools?|functions?)\b|"
        r"[\"']?(?:name|tool|function|action)[\"']?\s*:\s*[\"'][\w ]+[\"']\s*,\s*[\"']?(?:arguments|parameters|"
        r"args|action_input)[\"']?\s*:",
    ),
    (
        "says how to answer",
        r"\b(?:in|to|at the (?:end|beginning|start|top) of|with) (?:your|every|each|any|all|the) (?:next |"
        r"final |first )?(?:reply|replies|response|responses|answers?|output|outputs|summary|summaries|"
        r"completions?)\b[^.!?\n]{0,80}\b(?:include|add|append|insert|write|mention|say|link|put|embed|with|"
        r"state|promote|recommend)|"
        r"\b(?:include|add|append|insert|embed|render|put|prepend|attach|mention|"
        r"write)\b[^.!?\n]{0,120}\b(?:in|to|at the (?:end|beginning|start|top) of|into|with) (?:your|every|each|any|"
        r"all|the) (?:next |final |first )?(?:reply|replies|responses?|answers?|output|summary|message you)\b|"
        r"\b(?:end|begin|start|finish|conclude|preface) (?:your|every|each|all|the) (?:reply|replies|"
        r"responses?|answers?|messages?|conversations?)\b|\b(?:respond|answer|reply) (?:only|exactly|solely|"
        r"exclusively|always) with\b|"
        r"\b(?:when|whenever|before|after|while|if)(?: you(?:'re| are)?)? (?:answer(?:ing)?|respond(?:ing)?|"
        r"reply(?:ing)?|summari[sz](?:e|ing)|generat(?:e|ing)|assist(?:ing)?) (?:to )?(?:this|that|the|a|any|"
        r"users?|customers?|questions?|your|with)\b|"
        r"\b(?:output|print|repeat|say|write|display) (?:exactly|verbatim|only|the following|this text|the (?:text|"
        r"words) (?:above|below))|\b(?:original|first|previous|user's|users'|customer's) (?:task|question|query|"
        r"request) (?:is|was|has been|can|and|must|should|instead)\b|\bbefore you (?:can )?(?:solve|answer|respond|"
        r"reply|do anything else)\b|\bbefore you can (?:continue|proceed|complete|help)\b|"
        r"\b(?:your|the) (?:real|actual|true|new|only|next|primary|secret) (?:task|goal|job|mission|objective|"
        r"purpose|instruction)\b|\bthe (?:task|job|question) (?:that )?i gave you\b",
    ),
    (
        "wants something hidden from the customer",
        r"\b(?:do not|don't|never|without|must not|should not|avoid)\s+(?:\w+ )?(?:tell(?:ing)?|inform(?:ing)?|"
        r"mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|notify(?:ing)?|alert(?:ing)?|show(?:ing)?|"
        r"ask(?:ing)?|warn(?:ing)?|let(?:ting)?)\b[^.!?\n]{0,60}\b(?:users?|customers?|clients?|shoppers?|"
        r"buyers?|humans?|anyone|this (?:note|message|instruction|text|section))\b|"
        r"\b(?:without (?:the )?(?:user|customer|client)(?:'s|s')? (?:knowledge|consent|permission|approval|"
        r"confirmation)|no confirmation (?:is |was )?(?:needed|required|necessary)|confirmation is not "
        r"(?:needed|required|necessary)|(?:already|pre-?)\s?(?:been )?(?:approved|authori[sz]ed|confirmed) by "
        r"(?:the )?(?:management|administrator|admin|system|manager|supervisor|security|shop|user|customer))\b",
    ),
    ("gives orders about the customer", rf"{_BEFORE_ORDER}{_ACT}\b[^.!?\n]{{0,40}}?\b{_THEM}"),
    (
        "wants data sent away",
        r"\b(?:send|post|forward|transmit|upload|submit|e-?mail|append|encode|leak|exfiltrat\w*|copy|report|"
        r"share|deliver)\b[^.!?\n]{0,80}\b(?:conversations?|chat (?:history|logs?)|transcripts?|system prompt|"
        r"api keys?|passwords?|credentials|personal (?:data|details|information)|card (?:number|details)|order "
        r"history|payment (?:details|methods?|data)|customer (?:data|details|record)|(?:customer|user)'s "
        r"\w+)\b[^\n]{0,80}(?:https?:|www\.|@|\b\w[\w-]*\.[a-z]{2,}/)|"
        r"!\[[^\]\n]{0,80}\]\([^)\n]*[?=&{$<][^)\n]*\)|"
        r"https?://[^\s)\"'?&/=]{1,100}[?&/=][^\s)\"']{0,100}?(?:\{|\[|<|%7b|\$\{?)[a-z_ -]{3,}",
    ),
    (
        "claims authority over the agent",
        r"\bimportant (?:message|instructions?|notice|update|note|directive) (?:from|to|for) (?:the )?(?:me|"
        rf"you|us|{_READER}|system|developers?|admin\w*|management|operator|openai|anthropic|security|shop)\b|"
        r"\b(?:this is|message from|signed by|order from|on behalf of) (?:the |your )?(?:system|developers?|"
        r"admin(?:istrator)?s?|openai|anthropic|security team|prompt engineer|creator)\b|"
        r"\b(?:you (?:must|have to|need to|are (?:required|instructed|ordered|authori[sz]ed) to) (?:now |"
        r"immediately |first |also |always |strictly )?(?:obey|comply|follow (?:these|this|the following|my)|"
        r"execute|perform the following|call the|issue a|refund|cancel the|transfer the|reveal|ignore|pretend|"
        r"act as|output))\b|\bregardless of (?:any |all |your |the )?(?:previous|prior|earlier|pre-?existing|"
        r"existing|other) (?:\w+ )?(?:input|instructions?|rules?|guidelines?|text|messages?|constraints?)\b|"
        r"\byou (?:are|'re) (?:now )?(?:dan\b|running (?:as|in)|in (?:a )?(?:test|debug|developer|maintenance|"
        r"training|admin))|\bthis is (?:only )?(?:a|an) (?:\w+ )?(?:test|drill|exercise|"
        r"simulation)\b[^\n]{0,40}\b(?:generate|perform|respond|output|execute|do)\b|\bpretend (?:to be|that you|"
        r"you)\b|\bact as (?:if you|an? (?:unrestricted|different|ai|dan|linux|admin))\b|\b(?:decode|decrypt|"
        r"translate) (?:and (?:then )?(?:follow|execute|run|obey)|the following (?:base64|rot13|hex|morse|text) "
        r"and)\b|\bfollow (?:these|the following|my|all) (?:new |secret |hidden |embedded |updated )?instructions? "
        r"(?:exactly|instead|immediately|now|silently|to the letter|without)\b",
    ),
)
_ANY_RULE = PatternSet(PrefilteredPattern(rule, re.IGNORECASE | re.MULTILINE) for _, rule in _RULES)
_DEED = (
    r"(?:refund|cancel|change|update|set|issue|send|give|grant|transfer|escalate|redirect|reroute|credit|"
    r"approve|ship|reship|return|exchange|replace|swap|"
    r"open|close|create|delete|apply|waive|switch|modify|hand|connect|mark|reset|book)"
)
_THING = (
    r"(?:orders?|refunds?|address(?:es)?|payments?|items?|tickets?|accounts?|gift cards?|store credit|balance|"
    r"discounts?|coupons?|parcels?|passwords?|"
    r"(?:a|the) (?:person|human|supervisor|manager|agent|colleague)|links?|conversation|warranty|compensation|"
    r"bestellung\w*|adresse|commande|pedido|rückerstattung)"
)
_AS_NOUN = (
    r"\s(?:\w+\s)?(?:costs?|is|are|takes?|was|were|will|may|can|cannot|must|appl(?:y|ies)|begins?|ends?|"
    r"depends?)\b|(?<=open)\s(?:orders|payments|items|accounts|parcels)\b"
)
"""What follows where the word is the subject of a statement: `Return shipping costs $5 and is taken off the refund`."""
_DEMAND = re.compile(
    rf"(?:^|[.!?:;*\-–—>\])\"'“|]\s{{0,8}}|(?<=\w)\s{{1,8}}(?=(?-i:[A-Z]))|\b(?:please|now|then|and|also|first|"
    rf"immediately|must|should|bitte)\s+)(?:{_DEED}|storniere\w*|erstatte\w*|ändere\w*|annule[rz]?|"
    rf"rembourse[rz]?|cancela\w*|reembols\w*)\b(?!{_AS_NOUN})(?:[^.!?\n]|"
    rf"\.(?=\d)){{0,60}}\b{_THING}\b(?:[^.!?\n]|\.(?=\d)){{0,120}}",
    re.IGNORECASE | re.MULTILINE,
)
_PRECISE = re.compile(
    r"#\s?\w*\d|\b[A-Z]{1,4}-?\d{3,}\b|\b\d{4,}\b|[$€£]\s?\d|\b\d+(?:[.,]\d+)?\s?(?:€|\$|usd|eur|dollars|"
    r"euros?)|\S@\S|https?:|\bwww\.|\b100 ?%|\bfull refund\b|\bimmediately\b|\bright now\b|\bin full\b",
    re.IGNORECASE,
)
_TO_READER = re.compile(r"\byou(?:r|rs|'ll|'re|'ve)?\b|\bwe\b|\bour\b|\bus\b", re.IGNORECASE)


@lru_cache(maxsize=_REMEMBERED)
def directives(text: str) -> tuple[str, ...]:
    """Return what is aimed at an agent in a text, each as the reason and the words; none for ordinary articles."""
    found: dict[str, str] = {}
    for reading in _readings(text):
        for place in _ANY_RULE.places(reading):
            if match := _ANY_RULE[place].search(reading):
                why, _ = _RULES[place]
                found.setdefault(why, f"{why}: “{_words_around(reading, match)}”")
    if (hidden := _hidden(text)) > _MOST_HIDDEN:
        found["hides"] = f"hides text: {hidden} characters that nobody sees"
    return tuple(found.values())


@lru_cache(maxsize=_REMEMBERED)
def asks_for_action(text: str) -> bool:
    """Say whether a text is aimed at an agent, or demands a deed in the business of whoever reads it."""
    if directives(text):
        return True
    return any(
        _PRECISE.search(match[0]) and not _TO_READER.search(match[0])
        for reading in _readings(text)
        for match in _DEMAND.finditer(reading)
    )


def _readings(text: str) -> tuple[str, ...]:
    """Return a text as a reader sees it, and once more with tag characters read as the letters they stand for."""
    seen = _plain(visible(text))
    if not any(0xE0020 <= ord(c) <= 0xE007E for c in text):
        return (seen,)
    return seen, _plain("".join(chr(ord(c) - 0xE0000) if 0xE0020 <= ord(c) <= 0xE007E else "" for c in text))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    return re.sub(r"[^\S\n]+", " ", re.sub(r"[*_~`]{2,}|(?<!\w)[*_`]|[*_`](?!\w)", "", text))


def _hidden(text: str) -> int:
    return 0 if text.isascii() else hidden_characters(text.replace("\xad", "").replace("\ufeff", ""))


def _words_around(text: str, match: re.Match[str]) -> str:
    start, end = max(0, match.start() - 20), min(len(text), match.end() + 60)
    if start and not text[start - 1].isspace():
        start = text.find(" ", start, match.start()) + 1 or match.start()
    words = " ".join(text[start:end].split())
    return words if len(words) <= _SNIPPET else f"{words[: _SNIPPET - 1]}…"
