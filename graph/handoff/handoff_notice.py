"""Tell a customer that a person takes over: why, under which number, what happens next and when."""

from datetime import timedelta

from core.language.fixed_sentences import date_words, phrase
from tools.desk.hours import ExpectedAnswer
from tools.desk.tickets import Reason


def handoff_notice(
    reason: Reason, ticket_id: str, expected_answer: ExpectedAnswer, locale: str, *, why: str = ""
) -> str:
    """Return the whole notice in the language of a locale; `why` stands in for the reason's own sentence."""
    parts = [
        why or phrase(f"why_{reason}", locale),
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
