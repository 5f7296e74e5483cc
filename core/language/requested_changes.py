"""Say which kinds of change a customer's words ask for, and which a tool makes; used where somebody else asks for one, too."""

import re
from collections.abc import Sequence

_KINDS: dict[str, tuple[str, str]] = {
    # kind: (how customers say it, how a tool's name says it)
    "cancel": (
        r"cancel\w*|call(?:ing)? off|call it off|(?:don't|do not|no longer) (?:want|need)|changed my mind|abort|stop (?:the|my|this) order|"
        r"storn\w*|abbestell\w*|widerruf\w*|annul\w*|anular\w*|cancela\w*|résili\w*|disdi\w*",
        r"cancel|void|abort",
    ),
    "address": (
        r"address\w*|(?:deliver|ship|send)\w*\b[^.?!\n]{0,40}\bto|mov(?:e|ed|ing) (?:house|home|to)|"
        r"(?:zip|post) ?code|street|adress\w*|umgezogen|umzug|anschrift|lieferung an|direcci\w*|domicilio|indirizzo|déménag\w*",
        r"address|reroute|redirect",
    ),
    "payment": (
        r"pay\w*|card|paypal|charged? (?:it )?to|gift ?card|zahl\w*|bezahl\w*|karte|paiement|payer|carte|pag(?:o|ar|amento)\w*|tarjeta|carta",
        r"payment|pay_|charge|billing",
    ),
    "items": (
        r"swap\w*|chang\w*|switch\w*|replac\w*|exchang\w*|instead|different|other|another|(?:bigger|smaller|larger) (?:one|size)|colou?r|size|modify|"
        r"tausch\w*|ändern?|wechsel\w*|anstatt|statt|échang\w*|chang\w*|autre|cambi\w*|otr[oa]",
        r"items|exchange|swap|replace|modify",
    ),
    "return": (
        r"return\w*|(?:send|sending|bring) (?:it |them |this |the \w+ )?back|doesn't fit|does not fit|give (?:it|them) back|"
        r"zurück\w*|retour\w*|rücksend\w*|renvo\w*|rendre|devol\w*|devuel\w*|restitu\w*",
        r"return",
    ),
    "refund": (
        r"refund\w*|money back|reimburs\w*|paid back|pay me back|credit\w*|compensat\w*|overcharg\w*|price (?:adjust\w*|match\w*|drop\w*)|goodwill|"
        r"erstatt\w*|geld zurück|gutschrift|rembours\w*|reembols\w*|rimbors\w*",
        r"refund|credit|reimburs|compensat",
    ),
}
_SAID = {kind: re.compile(rf"\b(?:{said})\b", re.IGNORECASE) for kind, (said, _) in _KINDS.items()}
_NAMED = {kind: re.compile(named, re.IGNORECASE) for kind, (_, named) in _KINDS.items()}


def asked_for(texts: Sequence[str], tool: str) -> bool:
    """Say whether a customer's texts, oldest first, ask for what a tool does; the newest text that asks for anything decides."""
    kinds = {kind for kind, named in _NAMED.items() if named.search(tool)}
    for text in reversed(texts):
        plain = text.replace("’", "'")
        if not kinds:
            if any(re.search(rf"\b{re.escape(stem)}", plain, re.IGNORECASE) for stem in _stems(tool)):
                return True
        elif said := {kind for kind, pattern in _SAID.items() if pattern.search(plain)}:
            return bool(kinds & said)
    return False


def _stems(tool: str) -> list[str]:
    """Return how the words of a tool's name begin, for tools nobody here knows."""
    return [word[:5] for word in re.split(r"[^a-z]+", tool.lower()) if len(word) > 3]
