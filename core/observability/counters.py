"""Count what parts of the agent do, for Prometheus: one set of counters a process, shown at `/metrics`."""

from prometheus_client import CollectorRegistry, Counter

REGISTRY = CollectorRegistry()
TOOL_CALLS = Counter(
    "support_tool_calls",
    "Results of tool calls: success, or error with words for the model.",
    ["tool", "outcome"],
    registry=REGISTRY,
)
ACTIONS = Counter(
    "support_actions",
    "Attempts at actions that customers agreed to: done, refused, or unknown.",
    ["tool", "outcome"],
    registry=REGISTRY,
)
MODEL_FAILURES = Counter(
    "support_model_failures",
    "Requests to a model that failed: unavailable, or rejected.",
    ["model", "kind"],
    registry=REGISTRY,
)
WEBHOOKS_GIVEN_UP = Counter(
    "support_webhook_deliveries_given_up",
    "Events of tickets that the webhook's receiver never took.",
    registry=REGISTRY,
)
