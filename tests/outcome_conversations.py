"""Conversations whose outcome is known because they were written for it: what the customer said last, and what had
happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Known = Literal["verified", "assumed", "returned", "unanswered", "handed_over", "abandoned"]

SETTLED = (
    "Perfect, that solved it!",
    "Thanks, that answers my question.",
    "Great, it works now. Thank you!",
    "My problem is solved, bye",
    "That's exactly what I needed, cheers",
    "All sorted, thank you so much",
    "you fixed it, brilliant",
    "This has been resolved, thanks.",
    "That helped, have a nice day",
    "it's all good now? no wait, all good now",
    "Danke, das hat geholfen!",
    "Super, jetzt klappt es.",
    "Mein Problem ist gelöst, vielen Dank",
    "Die Frage ist beantwortet, danke!",
    "Hat sich erledigt, danke.",
    "Merci, ça marche !",
    "Super, c'est réglé, merci",
    "Problème résolu, merci beaucoup",
    "Gracias, problema resuelto",
    "Perfecto, ya funciona, gracias",
    "شكرا، تم حل المشكلة",
    "No further questions, that was all I needed.",
    "your answer really helped, thanks",
    "It worked, you are a star",
    "question answered, thanks!",
)
"""The customer says so: verified, but for the one with a question mark, which counts as assumed."""
NOT_SETTLED = (
    "Thanks",
    "ok",
    "Thank you, bye",
    "Alright then",
    "I see",
    "Danke",
    "Merci",
    "Gracias",
    "thx!!",
    "good to know",
    "Thanks, but that did not solve it",
    "It still does not work",
    "that hasn't helped at all",
    "Nothing works now",
    "thanks for nothing",
    "Is it solved now?",
    "I hope that solved it",
    "If that works I will be happy",
    "That would have helped yesterday",
    "It works again? no",
    "You never answered my question",
    "My problem is not solved",
    "that solved half of it",
    "Das hat leider nicht geholfen",
    "Ich hoffe, das Problem ist gelöst",
    "Ça ne marche pas",
    "Merci, mais ça ne marche toujours pas",
    "El problema no está resuelto",
    "لم يتم حل المشكلة",
    "the issue was solved last time, now it is back",
    "it works now, but the other one does not",
    "almost fixed",
    "Wenn das Problem gelöst ist, melde ich mich",
    "It only helped my neighbour",
    "That fixed nothing",
    "so it is fixed price then",
)
"""The customer does not say so, or says the contrary: never verified."""


@dataclass(frozen=True)
class Written:
    """A conversation as it was written, with what came of it."""

    last: str
    known: Known
    done: bool = False
    stars: int | None = None
    returns_after_hours: float | None = None
    reply: str = "You have 30 days."
    handoff: str | None = None


def written() -> Iterator[Written]:
    """Yield 400 conversations of known outcome."""
    for number in range(400):
        kind, text, plain = number % 8, SETTLED[number // 8 % len(SETTLED)], NOT_SETTLED[number // 8 % len(NOT_SETTLED)]
        if kind in (0, 1):
            yield Written(text, "assumed" if "?" in text else "verified")
        elif kind in (2, 3):
            yield Written(plain, "assumed")
        elif kind == 4:
            yield Written(plain, "verified", done=True) if number % 16 < 8 else Written(plain, "verified", stars=5)
        elif kind == 5:
            yield Written(text if number % 16 < 8 else plain, "returned", returns_after_hours=2 + number % 70)
        elif kind == 6:
            told = "I am sorry, I do not know the answer to that: our help articles do not say."
            yield Written("Do you sell used carpets by the metre?", "unanswered", reply=told)
        elif number % 16 < 8:
            yield Written(text, "handed_over", handoff="the customer asked for a person")
        else:
            yield Written(plain, "abandoned", reply="Which order is it about?")
