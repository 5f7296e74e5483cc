"""Print measured figures beside their targets, and end with an exit code that says whether all were met."""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number and what it has to be."""

    name: str
    value: float
    target: float | None = None
    wanted: Literal["at least", "at most"] = "at least"

    @property
    def met(self) -> bool:
        """Return whether the target is met; a figure without one always is."""
        if self.target is None:
            return True
        return self.value >= self.target if self.wanted == "at least" else self.value <= self.target


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options every benchmark has."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--json", action="store_true", help="print the figures as JSON")
    options.add_argument("--check", action="store_true", help="exit with code 1 if a target is missed")
    return options


def report(title: str, figures: Sequence[Figure], options: argparse.Namespace) -> int:
    """Print the figures and return the exit code."""
    missed = [figure for figure in figures if not figure.met]
    if options.json:
        rows = [asdict(figure) | {"met": figure.met} for figure in figures]
        print(json.dumps({"benchmark": title, "cores": os.cpu_count(), "figures": rows}))
    else:
        table = Table(
            "Figure", "Measured", "Target", "Met", title=f"{title} ({os.cpu_count()} cores)", title_justify="left"
        )
        for figure in figures:
            target = "" if figure.target is None else f"{figure.wanted} {figure.target:g}"
            met = "" if figure.target is None else ("yes" if figure.met else "no")
            table.add_row(figure.name, f"{figure.value:,.3f}", target, met)
        Console().print(table)
    return 1 if options.check and missed else 0
