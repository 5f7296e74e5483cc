"""Copy, restore and upgrade all stores: `support-agent backup`, `restore` and `upgrade`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import AsJson, errors_shown, out, print_json
from core.settings import Settings
from server.backups import back_up
from server.backups import restore as put_back
from server.stores import upgrade_stores


def backup(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist yet.")], as_json: AsJson = False
) -> None:
    """Copy all stores into one file, as they are at one moment; servers may go on.

    Example: support-agent backup /backups/today.tar.gz
    """
    with errors_shown():
        _print(back_up(Settings.from_env(), file), f"Wrote {file}:", as_json)


def restore(
    file: Annotated[Path, typer.Argument(help="File that `backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Lose what the databases hold now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the stores of a copy back; stop all servers before.

    Example: support-agent restore /backups/today.tar.gz
    """
    with errors_shown():
        settings = Settings.from_env()
        manifest = put_back(settings, file, replace=replace)
        upgrade_stores(settings, by_command=True)
        _print(manifest, f"Restored {file}, made {manifest['made_at']} by version {manifest['program']}:", as_json)


def upgrade() -> None:
    """Bring the tables of all stores up to this program's version; a start does so by itself unless a setting forbids
    it.
    """
    with errors_shown():
        upgrade_stores(Settings.from_env(), by_command=True)
        out.print("All stores are up to date.")


def _print(manifest: Mapping[str, Any], said: str, as_json: bool) -> None:
    if as_json:
        print_json(manifest)
        return
    kept = [name for entry in manifest["databases"] for name in entry["versions"]]
    out.print(f"{said} {', '.join(sorted(kept))}.", soft_wrap=True)
