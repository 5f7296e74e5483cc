"""Offer the `graph` that `langgraph.json` names; its server brings the memory."""

from core.observability.gc_tuning import freeze_lasting_objects
from core.observability.logs import keep_logs_clean
from core.observability.tracing import set_up_tracing
from core.settings import Settings
from graph.assembly import assemble
from graph.builder import build_graph

SETTINGS = Settings.from_env()
keep_logs_clean()
set_up_tracing(SETTINGS.langsmith_tracing)
graph = build_graph(assemble(SETTINGS))
freeze_lasting_objects()
