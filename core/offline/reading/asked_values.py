"""Tell which kind of value a question asks for, and whether a statement has one of that kind."""

import re

_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice|half|an?|no)"
_SPAN = (
    rf"\b{_COUNT}[ -](?:[\w-]+ )?(?:second|minute|hour|day|night|week|month|year)s?\b|"
    r"\bat (?:once|any time)\b|\bthe same day\b"
)
_DAYS = (
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b|\b(?:january|february|march|april|may|june|"
    r"july|august|september|october|november|december|weekdays?|weekends?|daily|every day)\b"
)
_KINDS = tuple(
    (re.compile(asks), re.compile(has))
    for asks, has in (
        (
            r"\bhow much\b(?! time)|\b(?:costs?|prices?|priced|fees?|charged?|expensive|cheap(?:er|est)?|pays?|paid|"
            r"free|owe)\b",
            r"[$€£¥]\s?\d|\d\s?(?:p\b|%|percent|eur\b|usd\b|gbp\b|chf\b|euros?\b|dollars?\b|pounds?\b|cents?\b)|"
            r"\bfree(?: of charge)?\b|\bno (?:charge|fee)\b|\bcosts nothing\b",
        ),
        (r"\bhow (?:long|soon|fast|quickly|late)\b|\buntil when\b|\bdeadline\b|\bin advance\b", _SPAN),
        (
            r"^(?:and |so |ok )*(?:at |from |until |by )?(?:when|what time|which days?)\b|"
            r"\b(?:open|opens|opening|closed?|closes|closing)\b",
            rf"\d{{1,2}}[:.]\d\d|\d ?[ap]\.?m\b|{_DAYS}|{_SPAN}|\b\d{{1,2}}(?:st|nd|rd|th)\b",
        ),
        (r"\bhow (?:many|often|big|old|far|large|heavy|tall|young)\b|\b(?:maximum|minimum|at most|at least|limit|two|"
            r"three|both|several)\b",
         rf"\b{_COUNT}\b"),
        (
            r"\bwhy\b|\bhow come\b|\bwhat for\b",
            r"\b(?:because|since|so that|as|due to|reasons?|otherwise|for (?:your|the|our))\b",
        ),
    )
)  # fmt: skip


def has_asked_value(question: str, statement: str) -> bool:
    """Say whether a statement has a value of a kind that a question asks for; both in small letters."""
    return any(asks.search(question) and has.search(statement) for asks, has in _KINDS)
