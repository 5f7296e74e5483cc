"""Offer the graph that `langgraph.json` names, as the business's files are when a run begins."""

from core.observability.gc_tuning import freeze_lasting_objects
from core.observability.logs import keep_logs_clean
from core.observability.tracing import set_up_tracing
from core.settings import Settings
from graph.business_reload import NewestGraph

SETTINGS = Settings.from_env()
keep_logs_clean()
set_up_tracing(SETTINGS.langsmith_tracing)
graph = NewestGraph(SETTINGS).in_use
freeze_lasting_objects()
