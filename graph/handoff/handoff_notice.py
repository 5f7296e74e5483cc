"""Tell a customer that a person takes over: why, under which number, what happens next and when."""

from datetime import timedelta

from core.language.fixed_sentences import date_words, phrase
from tools.desk.hours import ExpectedAnswer
from tools.desk.tickets import Reason

_WHY: dict[Reason, str] = {
    "asked": "why_asked",
    "angry": "why_angry",
    "fraud": "why_fraud",
    "billing_dispute": "why_billing_dispute",
    "rule": "why_rule",
    "repeated_failure": "why_repeated_failure",
    "budget": "why_budget",
    "no_source": "why_no_source",
    "unavailable": "why_unavailable",
    "other": "why_other",
}


def handoff_notice(
    reason: Reason, ticket_id: str, expected_answer: ExpectedAnswer, locale: str, *, why: str = ""
) -> str:
    """Return the whole notice in the language of a locale; `why` stands in for the reason's own sentence."""
    parts = [
        why or phrase(_WHY[reason], locale),
        phrase("handed_over", locale, ticket=ticket_id),
        _when(expected_answer, locale),
    ]
    return " ".join(parts)


def _when(expected_answer: ExpectedAnswer, locale: str) -> str:
    if expected_answer.wait is None or expected_answer.at is None:
        return phrase("callback_open", locale)
    if not expected_answer.staffed:
        return phrase(
            "callback", locale, time=f"{date_words(expected_answer.at, locale)}, {expected_answer.at:%H:%M %Z}"
        )
    minutes = -(-expected_answer.wait // timedelta(minutes=1))
    if minutes <= 90:
        return phrase("answer_minutes", locale, minutes=str(minutes))
    return phrase("answer_hours", locale, hours=str(-(-minutes // 60)))
