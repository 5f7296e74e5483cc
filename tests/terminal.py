"""Run the command line in this process, in a folder of its own."""

import shutil
from pathlib import Path

from typer.testing import CliRunner

from cli.main import app
from core.settings import SAMPLE_BUSINESS


class Terminal:
    """Run commands in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.settings = {
            "SUPPORT_DATA_DIR": str(folder),
        }

    def run(self, *arguments: str, text: str = "", code: int = 0, **settings: str) -> tuple[str, str]:
        """Return what a command wrote on standard output and standard error."""
        result = CliRunner().invoke(app, arguments, input=text, env=self.settings | settings)
        wrong = (Exception, type(None)) if code else (type(None),)
        if result.exit_code != code or not isinstance(result.exception, (*wrong, SystemExit)):
            raise AssertionError(f"{arguments} ended with {result.exit_code}: {result.output}") from result.exception
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            return result.stdout, str(result.exception)
        return result.stdout, result.stderr

    def out(self, *arguments: str) -> str:
        """Return what a command that succeeds wrote on standard output."""
        return self.run(*arguments)[0]


def copied_sample(folder: Path) -> Path:
    """Copy the sample shop, without its evaluations, into a folder that a test may change, and return it."""
    shutil.copytree(SAMPLE_BUSINESS, folder, ignore=shutil.ignore_patterns("evals"))
    return folder


def fill_sample_shop(folder: Path, *options: str) -> None:
    """Index the sample articles and import the sample shop into a folder; options are those of the import."""
    terminal = Terminal(folder)
    terminal.run("ingest", str(SAMPLE_BUSINESS / "articles"))
    terminal.run("orders", "import", str(SAMPLE_BUSINESS / "shop.json"), *options)
