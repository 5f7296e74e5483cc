"""Print results and failures in the one way all commands share."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from core.errors import SupportError

EXIT_FAILED = 1
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Print a failure of ours as one line on standard error and end with exit code 1."""
    try:
        yield
    except SupportError as error:
        from core.privacy.redaction import Redactor  # a command that goes well, and a help, wait for none of it

        line = Redactor().text(" ".join(str(error).split()))
        Console(stderr=True).print(f"error: {line}", highlight=False, markup=False, soft_wrap=True)
        sys.exit(EXIT_FAILED)


def print_json(value: object) -> None:
    """Print a result as one JSON document; dates and paths become text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
