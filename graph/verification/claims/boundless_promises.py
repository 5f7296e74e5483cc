"""Find promises without a bound, such as a lifelong warranty, of which no source speaks."""

import re

from core.language.text import plain
from core.language.words import CONTRACTED, NEGATION
from graph.verification.evidence import Evidence

_BOUNDLESS = (
    # (what a reply says, what an article or a record may say for the same)
    (
        r"lifelong|lifetime (?:warranty|guarantee)|(?:warranty|guarantee) for life|lebenslang\w*|garantie à vie|de por "
        r"vida|garanzia a vita|vitalíci\w*|levenslang\w*|dożywotni\w*|livstids\w*|пожизненн\w*|终身|終身|生涯保証|평생",
        r"life|lebens|à vie|de por vida|a vita|vitalíci|levens|dożywotni|livstid|пожизнен|终身|終身|生涯|평생",
    ),
    (
        r"(?:no|without(?: an?y?)?|ohne|sans|sin|senza|sem|zonder|bez|utan) (?:time limit|deadline|minimum (?:term|"
        r"contract|period)|(?:zeitliche )?frist|mindestlaufzeit|(?:limite de temps|date limite|délai limite)|"
        r"(?:límite de tiempo|plazo)|limiti di tempo|scadenza|prazo|tijdslimiet|termijn|limitu czasu|"
        r"tidsgräns)|unbefristet\w*|never expires?|indefinitely|for ever|forever",
        r"\b(?:no|without(?: an?)?|ohne|kein\w*|sans|sin|senza|sem|zonder|geen|bez|utan|ingen) (?:time limit|"
        r"deadline|minimum|expir|zeitlich|frist|mindest|limite|date|délai|límite|plazo|limiti|"
        r"scadenz|prazo|tijd|termijn|limitu|tidsgr)|unlimited|never|not expire|indefinite|\bever\b|forever|"
        r"unbegrenzt|unbefristet|any ?time|whenever|jederzeit|cuando quiera|quando vuole",
    ),
    (
        r"around the clock|round the clock|24/7|24 hours a day|day and night|rund um die uhr|24h/24|jour et "
        r"nuit|las 24 horas|día y noche|giorno e notte|24 ore su 24|24 horas por dia|"
        r"dag en nacht|całą dobę|dygnet runt|круглосуточно|24小时|24時間|24시간",
        r"clock|24|day and night|uhr|nuit|noche|notte|nacht|dob[ęy]|dygn|круглосуточ",
    ),
)
_CHECKS = [(re.compile(rf"(?<!\w)(?:{said})(?!\w)"), re.compile(known)) for said, known in _BOUNDLESS]
_DENIED = re.compile(rf"(?<!\w)(?:{NEGATION}|{CONTRACTED})(?!\w)[^,;:!]*$")


def boundless_promises(sentence: str, evidence: Evidence) -> list[str]:
    """Return the words of a sentence that promise something without a bound of which no source speaks."""
    if sentence.rstrip().endswith("?"):
        return []
    text = plain(sentence).lower()
    return [
        match[0]
        for said, known in _CHECKS
        for match in said.finditer(text)
        if not _DENIED.search(text[: match.start()]) and not known.search(f"{evidence.prose} {evidence.data}")
    ]
