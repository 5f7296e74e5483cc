"""Find the keys that a sign-in service signs its tokens with, also while that service is down."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError

from core.errors import BackendUnavailable, SettingsError, TokenRejected
from core.json_records import parsed_json
from core.safety.bounded_answers import bounded_answer

log = logging.getLogger(__name__)

FRESH_SECONDS = 300
"""Older keys are fetched again, aside."""
STALE_SECONDS = 86_400
"""Keys that could not be fetched again for so long serve no more: one of them may have been withdrawn."""
RETRY_SECONDS = 10
FETCH_SECONDS = 5
MOST_BYTES = 1_000_000


class FileKeys:
    """The keys of a key set (RFC 7517) in a file."""

    def __init__(self, file: Path) -> None:
        """Read the file; raises SettingsError when it is no key set."""
        try:
            found = signing_keys(parsed_json(file.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise SettingsError(f"SUPPORT_JWT_KEYS names {file}, which is no key set ({error}); correct it") from error
        self._keys = {key.key_id: key.key for key in found}

    async def find(self, token: str) -> Any:
        """Return the key a token names; raises TokenRejected for an unknown one."""
        return _named(self._keys, token)


class RemoteKeys:
    """The keys behind an address; those seen before go on serving while new ones cannot be fetched."""

    def __init__(self, fetch: Callable[[], Mapping[str, Any]], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take what fetches the keys by id, in a thread, and a clock in seconds that is never set back."""
        self._fetch, self._clock = fetch, clock
        self._keys: Mapping[str, Any] = {}
        self._fetched = self._tried = -float("inf")
        self._pool = ThreadPoolExecutor(1, "sign-in-keys")
        self._loading: Future[None] | None = None

    async def find(self, token: str) -> Any:
        """Return the key a token names.

        Raises:
            TokenRejected: the service has no key of that name.
            BackendUnavailable: the key is not known, and the service does not answer.
        """
        age = self._clock() - self._fetched
        if age < STALE_SECONDS and jwt.get_unverified_header(token).get("kid") in self._keys:
            if age > FRESH_SECONDS:
                self._load()
            return _named(self._keys, token)
        loading = self._load()
        if loading is not None:
            await asyncio.shield(asyncio.wrap_future(loading))
        if self._fetched < self._tried:
            raise BackendUnavailable("the key set of the sign-in service cannot be fetched; try again later")
        return _named(self._keys, token)

    def _load(self) -> "Future[None] | None":
        """Return the fetch that runs, beginning one unless it was tried just now."""
        if self._loading is not None and not self._loading.done():
            return self._loading
        if self._clock() - self._tried < RETRY_SECONDS:
            return None
        self._loading = self._pool.submit(self._load_now)
        return self._loading

    def _load_now(self) -> None:
        began = self._clock()
        try:
            self._keys = self._fetch()
            self._fetched = began
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("the key set of the sign-in service cannot be fetched: %s", error)
        finally:
            self._tried = began


def open_keys(
    key_set: str, *, transport: httpx.AsyncBaseTransport | None = None, seconds: float = FETCH_SECONDS
) -> FileKeys | RemoteKeys:
    """Return the keys at an address or in a file.

    Args:
        key_set: An http or https address, or a path.
        transport: What carries the requests instead of the network in tests.
        seconds: How long a key set may take as a whole.

    Raises:
        SettingsError: the file is no key set.
    """
    if urlsplit(key_set).scheme not in ("http", "https"):
        return FileKeys(Path(key_set))
    return RemoteKeys(lambda: asyncio.run(_fetched(key_set, transport, seconds)))


def signing_keys(document: Any) -> list[PyJWK]:
    """Return the keys of a key set (RFC 7517) that sign; raises ValueError for anything else."""
    try:
        keys = PyJWKSet.from_dict({**document}).keys
    except (PyJWTError, TypeError, AttributeError) as error:  # the library takes a key set as it comes
        raise ValueError(f"it is no set of keys: {error or type(error).__name__}") from error
    return [key for key in keys if key.public_key_use in (None, "sig")]


async def _fetched(address: str, transport: httpx.AsyncBaseTransport | None, seconds: float) -> Mapping[str, Any]:
    """Return the keys at an address by id; raises httpx.HTTPError or ValueError."""
    async with httpx.AsyncClient(timeout=seconds, transport=transport) as client:
        request = client.build_request("GET", address)
        answer = await bounded_answer(client, request, most=MOST_BYTES, seconds=seconds)
    return {str(key.key_id): key.key for key in signing_keys(parsed_json(answer.raise_for_status().content))}


def _named(keys: Mapping[Any, Any], token: str) -> Any:
    key_id = jwt.get_unverified_header(token).get("kid")
    if key_id not in keys:
        raise TokenRejected("the token is signed with an unknown key; sign in again")
    return keys[key_id]
