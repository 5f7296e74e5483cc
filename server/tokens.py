"""Verify and issue the JSON Web Tokens that say who is asking."""

import asyncio
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
from jwt import PyJWKClient, PyJWKSet
from jwt.exceptions import PyJWKClientConnectionError, PyJWTError

from core.errors import BackendUnavailable, SettingsError, TokenRejected
from core.settings import Settings
from server.records import Identity, Role

LEEWAY_SECONDS = 10
SHORTEST_SECRET = 32
"""Bytes; a shorter HS256 key can be guessed (RFC 7518, section 3.2)."""
Algorithm = Literal["HS256", "RS256"]


class Tokens:
    """Accept HS256 tokens of a shared secret, RS256 tokens of a key set, or both; and nothing else."""

    def __init__(
        self,
        *,
        secret: str | None = None,
        key_set: str | None = None,
        issuer: str | None = None,
        audience: str | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        if secret is not None and len(secret.encode()) < SHORTEST_SECRET:
            raise SettingsError(
                f"SUPPORT_JWT_SECRET has {len(secret.encode())} bytes, at least {SHORTEST_SECRET} are needed; "
                'make one with python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        self._secret = secret
        self._keys = None if key_set is None else _key_finder(key_set)
        self._issuer = issuer
        self._audience = audience
        self._now = now

    @property
    def can_issue(self) -> bool:
        """Say whether there is a secret to sign with."""
        return self._secret is not None

    async def verify(self, token: str) -> Identity:
        """Return who the token says is asking.

        Raises:
            TokenRejected: it is forged, expired, unsigned, or lacks what is needed.
            BackendUnavailable: the key set cannot be fetched.
        """
        try:
            algorithm = jwt.get_unverified_header(token).get("alg")
            claims = jwt.decode(
                token,
                await self._key(token, algorithm),
                algorithms=[str(algorithm)],  # exactly one, of a kind whose key we hold: `_key` refuses all others
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub"], "verify_aud": self._audience is not None},
            )
        except PyJWKClientConnectionError as error:
            raise BackendUnavailable("the key set of the sign-in service cannot be fetched; try again later") from error
        except (PyJWTError, ValueError) as error:
            raise TokenRejected(f"the token is not valid ({error}); sign in again") from error
        return _identity(claims)

    def issue(self, subject: str, *, role: Role = "customer", minutes: float = 60, anonymous: bool = False) -> str:
        """Return a signed token; raises SettingsError without a secret."""
        if self._secret is None:
            raise SettingsError("tokens come from the service behind SUPPORT_JWT_KEYS; set SUPPORT_JWT_SECRET to issue")
        now = int(self._now())
        claims: dict[str, Any] = {"sub": subject, "role": role, "iat": now, "exp": now + int(minutes * 60)}
        claims |= {"iss": self._issuer} if self._issuer else {}
        claims |= {"aud": self._audience} if self._audience else {}
        claims |= {"anonymous": True} if anonymous else {}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def issue_anonymous(self, *, minutes: float, visitor: str | None = None) -> str:
        """Return a token for a visitor nobody knows: a new one, or the one of this id."""
        return self.issue(visitor or f"visitor-{uuid4().hex}", minutes=minutes, anonymous=True)

    async def _key(self, token: str, algorithm: object) -> Any:
        if algorithm == "HS256" and self._secret is not None:
            return self._secret
        if algorithm == "RS256" and self._keys is not None:
            return await asyncio.to_thread(self._keys, token)
        raise TokenRejected(f"tokens signed with {str(algorithm)[:20]!r} are not accepted; sign in again")


def tokens_of(settings: Settings) -> Tokens:
    """Return the tokens that settings ask for; without any, those of a secret made on first use and kept in a file."""
    secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else None
    if secret is None and settings.jwt_keys is None:
        secret = _kept_secret(settings.jwt_secret_file)
    return Tokens(secret=secret, key_set=settings.jwt_keys, issuer=settings.jwt_issuer, audience=settings.jwt_audience)


def _kept_secret(file: Path) -> str:
    """Read the secret that processes of one machine share, or make it, readable for this user alone."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            draft = file.with_name(f"{file.name}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
            with suppress(FileExistsError):  # another process was first: its secret counts
                file.hardlink_to(draft)
            draft.unlink()
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(f"the secret {file} cannot be kept ({error}); set SUPPORT_JWT_SECRET instead") from error


def _key_finder(key_set: str) -> Callable[[str], Any]:
    """Return what finds the key of a token in a key set (RFC 7517) at an address or in a file."""
    if urlsplit(key_set).scheme in ("http", "https"):
        client = PyJWKClient(key_set, lifespan=300, timeout=5)
        return lambda token: client.get_signing_key_from_jwt(token).key
    try:
        keys = {key.key_id: key.key for key in PyJWKSet.from_json(Path(key_set).read_text(encoding="utf-8")).keys}
    except (OSError, ValueError, PyJWTError) as error:
        raise SettingsError(f"SUPPORT_JWT_KEYS names {key_set}, which is no key set ({error}); correct it") from error

    def find(token: str) -> Any:
        key_id = jwt.get_unverified_header(token).get("kid")
        if key_id not in keys:
            raise TokenRejected("the token is signed with an unknown key; sign in again")
        return keys[key_id]

    return find


def _identity(claims: dict[str, Any]) -> Identity:
    subject, role = claims["sub"], claims.get("role", "customer")
    if not isinstance(subject, str) or not subject.strip() or len(subject) > 255 or not subject.isprintable():
        raise TokenRejected("the token's subject is no customer or operator id; sign in again")
    if role not in ("customer", "operator"):
        raise TokenRejected(f"the token's role is {str(role)[:20]!r}, known are customer and operator; sign in again")
    return Identity(subject=subject, role=role, anonymous=bool(claims.get("anonymous", False)))
