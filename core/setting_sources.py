"""Read what settings are made of: the environment, a `.env` file, files that hold secrets; and say what is wrong."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import ValidationError

from core.errors import SettingsError

PREFIX = "SUPPORT_"
"""Begins the name of every variable that is a setting."""


def variables(environ: Mapping[str, str] | None, env_file: Path | None) -> dict[str, str]:
    """Return the variables of the environment over those of a `.env` file."""
    kept = dotenv_values(env_file) if env_file else {}
    return {name: value for name, value in kept.items() if value is not None} | dict(
        os.environ if environ is None else environ
    )


def with_files(given: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    """Return settings with the content of the files that `<NAME>_FILE` names, as container platforms hand secrets over.

    Raises:
        SettingsError: a file cannot be read or is empty, or the setting itself is set too.
    """
    values = dict(given)
    for name in given:
        setting = name.removesuffix("_file")
        if name in known or setting == name or setting not in known:
            continue
        variable, path = f"{PREFIX}{name.upper()}", Path(values.pop(name))
        if setting in values:
            raise SettingsError(f"{variable} and {PREFIX}{setting.upper()} are both set; set one of them")
        try:
            values[setting] = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SettingsError(
                f"{variable} is {str(path)!r}, which cannot be read ({why}); name a file with the value"
            ) from None
        if not values[setting]:
            raise SettingsError(f"{variable} is {str(path)!r}, which is empty; write the value into it")
    return values


def choose_business(folder: str) -> None:
    """Let this process, and those it starts, open a business, as SUPPORT_BUSINESS does."""
    os.environ[f"{PREFIX}BUSINESS"] = folder


def explained(error: ValidationError, settings: int) -> str:
    """Name each wrong variable with what came and what was wanted, without printing a secret."""
    lines = []
    for problem in error.errors():
        first, *inner = map(str, problem["loc"] or [""])
        name = " ".join([f"{PREFIX}{first.upper()}", *inner]) if first else ""
        if problem["type"] == "extra_forbidden":
            lines.append(f"{name} is not a setting; see .env.example for the {settings} there are")
        elif not name:
            lines.append(str(problem["ctx"]["error"]) if "ctx" in problem else problem["msg"])
        else:
            came = "" if "KEY" in name else f" is {problem['input']!r}:"
            lines.append(f"{name}{came} {problem['msg'].lower()}; correct it in the environment or in .env")
    return "; ".join(lines)
