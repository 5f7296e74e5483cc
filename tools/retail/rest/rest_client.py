"""Talk HTTP to a shop, and turn everything httpx raises into our errors."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx
from pydantic import ValidationError

from core.errors import BackendUnavailable, OutcomeUnknown, Refused
from core.json_records import parsed_json
from core.safety.bounded_answers import bounded_answer
from core.safety.untrusted_text import short_sentence
from tools.retail.shop_records import CHANGED_MEANWHILE
from tools.retail.shop_rows import Extra

Read = TypeVar("Read")
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Answer:
    """The JSON object of a response and its ETag."""

    content: Mapping[str, Any]
    tag: str
    url: str

    def rows(self, name: str) -> list[Any]:
        """Return the list under a name."""
        rows = self.content.get(name)
        if not isinstance(rows, list):
            raise BackendUnavailable(f"{self.url} answered without a list of {name}; wanted the shape of shop_api.yaml")
        return rows

    def read(self, reader: Callable[[Any, Extra], Read], row: Any = None) -> Read:
        """Return the answer, or one row of it, as a record, after a check against the agreed shape."""
        try:
            # A shop's API may tell more than we ask for; only what is agreed on is read.
            return reader(self.content if row is None else row, "ignore")
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise BackendUnavailable(
                f"{self.url} answered with a {reader.__name__.removeprefix('read_')} whose {field or 'row'} does "
                "not fit; wanted the shape of shop_api.yaml"
            ) from None


class ShopClient:
    """Send requests to one API, from any number of event loops."""

    def __init__(
        self, url: str, *, api_key: str | None, timeout_seconds: float, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self.url, self._timeout, self._transport = url.rstrip("/"), timeout_seconds, transport
        self._headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {api_key}"} if api_key else {})
        self._tls = ssl.create_default_context()
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = WeakKeyDictionary()

    async def close(self) -> None:
        """Close the connections of the running event loop."""
        if client := self._clients.pop(asyncio.get_running_loop(), None):
            await client.aclose()

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer | None:
        """Return what is there, or None where the API answers 404; raises BackendUnavailable otherwise."""
        try:
            response = await self._ask("GET", path, params=dict(query or {}))
        except httpx.HTTPError as error:
            raise self._silent(error) from error
        if response.status_code == 404:
            return None
        if response.status_code != 200:
            raise self._odd(response)
        try:
            return self._answer(response)
        except ValueError as error:
            raise BackendUnavailable(
                f"{self.url} did not answer with a JSON object; check SUPPORT_ORDERS_URL"
            ) from error

    async def send(self, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        """Ask for a change.

        Raises:
            Refused: the shop says no.
            OutcomeUnknown: the request went out and no clear answer came back.
            BackendUnavailable: the request did not go out, or was turned away before anything was done.
        """
        try:
            response = await self._ask(method, path, json=dict(body), headers=dict(headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise self._silent(error) from error
        except httpx.HTTPError as error:
            raise OutcomeUnknown(f"{self.url} was asked for a change and did not answer ({_cause(error)})") from error
        if response.status_code == 412:
            raise Refused(CHANGED_MEANWHILE)
        if response.status_code in (404, 409, 422):
            raise Refused(_reason(response))
        if response.status_code in (401, 403, 429) or response.is_redirect:
            raise self._odd(response)
        try:
            if response.status_code != 200:
                raise ValueError(f"status {response.status_code}")
            return self._answer(response)
        except ValueError as error:
            raise OutcomeUnknown(f"{self.url} was asked for a change and gave no clear answer ({error})") from error

    async def _ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        client = self._client()
        request = client.build_request(method, self.url + path, **how)
        return await bounded_answer(client, request, most=_MOST_BYTES, seconds=self._timeout)

    def _client(self) -> httpx.AsyncClient:
        """Return the client of the running loop; connections must not wander from one loop to another."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = httpx.AsyncClient(
                headers=self._headers,
                timeout=httpx.Timeout(self._timeout, connect=self._timeout / 2),  # to tell what was not asked
                transport=self._transport,
                verify=self._tls,
                trust_env=False,
            )
        return self._clients[loop]

    def _answer(self, response: httpx.Response) -> Answer:
        content = parsed_json(response.content)
        if not isinstance(content, dict):
            raise ValueError(f"a JSON {type(content).__name__} where an object was wanted")
        return Answer(content=content, tag=response.headers.get("ETag", ""), url=self.url)

    def _silent(self, error: httpx.HTTPError) -> BackendUnavailable:
        return BackendUnavailable(f"the shop at {self.url} does not answer ({_cause(error)}); check SUPPORT_ORDERS_URL")

    def _odd(self, response: httpx.Response) -> BackendUnavailable:
        hint = (
            "SUPPORT_CONNECTOR_SECRETS (shop=KEY)"
            if response.status_code in (401, 403)
            else "SUPPORT_ORDERS_URL, or try later"
        )
        return BackendUnavailable(f"the shop at {self.url} answered with status {response.status_code}; check {hint}")


def _cause(error: httpx.HTTPError) -> str:
    return str(error) or type(error).__name__


def _reason(response: httpx.Response) -> str:
    """Return the shop's own words for a no, where it gave some."""
    try:
        reason = short_sentence(parsed_json(response.content)["reason"])
    except (ValueError, KeyError, TypeError, AttributeError):
        reason = ""
    return reason or "The shop does not allow this."
