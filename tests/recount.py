"""Recount an export of conversations with Python's own library alone: `python recount.py conversations.csv`."""

import csv
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

OUTCOMES = ("verified", "assumed", "returned", "unanswered", "handed_over", "abandoned")


def read(file: Path) -> list[dict[str, Any]]:
    """Return the rows of an export, as JSON or CSV."""
    if file.suffix == ".json":
        return list(json.loads(file.read_text(encoding="utf-8"))["items"])
    with file.open(newline="", encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def recount(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return counts, shares and groups of the conversations that are over."""
    over = [row for row in rows if row["outcome"] != "going_on"]
    counts = Counter(row["outcome"] for row in over)
    stars = [int(row["stars"]) for row in rows if row["stars"] not in ("", None)]
    due = [str(row["sla_missed"]) == "True" for row in rows if row["sla_missed"] not in ("", None)]
    by = {
        name: Counter((row[name], row["outcome"]) for row in over) for name in ("channel", "language", "queue", "topic")
    }
    return {
        "over": len(over),
        "outcomes": {name: counts[name] for name in OUTCOMES},
        "contained": len(over) - counts["handed_over"],
        "happy": sum(given >= 4 for given in stars),
        "rated": len(stars),
        "sla_missed": sum(due),
        "groups": {
            name: {f"{value}/{outcome}": n for (value, outcome), n in found.items()} for name, found in by.items()
        },
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(recount(read(Path(sys.argv[1]))), indent=2, ensure_ascii=False) + "\n")
