"""Tell what httpx raises of a model's endpoint in the words of this project."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import ModelRejected, ModelUnavailable

PASSING = (429, 500, 502, 503, 504)
"""Statuses after which the same request may succeed later."""


@contextmanager
def http_errors(called: str, *, check: str) -> Iterator[None]:
    """Raise ModelUnavailable or ModelRejected for an endpoint that does not answer, or answers with an error.

    Args:
        called: What is asked, as in `the reranker 'bge'`.
        check: The settings that may be wrong.
    """
    import httpx  # whoever asks an endpoint has loaded it; others do not wait for it

    try:
        yield
    except httpx.HTTPStatusError as error:
        status, said = error.response.status_code, " ".join(error.response.text.split())[:150]
        kind = ModelUnavailable if status in PASSING else ModelRejected
        raise kind(f"{called} answered with status {status} ({said}); check {check}") from None
    except httpx.HTTPError as error:
        raise ModelUnavailable(
            f"{called} did not answer ({type(error).__name__}); check {check} and that it is running"
        ) from error
