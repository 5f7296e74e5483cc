"""Find the keys that a sign-in service signs its tokens with, also while that service is down."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt
from jwt import PyJWKClient, PyJWKSet
from jwt.exceptions import PyJWTError

from core.errors import BackendUnavailable, SettingsError, TokenRejected

log = logging.getLogger(__name__)

FRESH_SECONDS = 300
"""Older keys are fetched again, aside."""
STALE_SECONDS = 86_400
"""Keys that could not be fetched again for so long serve no more: one of them may have been withdrawn."""
RETRY_SECONDS = 10
FETCH_SECONDS = 5


class TokenKeys(Protocol):
    """The public keys of a sign-in service."""

    async def find(self, token: str) -> Any:
        """Return the key a token names; raises TokenRejected for an unknown one, BackendUnavailable where that cannot
        be told.
        """
        ...


class FileKeys:
    """The keys of a key set (RFC 7517) in a file."""

    def __init__(self, file: Path) -> None:
        """Read the file; raises SettingsError when it is no key set."""
        try:
            found = PyJWKSet.from_json(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, PyJWTError) as error:
            raise SettingsError(f"SUPPORT_JWT_KEYS names {file}, which is no key set ({error}); correct it") from error
        self._keys = {key.key_id: key.key for key in found.keys}

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
        except (OSError, ValueError, PyJWTError) as error:
            log.warning("the key set of the sign-in service cannot be fetched: %s", error)
        finally:
            self._tried = began


def open_keys(key_set: str) -> TokenKeys:
    """Return the keys at an address or in a file; raises SettingsError for a file that is no key set."""
    if urlsplit(key_set).scheme not in ("http", "https"):
        return FileKeys(Path(key_set))
    client = PyJWKClient(key_set, cache_jwk_set=False, timeout=FETCH_SECONDS)
    return RemoteKeys(lambda: {str(key.key_id): key.key for key in client.get_signing_keys()})


def _named(keys: Mapping[Any, Any], token: str) -> Any:
    key_id = jwt.get_unverified_header(token).get("kid")
    if key_id not in keys:
        raise TokenRejected("the token is signed with an unknown key; sign in again")
    return keys[key_id]
