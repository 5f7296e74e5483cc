"""Keep the results of a run in a folder: a manifest that says what was run, and one file a trial."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.errors import ConversationFileError

MANIFEST, TRIALS, SUMMARY = "run.json", "trials", "summary.json"
NOT_COMPARED = ("seconds",)
"""What differs from one run to the next although nothing else did."""


def start(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Open a results folder for a run; one that holds the same run is gone on with.

    Raises:
        ConversationFileError: the folder holds another run.
    """
    path = folder / MANIFEST
    if path.exists():
        present = _read(path)
        if present != json.loads(json.dumps(manifest)):
            differ = sorted(k for k in {**present, **manifest} if present.get(k) != manifest.get(k))
            raise ConversationFileError(
                f"{folder} holds another run (it differs in {', '.join(differ)}); wanted the same one to go on with; "
                "add --fresh to replace it or name another folder with --out"
            )
        return
    (folder / TRIALS).mkdir(parents=True, exist_ok=True)
    _write(path, manifest)


def clear(folder: Path) -> None:
    """Remove the files of a run; anything else in the folder stays."""
    for file in (*(folder / TRIALS).glob("*.json"), folder / MANIFEST, folder / SUMMARY, folder / "report.html"):
        file.unlink(missing_ok=True)


def save(folder: Path, trial: Mapping[str, Any]) -> None:
    """Write one trial; a file is there whole or not at all."""
    _write(folder / TRIALS / f"{trial['scenario']}.{trial['trial']}.json", trial)


def save_summary(folder: Path, summary: Mapping[str, Any], *, finished_at: str) -> None:
    """Keep what a finished run came to, small enough to be listed beside many others."""
    run, rate = summary["run"], summary["pass"].get("1", {})
    kept = {
        "finished_at": finished_at,
        **{name: run[name] for name in ("suite", "agent", "model", "customer")},
        "conversations": summary["conversations"],
        "pass": rate,
        "failures": [{"conversation": f["scenario"], "why": "; ".join(f["why"])[:300]} for f in summary["failures"]],
    }
    _write(folder / SUMMARY, kept)


def has(folder: Path, scenario: str, trial: int) -> bool:
    """Say whether a trial is done."""
    return (folder / TRIALS / f"{scenario}.{trial}.json").exists()


def read(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the manifest and all trials by scenario and number; raises ConversationFileError when there is no run."""
    if not (folder / MANIFEST).exists():
        raise ConversationFileError(f"{folder} holds no results; run `support-agent eval run --out {folder}` first")
    trials = [_read(file) for file in (folder / TRIALS).glob("*.json")]
    return _read(folder / MANIFEST), sorted(trials, key=lambda t: (t["scenario"], t["trial"]))


def digest(trials: Iterable[Mapping[str, Any]]) -> str:
    """Return what stands for everything that happened, times left out: equal runs have equal digests."""
    text = json.dumps([_without(trial) for trial in trials], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _without(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get("key") in NOT_COMPARED:
            return None
        return {k: _without(v) for k, v in value.items() if k not in NOT_COMPARED}
    return [_without(v) for v in value] if isinstance(value, list | tuple) else value


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConversationFileError(f"{path} cannot be read ({error}); remove it and run again") from None
    return content


def _write(path: Path, content: Mapping[str, Any]) -> None:
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
    draft.replace(path)
