"""Verify and issue the JSON Web Tokens that say who is asking."""

import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from jwt.exceptions import PyJWTError

from core.errors import BackendUnavailable, SettingsError, TokenRejected
from core.settings import Settings
from server.records import ROLES, Identity, Role
from server.token_keys import FileKeys, RemoteKeys, open_keys

LEEWAY_SECONDS = 10
SHORTEST_SECRET = 32
"""Bytes; a shorter HS256 key can be guessed (RFC 7518, section 3.2)."""
STATE_AUDIENCE = "support-staff-login"
"""Marks what is kept while somebody signs in: it lacks a subject, so that it is no token."""


class RevokedTokens:
    """The ids of tokens that count no more, kept in a file that is read again when it changes."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._seen: tuple[int, int] | None = None
        self._ids: frozenset[str] = frozenset()

    def ids(self) -> frozenset[str]:
        """Return the ids; raises BackendUnavailable when there is a file that cannot be read."""
        if self._file is None:
            return self._ids
        try:
            stat = self._file.stat()
            if (seen := (stat.st_mtime_ns, stat.st_size)) != self._seen:
                lines = self._file.read_text(encoding="utf-8").splitlines()
                self._ids, self._seen = frozenset(line.strip() for line in lines), seen
        except FileNotFoundError:
            self._ids, self._seen = frozenset(), None
        except (OSError, ValueError) as error:
            raise BackendUnavailable(
                f"the list of revoked tokens {self._file} cannot be read ({error}); correct it"
            ) from error
        return self._ids


class Tokens:
    """Accept HS256 tokens of a shared secret, RS256 tokens of a key set, or both; and nothing else."""

    def __init__(
        self,
        *,
        secret: str | None = None,
        keys: FileKeys | RemoteKeys | None = None,
        issuer: str | None = None,
        audience: str | None = None,
        max_hours: float = 24,
        revoked: Path | None = None,
    ) -> None:
        """Take what tokens have to be signed with and to name.

        Args:
            secret: Secret of HS256 tokens.
            keys: Keys of RS256 tokens.
            issuer: What `iss` has to be, or None for anything.
            audience: What `aud` has to name, or None for anything.
            max_hours: Longest life of a token, from its issue to its end.
            revoked: File with the id (`jti`) of a revoked token on each line; a missing one revokes none.
        """
        if secret is not None and len(secret.encode()) < SHORTEST_SECRET:
            raise SettingsError(
                f"SUPPORT_JWT_SECRET has {len(secret.encode())} bytes, at least {SHORTEST_SECRET} are needed; "
                'make one with python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        self._secret = secret
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._max_hours = max_hours
        self._revoked = RevokedTokens(revoked)

    @property
    def can_issue(self) -> bool:
        """Say whether there is a secret to sign with."""
        return self._secret is not None

    async def verify(self, token: str) -> Identity:
        """Return who the token says is asking.

        Raises:
            TokenRejected: it is forged, expired, revoked, unsigned, lives too long, or lacks what is needed.
            BackendUnavailable: the key set cannot be fetched, or the list of revoked tokens cannot be read.
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
        except (PyJWTError, ValueError) as error:
            raise TokenRejected(f"the token is not valid ({error}); sign in again") from error
        now = time.time()
        if float(claims["exp"]) - min(now, float(claims.get("iat", now))) > self._max_hours * 3600 + LEEWAY_SECONDS:
            raise TokenRejected(f"the token is valid for more than {self._max_hours:g} hours; sign in again")
        who = _identity(claims)
        self.check_revoked(who)
        return who

    def check_revoked(self, who: Identity) -> None:
        """Raise TokenRejected when the token was revoked by now, BackendUnavailable where that cannot be told."""
        if who.token_id and who.token_id in self._revoked.ids():
            raise TokenRejected("the token was revoked; sign in again")

    def issue(self, subject: str, *, role: Role = "customer", minutes: float = 60, anonymous: bool = False) -> str:
        """Return a signed token; raises SettingsError without a secret, or for more time than a token may live."""
        if self._secret is None:
            raise SettingsError("tokens come from the service behind SUPPORT_JWT_KEYS; set SUPPORT_JWT_SECRET to issue")
        if minutes > self._max_hours * 60:
            raise SettingsError(
                f"a token for {minutes:g} minutes would be refused; SUPPORT_JWT_MAX_HOURS is {self._max_hours:g}"
            )
        now = int(time.time())
        claims: dict[str, Any] = {"sub": subject, "role": role, "iat": now, "exp": now + int(minutes * 60)}
        claims |= {"jti": uuid4().hex}
        claims |= {"iss": self._issuer} if self._issuer else {}
        claims |= {"aud": self._audience} if self._audience else {}
        claims |= {"anonymous": True} if anonymous else {}
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def sign_state(self, state: Mapping[str, Any]) -> str:
        """Return what a browser keeps while somebody signs in elsewhere; raises SettingsError without a secret."""
        if self._secret is None:
            raise SettingsError("signing in with a provider needs SUPPORT_JWT_SECRET; set it")
        return jwt.encode({**state, "aud": STATE_AUDIENCE}, self._secret, algorithm="HS256")

    def read_state(self, kept: str) -> dict[str, Any]:
        """Return what `sign_state` signed; raises PyJWTError for anything else, and once it is over."""
        read: dict[str, Any] = jwt.decode(
            kept,
            self._secret or "",
            algorithms=["HS256"],
            audience=STATE_AUDIENCE,
            options={"require": ["exp", "state", "nonce", "verifier"]},
        )
        return read

    def issue_anonymous(self, *, minutes: float, visitor: str | None = None) -> str:
        """Return a token for a visitor nobody knows: a new one, or the one of this id."""
        return self.issue(visitor or f"visitor-{uuid4().hex}", minutes=minutes, anonymous=True)

    async def _key(self, token: str, algorithm: object) -> Any:
        if algorithm == "HS256" and self._secret is not None:
            return self._secret
        if algorithm == "RS256" and self._keys is not None:
            return await self._keys.find(token)
        raise TokenRejected(f"tokens signed with {str(algorithm)[:20]!r} are not accepted; sign in again")


def tokens_of(settings: Settings) -> Tokens:
    """Return the tokens that settings ask for; without any, those of a secret made on first use and kept in a file."""
    secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else None
    if secret is None and settings.jwt_keys is None:
        secret = _kept_secret(settings.jwt_secret_file)
    return Tokens(
        secret=secret,
        keys=open_keys(settings.jwt_keys) if settings.jwt_keys else None,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        max_hours=settings.limits.jwt_max_hours,
        revoked=settings.jwt_revoked_file,
    )


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
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the secret {file} cannot be kept or read ({error}); set SUPPORT_JWT_SECRET instead"
        ) from error


def _identity(claims: dict[str, Any]) -> Identity:
    subject, role = claims["sub"], claims.get("role", "customer")
    if not isinstance(subject, str) or not subject.strip() or len(subject) > 255 or not subject.isprintable():
        raise TokenRejected("the token's subject is no customer or operator id; sign in again")
    if role not in ROLES:
        raise TokenRejected(f"the token's role is {str(role)[:20]!r}, known are {', '.join(ROLES)}; sign in again")
    return Identity(
        subject=subject,
        role=role,
        anonymous=bool(claims.get("anonymous", False)),
        expires_at=float(claims["exp"]),
        token_id=str(claims.get("jti") or ""),
    )
