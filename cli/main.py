"""Put the commands of `support-agent` together, and print a failure as one line."""

import typer

from cli import (
    approvals,
    ask,
    chat,
    costs,
    doctor,
    evals,
    ingest,
    insight,
    knowledge,
    orders,
    serve,
    threads,
    tickets,
    triage,
)
from cli.output import errors_shown
from core.errors import SettingsError
from core.logs import write_logs
from core.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Run and look after an autonomous customer-support agent. Settings are SUPPORT_* variables or a .env file; "
    "`support-agent doctor` shows what they amount to.",
)
app.command("chat")(chat.chat)
app.command("ask")(ask.ask)
app.command("triage")(triage.triage)
app.command("ingest")(ingest.ingest)
app.command("doctor")(doctor.doctor)
app.add_typer(approvals.app, name="approvals")
app.command("serve")(serve.serve)
app.command("token")(serve.token)
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(orders.app, name="orders")
app.add_typer(evals.app, name="eval")
app.add_typer(tickets.app, name="tickets")
app.add_typer(threads.app, name="threads")
app.command("costs")(costs.costs)
app.command("insight")(insight.insight)


def main() -> None:
    """Run the command line; a failure we understand is one line and exit code 1."""
    _write_logs()
    with errors_shown():
        app()


def _write_logs() -> None:
    """Write logs as the settings say; a setting that does not fit is told by the command that needs it."""
    try:
        settings = Settings.from_env()
    except SettingsError:
        write_logs("warning", "auto")
    else:
        write_logs(settings.log_level, settings.log_format)


if __name__ == "__main__":
    main()
