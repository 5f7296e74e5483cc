"""Play a customer from a script: their lines in order, and what they answer when a reply asks for something."""

from collections.abc import Mapping
from typing import Any

from evals.conversations.scenarios import Scenario, When


class ScriptedCustomer:
    """Say the scenario's lines; before each, answer the last reply where a branch fits it."""

    def __init__(self, scenario: Scenario) -> None:
        self._lines = list(scenario.lines)
        self._answers = list(scenario.answers)
        self._left = [answer.times for answer in scenario.answers]

    async def next_line(self, turns: list[dict[str, Any]]) -> str | None:
        """Return the next message: a fitting answer, else the next line that applies, else None."""
        if turns:
            for number, answer in enumerate(self._answers):
                if self._left[number] and fits(answer.to, turns[-1]):
                    self._left[number] -= 1
                    return answer.say
        while self._lines:
            line = self._lines.pop(0)
            if line.when is None or (turns and fits(line.when, turns[-1])):
                return line.text
        return None


def fits(when: When, turn: Mapping[str, Any]) -> bool:
    """Say whether the last reply is as a branch wants it."""
    reply = turn["reply"].casefold()
    if when.confirmation is not None and when.confirmation != turn["confirmation"]:
        return False
    if when.words and not any(word.casefold() in reply for word in when.words):
        return False
    return when.owner is None or when.owner == ("human" if turn["ticket_id"] else "bot")
