"""Send OpenTelemetry spans and metrics to a collector; needs the extra `telemetry`."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from core.extras import need_extra
from core.privacy.redaction import Redactor

EXPORT_SECONDS = 3
"""Longest wait for the collector; a dead one must not hold the end of the process."""
METRICS_SECONDS = 15


class OpenTelemetry:
    """Export spans and figures over OTLP/HTTP; with other exporters in tests."""

    def __init__(self, *, spans: Any, metrics: Any) -> None:
        """Take a span processor and a metric reader of the OpenTelemetry SDK."""
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        about = Resource.create({"service.name": "support-agent"})
        self._traces = TracerProvider(resource=about, shutdown_on_exit=False)
        self._traces.add_span_processor(spans)
        self._meters = MeterProvider(resource=about, metric_readers=[metrics], shutdown_on_exit=False)
        self._redactor = Redactor()
        self._tracer = self._traces.get_tracer("support-agent")
        meter = self._meters.get_meter("support-agent")
        self._seconds = meter.create_histogram("support.node.seconds", "s", "Time a node took.")
        self._counts = {
            "requests": meter.create_counter("support.model.requests", "1", "Requests to the model."),
            "input_tokens": meter.create_counter("support.model.input_tokens", "1", "Tokens the model read."),
            "output_tokens": meter.create_counter("support.model.output_tokens", "1", "Tokens the model wrote."),
        }

    @contextmanager
    def span(self, node: str, told: Mapping[str, Any]) -> Iterator[None]:
        """Open a span for a node; what is told of it by its end goes into the span, redacted, and into the figures.

        An exception's text never gets into it.
        """
        from opentelemetry.trace import StatusCode

        with self._tracer.start_as_current_span(
            f"node {node}", record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            finally:
                span.set_attributes({f"support.{k}": v for k, v in self._redactor.values(told).items()})
                if "failed" in told:
                    span.set_status(StatusCode.ERROR)
                self._seconds.record(told["seconds"], {"node": node, "failed": "failed" in told})
                for name, count in self._counts.items():
                    if told[name]:
                        count.add(told[name], {"node": node})

    async def close(self) -> None:
        """Send what is left, then end."""
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        self._traces.shutdown()
        self._meters.shutdown(timeout_millis=EXPORT_SECONDS * 1000)


def open_telemetry(url: str) -> OpenTelemetry:
    """Return what exports to the collector at this address; raises SettingsError when the extra is not installed."""
    need_extra("telemetry", "SUPPORT_TELEMETRY_URL")
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    root = url.rstrip("/")
    return OpenTelemetry(
        spans=BatchSpanProcessor(OTLPSpanExporter(f"{root}/v1/traces", timeout=EXPORT_SECONDS)),
        metrics=PeriodicExportingMetricReader(
            OTLPMetricExporter(f"{root}/v1/metrics", timeout=EXPORT_SECONDS),
            export_interval_millis=METRICS_SECONDS * 1000,
            export_timeout_millis=EXPORT_SECONDS * 1000,
        ),
    )
