"""Measure the agent: `support-agent eval`."""

import typer

from cli.evaluation import eval_data, eval_suite

app = typer.Typer(help="Measure the agent on conversations whose right outcome is known.", no_args_is_help=True)
app.command("run")(eval_suite.run)
app.command("report")(eval_suite.report)
app.command("retrieval")(eval_data.retrieval)
app.command("capture")(eval_data.capture)
