"""Read what evaluation runs came to, for their trend; the runs themselves are not the server's."""

import json
import logging
from pathlib import Path

from pydantic import ValidationError

from server.schemas.insight_schemas import Evaluation

SUMMARY = "summary.json"
log = logging.getLogger(__name__)


def evaluations(folder: Path) -> list[Evaluation]:
    """Return the finished runs of a folder, oldest first; one that cannot be read is left out and noted."""
    found = []
    for file in folder.glob(f"*/{SUMMARY}"):
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            rate = kept.pop("pass")
            found.append(
                Evaluation(name=file.parent.name, passed=rate["value"], low=rate["low"], high=rate["high"], **kept)
            )
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
            log.warning("%s is left out of the trend: %s", file, " ".join(str(error).split())[:200])
    return sorted(found, key=lambda run: run.finished_at)
