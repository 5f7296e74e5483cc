"""Read what people leave behind, flows of Rasa CALM and Agent Script of Salesforce, as drafts of procedures.

Nothing is guessed silently: what has no counterpart is listed for the author, with its line where it is known.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from core.errors import DocumentError
from graph.procedures.authoring.agent_script import agent_script
from graph.procedures.authoring.imported_draft import ImportedDraft
from graph.procedures.authoring.rasa_flows import PARTS, rasa_flows

AGENT_SCRIPT = re.compile(r"^(?:start_agent|topic|subagent)\s+\w+\s*:", re.MULTILINE)


def import_from(path: Path) -> list[ImportedDraft]:
    """Return the drafts that a file amounts to, or a folder of a Rasa project: flows and their domain together.

    Raises:
        DocumentError: It holds neither a Rasa flow nor Agent Script.
    """
    files = sorted(_readable(path)) if path.is_dir() else [path]
    return import_texts({str(file): file.read_text("utf-8") for file in files})


def import_texts(texts: Mapping[str, str]) -> list[ImportedDraft]:
    """Return the drafts of several files that belong together, by name; raises as `import_from`."""
    drafts: list[ImportedDraft] = []
    project: dict[str, dict[str, Any]] = {part: {} for part in PARTS}
    for name, text in texts.items():
        if name.endswith(".agent") or AGENT_SCRIPT.search(text):
            drafts += agent_script(text)
            continue
        content = _yaml(name, text, alone=len(texts) == 1)
        for part in PARTS:
            project[part] |= content[part] if isinstance(content.get(part), dict) else {}
    drafts += rasa_flows(**project)
    if not drafts:
        named = next(iter(texts), "the folder")
        raise DocumentError(f"{named} has no `flows:` of Rasa CALM and is no Agent Script (.agent); give one of those")
    return drafts


def _readable(folder: Path) -> Iterator[Path]:
    for pattern in ("*.yml", "*.yaml", "*.agent"):
        yield from folder.rglob(pattern)


def _yaml(name: str, text: str, *, alone: bool) -> dict[str, Any]:
    """Return the content of a file; in a folder, what is no YAML belongs to something else."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        if not alone:
            return {}
        raise DocumentError(f"{name} is no YAML: {' '.join(str(error).split())[:200]}") from None
    return content if isinstance(content, dict) else {}
