"""Count what a stranger has to find their way through: rooms, names, lines, settings, commands."""

import re
import sys
from collections import Counter
from pathlib import Path

from benchmarks.support.figures import Figure, parser, report
from core.settings import Limits, Settings

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("core", "ingest", "tools", "graph", "server", "evals", "cli")


def main() -> int:
    """Print the figures and return the exit code."""
    files = [file for package in PRODUCT for file in (ROOT / package).rglob("*.py")]
    rooms = Counter(file.parent for file in files)
    names = Counter(file.name for file in files if not file.name.startswith("__"))
    sizes = sorted(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    commands = re.findall(r"^## support-agent", (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8"), re.M)
    figures = [
        Figure("files", len(files)),
        Figure("most files in a room", max(rooms.values()), 17, "at most"),
        Figure("names that occur twice", sum(count > 1 for count in names.values()), 0, "at most"),
        Figure("lines of product", sum(sizes)),
        Figure("files of more than 300 lines", sum(size > 300 for size in sizes)),
        Figure("settings", len(Settings.model_fields)),
        Figure("limits, all in one setting", len(Limits.model_fields)),
        Figure("commands", len(commands)),
        Figure("words of the README", len((ROOT / "README.md").read_text(encoding="utf-8").split()), 1200, "at most"),
    ]
    return report("The house", figures, parser(__doc__).parse_args())


if __name__ == "__main__":
    sys.exit(main())
