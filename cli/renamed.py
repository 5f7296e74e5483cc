"""Lead names that commands had in earlier versions to those they have now."""

from collections.abc import Sequence

import typer

from core.errors import InputError

RENAMED = {
    "approvals edit": "approvals approve",
    "approvals list": "approvals show",
    "costs": "threads show --costs",
    "eval compare": "eval report",
    "eval gate": "eval report",
    "eval langsmith": "eval run --langsmith",
    "procedures import": "procedures draft --from",
    "procedures list": "procedures show",
    "procedures mutate": "procedures test",
    "procedures skeletons": "procedures test --begin",
    "threads list": "threads show",
    "tickets hand-back": "tickets resolve --hand-back",
    "tickets list": "tickets show",
    "tickets suggest": "tickets reply --suggest",
    "triage": "ask --triage",
}
"""Commands that take and print what the named one does."""
GONE = {
    "knowledge flagged": "`knowledge check` lists what was kept out, too",
    "knowledge propose": "propose an article on the desk's page, or write a Markdown file into proposed/",
    "knowledge release": "write `knowledge check --release ID`",
    "knowledge stats": "write `knowledge show`",
    "knowledge versions": "write `knowledge show`",
    "orders list": "write `orders show --customer ID`",
    "tickets rate": "customers rate in the chat",
}
"""Commands that are none any more, and what to do instead."""


def present_name(arguments: Sequence[str]) -> list[str]:
    """Return a command line with the name that its command has now; raises InputError where there is none any more."""
    for length in (1, 2):
        old, rest = " ".join(arguments[:length]), list(arguments[length:])
        if old in GONE:
            raise InputError(f"`support-agent {old}` is no command any more: {GONE[old]}")
        if old in RENAMED:
            typer.echo(f"`support-agent {old}` is `support-agent {RENAMED[old]}` now", err=True)
            return [*RENAMED[old].split(), *rest]
    return list(arguments)
