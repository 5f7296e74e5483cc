"""A new action is taught in one place, and is understood wherever actions are read."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENTRY = """
    "engrave": ActionWords(
        done="engraved", evidence="engrav", verbs="engrave", stems="engrav", called="engraving",
        wished=r"engrav\\w*|gravier\\w*", named="inscribe",
    ),
}
"""
TEACH = f"""
import sys
from importlib.util import find_spec, module_from_spec

found = find_spec("core.language.action_words")
source = found.loader.get_source(found.name)
module = sys.modules[found.name] = module_from_spec(found)
table, rest = source.split("\\n}}\\n", 1)
exec(compile(table + {ENTRY!r} + rest, found.origin, "exec"), module.__dict__)
"""
"""Reads the table as if the entry stood in it."""
READ = """
from core.language.confirmations import Asked, answer_to_confirmation
from core.language.requested_changes import wishes
from graph.tool_calls.wanted_changes import sentences_that_ask
from graph.verification.claims.action_claims import find_claims

asked = Asked("inscribe", also_called=("engrave",))
print(wishes("Engrave it with my name."))
print(answer_to_confirmation("yes, the engraving", [asked]))
print(answer_to_confirmation("yes, the engraving", [Asked("cancel_order")]))
print(len(sentences_that_ask("Bitte graviere meinen Ring.", "inscribe")))
print([claim.action for claim in find_claims("I have engraved your ring.")])
"""


def understood(program: str) -> list[str]:
    """Return what a fresh process prints, in which the words are read once."""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.splitlines()


def test_an_action_that_is_taught_is_wished_confirmed_called_and_checked() -> None:
    assert understood(TEACH + READ) == ["True", "yes", "other", "1", "['engrave']"]


def test_an_action_that_nobody_taught_is_not() -> None:
    assert understood(READ) == ["False", "other", "other", "0", "['other']"]
