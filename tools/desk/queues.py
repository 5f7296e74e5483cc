"""Read the queues: which teams there are, and what customers write to them."""

import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from core.errors import SettingsError
from core.settings import SAMPLE_BUSINESS
from core.yaml_files import FilesError, read_yaml
from tools.desk.tickets import Priority

SHIPPED = SAMPLE_BUSINESS / "queues.yaml"


class Queue(BaseModel, frozen=True, extra="forbid"):
    """One team and what speaks for it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")
    description: str = Field(min_length=1)
    examples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    priority: Priority = "normal"
    default: bool = False

    def mentions(self, text: str) -> int:
        """Return how many of the queue's words a text contains."""
        return sum(1 for pattern in _patterns(self.words) if pattern.search(text))


ONE_QUEUE = (Queue(name="support", description="Everything that customers write about.", default=True),)
"""The teams of a business that names none."""
_COMPILED: dict[tuple[str, ...], list[re.Pattern[str]]] = {}


def _patterns(words: tuple[str, ...]) -> list[re.Pattern[str]]:
    """Return one pattern a word: `*` stands for any ending, `?` for any one letter."""
    if words not in _COMPILED:
        escaped = (re.escape(w.casefold()).replace(r"\*", r"\w*").replace(r"\?", r"\w") for w in words)
        _COMPILED[words] = [re.compile(rf"(?<!\w){word}(?!\w)") for word in escaped]
    return _COMPILED[words]


def load_queues(path: Path | None = None) -> Sequence[Queue]:
    """Return the queues of a YAML file, or those that ship with the agent.

    Raises:
        SettingsError: the file is missing or its content does not fit.
    """
    path = path or SHIPPED
    try:
        queues = TypeAdapter(tuple[Queue, ...]).validate_python(read_yaml(path.parent, path.name).content)
    except (FilesError, ValidationError) as error:
        reason = " ".join(str(error).split())[:300]
        raise SettingsError(
            f"the queues {path} cannot be read ({reason}); correct that file; {SHIPPED} is an example"
        ) from None
    names = [queue.name for queue in queues]
    if not queues or len(set(names)) < len(names):
        raise SettingsError(f"the queues {path} are empty or name one twice; list each queue once")
    return queues


def default_queue(queues: Sequence[Queue]) -> Queue:
    """Return the queue that takes what fits nowhere: the one marked, or the last."""
    return next((queue for queue in queues if queue.default), queues[-1])
