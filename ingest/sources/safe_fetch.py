"""Fetch a web page from an allow-listed host, and never from an address inside the network we run in."""

from collections.abc import Collection
from dataclasses import dataclass

import httpx

from core.errors import DocumentError
from core.safety.public_addresses import PrivateAddress, Resolver, pin, public_address, resolve

MAX_REDIRECTS = 5
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


@dataclass(frozen=True)
class Fetched:
    """What came from an address."""

    url: str
    """Address after redirects."""
    content_type: str
    content: bytes


class SafeFetcher:
    """Fetch pages over one pool of connections; close it after use."""

    def __init__(
        self,
        allowed_hosts: Collection[str],
        max_bytes: int,
        *,
        resolver: Resolver = resolve,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._allowed = {host.lower() for host in allowed_hosts}
        self._max_bytes = max_bytes
        self._resolve = resolver
        self._client = httpx.Client(transport=transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def fetch(self, url: str) -> Fetched:
        """Return what stands at an address, after at most five redirects that obey the same rules.

        Raises:
            DocumentError: the address, or one it leads to, is not allowed, does not answer, or holds too much.
        """
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._request(url)
            if isinstance(answer, Fetched):
                return answer
            url = answer
        raise DocumentError(f"redirects more than {MAX_REDIRECTS} times; name the page it ends at")

    def _request(self, url: str) -> Fetched | str:
        """Return the page, or the address it redirects to."""
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise DocumentError(f"{url[:200]!r} is no web address") from None
        address = self._checked_address(parsed)
        request = self._client.build_request("GET", parsed, headers={"User-Agent": "support-agent-ingest"})
        pin(request, address)
        try:
            response = self._client.send(request, stream=True)
            try:
                if response.has_redirect_location:
                    return str(parsed.join(response.headers["Location"]))
                if response.status_code != httpx.codes.OK:
                    raise DocumentError(f"answers with status {response.status_code}; check the address")
                return Fetched(url, response.headers.get("Content-Type", ""), self._body(response))
            finally:
                response.close()
        except httpx.HTTPError as error:
            raise DocumentError(f"does not answer ({type(error).__name__}); check the address and try again") from None

    def _checked_address(self, url: httpx.URL) -> str:
        if url.scheme not in ("http", "https") or url.userinfo:
            raise DocumentError(f"{url.scheme!r} addresses and those with a password are not fetched; use https://")
        if url.host.lower() not in self._allowed:
            raise DocumentError(f"leads to {url.host!r}, which SUPPORT_SOURCE_HOSTS does not list")
        try:
            return public_address(url, self._resolve)
        except OSError as error:
            raise DocumentError(f"{url.host!r} cannot be resolved ({error})") from None
        except PrivateAddress as error:
            raise DocumentError(f"leads to the private address {error}, which is never fetched") from None

    def _body(self, response: httpx.Response) -> bytes:
        """Read the body, unpacked, and stop where it grows too large."""
        parts, size = [], 0
        for part in response.iter_bytes(65_536):
            size += len(part)
            if size > self._max_bytes:
                raise DocumentError(f"unpacks to more than {self._max_bytes / 1e6:,.0f} MB; split it")
            parts.append(part)
        return b"".join(parts)
