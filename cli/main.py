"""Put the commands of `support-agent` together, and print a failure as one line."""

import sys
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import typer

from cli.lazy import LazyGroup, Named
from cli.output import errors_shown
from cli.renamed import present_name


class Commands(LazyGroup):
    """List what `support-agent` can do."""

    table: ClassVar = {
        "chat": Named(
            "cli.chat:chat",
            "Talk to the agent; piped input is read line by line, one message a line.",
            searches=True,
        ),
        "ask": Named("cli.ask:ask", "Ask one question and print the reply.", searches=True),
        "ingest": Named("cli.ingest:ingest", "Make the knowledge index hold exactly the articles of the sources."),
        "doctor": Named(
            "cli.doctor:doctor",
            "Check the settings and the files they name, the model endpoint, the index, the records, the desk and "
            "the memory.",
        ),
        "approvals": Named("cli.desk.approval_commands:app", "Show what waits for staff, and decide it."),
        "serve": Named(
            "cli.serve:serve",
            "Serve the agent over HTTP; start any number of processes on the same databases, here or elsewhere.",
        ),
        "token": Named("cli.serve:token", "Print a token for trying the server."),
        "new": Named("cli.business_commands:new", "Write the folder of a new business: small, and working."),
        "check": Named(
            "cli.business_commands:check", "Read the folder of a business, open its connectors, and say what is wrong."
        ),
        "procedures": Named("cli.procedure_commands:app", "Show, test and draft the procedures of a business."),
        "knowledge": Named("cli.knowledge:app", "Look into the knowledge index."),
        "orders": Named("cli.retail.orders:app", "Load, show and export the shop."),
        "eval": Named(
            "cli.evaluation.eval_group:app", "Measure the agent on conversations whose right outcome is known."
        ),
        "tickets": Named(
            "cli.desk.ticket_commands:app", "Work on the tickets that the agent handed over: take, reply, resolve."
        ),
        "threads": Named(
            "cli.thread_commands:app", "Show stored conversations and what they cost, and delete old ones."
        ),
        "export": Named(
            "cli.storage.privacy_commands:export", "Write down everything that is stored about a customer."
        ),
        "erase": Named("cli.storage.privacy_commands:erase", "Erase what is stored about a customer."),
        "backup": Named(
            "cli.storage.store_commands:backup",
            "Copy all stores into one file, as they are at one moment; servers may go on.",
        ),
        "restore": Named(
            "cli.storage.store_commands:restore", "Put the stores of a copy back; stop all servers before."
        ),
        "upgrade": Named(
            "cli.storage.store_commands:upgrade",
            "Bring the tables of all stores up to this program's version; a start does so by itself unless a "
            "setting forbids it.",
        ),
        "insight": Named(
            "cli.desk.insight_command:insight",
            "Print how the server's conversations ended, what they cost, and what no article answered.",
        ),
    }

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read a command line, also one in the words of an earlier version."""
        return super().parse_args(ctx, present_name(args))


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def support_agent(
    business: Annotated[str | None, typer.Option(help="Folder of the business, as in SUPPORT_BUSINESS.")] = None,
) -> None:
    """Run and look after an autonomous customer-support agent.

    Settings are SUPPORT_* variables or a .env file; `support-agent doctor` shows what they amount to.
    """


def main() -> None:
    """Run the command line; a failure we understand is one line and exit code 1."""
    arguments, business = _without_business(sys.argv[1:])
    if business:
        # Loaded here, so that the list of commands appears at once.
        from core.setting_sources import choose_business

        choose_business(business)
    if arguments and "--help" not in arguments:
        _write_logs()
    with errors_shown():
        app(arguments)


def _without_business(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """Take `--business FOLDER` out of a line; it may stand before or after the command."""
    left = list(arguments)
    for number, argument in enumerate(left):
        if argument == "--business" and number + 1 < len(left):
            return left[:number] + left[number + 2 :], left[number + 1]
        if argument.startswith("--business="):
            return left[:number] + left[number + 1 :], argument.partition("=")[2]
        if argument == "--":
            break
    return left, None


def _write_logs() -> None:
    """Write logs as the settings say; a setting that does not fit is told by the command that needs it."""
    # Loaded here, so that the list of commands appears at once.
    from core.errors import SettingsError
    from core.observability.logs import write_logs
    from core.settings import Settings

    try:
        settings = Settings.from_env()
    except SettingsError:
        write_logs("warning")
    else:
        write_logs(settings.log_level)


if __name__ == "__main__":
    main()
