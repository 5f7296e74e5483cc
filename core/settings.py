"""Define every setting and limit; where their values come from is in `setting_sources`."""

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator

from core.errors import InputError, SettingsError
from core.setting_sources import PREFIX, RETIRED, explained, refuse_moved, variables, with_files
from core.yaml_files import read_yaml

OXLO_BASE_URL = "https://api.oxlo.ai/v1"
OXLO_MODEL = "llama-3.3-70b"
SAMPLE_BUSINESS = Path(__file__).resolve().parent.parent / "examples" / "alder-finch"
"""Folder of the sample shop, the business that is opened where no other is named."""


class Limits(BaseModel, frozen=True, extra="forbid"):
    """Sizes, rates and times that are hardly ever changed; `SUPPORT_LIMITS` names those that differ."""

    timeout_seconds: float = Field(default=30, gt=0, le=600, description="Seconds that one request may take at most.")
    turn_seconds: float = Field(default=45, gt=0, le=600, description="Seconds a turn may spend on models at most.")
    context_tokens: int | None = Field(
        default=None,
        ge=2_000,
        le=1_000_000,
        description="Longest request to the model, in tokens; by default it follows the window that `doctor --probe` "
        "measured.",
    )
    max_output_tokens: int = Field(default=1024, ge=16, le=65536, description="Tokens of the model's longest reply.")
    passages_per_turn: int = Field(default=5, ge=1, le=50, description="Passages shown to the model in one turn.")
    max_tool_rounds: int = Field(default=5, ge=1, le=20, description="Rounds of tools in a turn before a person comes.")
    max_message_chars: int = Field(default=8_000, ge=100, le=100_000, description="Longest message that is accepted.")
    voice_max_seconds: int = Field(default=120, ge=1, le=3600, description="Seconds of the longest voice message.")
    voice_max_mb: int = Field(default=25, ge=1, le=200, description="Megabytes of the largest voice message.")
    burst_seconds: float = Field(default=0.3, ge=0, le=60, description="Wait for messages to be answered together.")
    messages_per_minute: int = Field(default=30, ge=1, description="Messages accepted from one customer in a minute.")
    visitors_per_minute: int = Field(default=30, ge=1, description="Visitors' tokens given to one address in a minute.")
    visitor_minutes: float = Field(default=60, gt=0, le=1440, description="Minutes that a visitor's token is valid.")
    max_waiting: int = Field(default=1000, ge=1, description="Messages of all customers that may wait at a time.")
    turns_at_once: int = Field(default=16, ge=1, le=1000, description="Turns one server process runs at a time.")
    attempt_seconds: float = Field(default=120, gt=0, le=3600, description="Longest attempt at a turn, in seconds.")
    turn_attempts: int = Field(default=3, ge=1, le=10, description="Attempts at a turn before a person gets it.")
    lease_seconds: float = Field(
        default=6,
        ge=0.3,
        le=600,
        description="After this time without a sign of life another process takes over a turn.",
    )
    reply_wait_seconds: float = Field(default=60, gt=0, le=600, description="How long a request waits for its reply.")
    shutdown_seconds: float = Field(default=20, gt=0, le=600, description="Time left to turns when the server stops.")
    max_body_kb: int = Field(default=2048, ge=1, le=102_400, description="Largest body of a request, in kilobytes.")
    body_seconds: float = Field(default=15, gt=0, le=600, description="Longest time for a request's body to arrive.")
    jwt_max_hours: float = Field(default=24, gt=0, le=8760, description="Hours that an accepted token may be valid.")

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, written: Any) -> Any:
        """Read `turns_at_once=8 burst_seconds=0`."""
        if not isinstance(written, str):
            return written
        pairs = [part.partition("=") for part in written.split()]
        if wrong := [name for name, equals, _ in pairs if not equals or name not in cls.model_fields]:
            raise ValueError(
                f"{wrong[0]!r} is no limit; write for example `turns_at_once=8 burst_seconds=0`, "
                f"the names are {', '.join(cls.model_fields)}"
            )
        return {name: value for name, _, value in pairs}


class Settings(BaseModel, frozen=True, extra="forbid"):
    """All settings; each field is the variable `SUPPORT_<NAME>`."""

    model: str = Field("offline", description="Chat model name at the endpoint, or `offline` for the embedded one.")
    base_url: str | None = Field(None, description="OpenAI-compatible endpoint, for example https://api.oxlo.ai/v1.")
    api_key: SecretStr | None = Field(None, description="Key of the endpoint; OXLO_API_KEY alone selects Oxlo.ai.")
    turn_budget: str = Field(
        "requests=8 tool_calls=20",
        description="What one turn may spend: requests, tokens, tool_calls, cost; then a person takes over.",
    )
    daily_budget: str = Field(
        "requests=1000 tokens=5000000",
        description="What one conversation, and one customer in all of theirs, may spend in 24 hours.",
    )
    limits: Limits = Field(
        Limits(),
        description="Sizes, rates and times that differ from those shipped, as in `turns_at_once=8 burst_seconds=0`; "
        "core/settings.py lists them.",
    )
    fallback_base_url: str | None = Field(None, description="Second endpoint, asked when the first one fails.")
    fallback_model: str | None = Field(None, description="Chat model name at the second endpoint.")
    fallback_api_key: SecretStr | None = Field(None, description="Key of the second endpoint.")

    embedding_model: str = Field(
        "minilm",
        description="Embedding model: `minilm` (embedded), `multilingual-e5` (embedded, the extra `languages`), the "
        "path of a folder with the ONNX export of a sentence-transformers model, or a name at the endpoint.",
    )
    embedding_base_url: str | None = Field(None, description="Endpoint of that model, if not SUPPORT_BASE_URL.")
    embedding_api_key: SecretStr | None = Field(None, description="Key of that endpoint, if not SUPPORT_API_KEY.")

    rerank_model: str | None = Field(
        None,
        description="Model that ranks the passages found: a name at an endpoint with /rerank, or a folder "
        "with a cross-encoder "
        "(model.onnx, tokenizer.json); none keeps the ranking of the search.",
    )
    rerank_base_url: str | None = Field(None, description="Endpoint of the reranker, if not SUPPORT_BASE_URL.")
    rerank_api_key: SecretStr | None = Field(None, description="Key of that endpoint, if not SUPPORT_API_KEY.")

    transcription_model: str | None = Field(
        None,
        description="Model that hears voice messages: a name at the endpoint, or a folder with a CTranslate2 Whisper.",
    )
    transcription_base_url: str | None = Field(None, description="Endpoint of that model, if not SUPPORT_BASE_URL.")
    transcription_api_key: SecretStr | None = Field(None, description="Key of that endpoint, if not SUPPORT_API_KEY.")

    eval_model: str | None = Field(None, description="Model that plays customers and judges in evaluations.")
    eval_base_url: str | None = Field(None, description="Endpoint of that model, if not SUPPORT_BASE_URL.")
    eval_api_key: SecretStr | None = Field(None, description="Key of that endpoint, if not SUPPORT_API_KEY.")

    business: Path | None = Field(
        None,
        description="Folder of the business: business.yaml, articles/, connectors/, procedures/; the sample shop's if "
        "unset. The data of a business that is named here is kept in var/ under the name of its folder.",
    )
    connector_secrets: SecretStr | None = Field(
        None,
        description=(
            "Secrets of connectors by the name of their file, separated by commas: `shop=KEY, airline=ID:SECRET`."
        ),
    )
    data_dir: Path = Field(
        Path("var"),
        description="Folder of all that is kept: the databases that no URL names, the index, results of evaluations, "
        "drafts of articles, revoked-tokens, and what `doctor --probe` measured.",
    )
    database_url: str | None = Field(
        None,
        description="PostgreSQL database of all that is kept (postgresql://…); files in SUPPORT_DATA_DIR if unset.",
    )
    index_url: str | None = Field(
        None,
        description="PostgreSQL through which agents of several machines share the index; ingests publish to it, too.",
    )
    source_hosts: str = Field("", description="Hosts that web pages may be ingested from, separated by commas.")

    orders_url: str | None = Field(
        None,
        description="Shop database as an SQLAlchemy URL, or https:// root of the shop's own API, if not with the rest.",
    )
    desk_webhook_url: str | None = Field(None, description="Address that is told every change of a ticket.")
    desk_webhook_secret: SecretStr | None = Field(None, description="Key the webhook's requests are signed with.")
    judge_replies: bool = Field(False, description="Let the chat model judge claims without a number, too.")
    prices_file: Path | None = Field(None, description="YAML of model prices, in the form of core/models/prices.yaml.")
    retention_days: int | None = Field(
        None,
        ge=1,
        description="Conversations nobody wrote in for so many days are deleted, and with them old messages, the "
        "texts of closed tickets "
        "and persons in the audit trail: at the start, by a server every six hours, and by `threads prune`; "
        "none keeps all.",
    )
    code_sender: SecretStr | None = Field(
        None,
        description="What brings one-time codes to customers of an open chat: `console`, "
        "smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS, smtps://…, or an https:// address "
        "of the business; without it they have to sign in.",
    )
    code_webhook_secret: SecretStr | None = Field(None, description="Key that posted one-time codes are signed with.")

    upgrade_databases: bool = Field(
        True,
        description="Bring older databases up to date when they are opened; `support-agent upgrade` does it otherwise.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1, ::1",
        description="Addresses or networks of the proxies whose X-Forwarded-For says who is asking, separated by "
        "commas.",
    )
    jwt_secret: SecretStr | None = Field(None, description="Secret of HS256 tokens, at least 32 bytes.")
    jwt_keys: str | None = Field(None, description="Key set (JWKS) of RS256 tokens: an address or a file.")
    jwt_issuer: str | None = Field(None, description="Issuer (iss) that tokens must name.")
    jwt_audience: str | None = Field(None, description="Audience (aud) that tokens must name.")
    staff_login_issuer: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description=(
            "OpenID Connect provider that staff signs in with, for example https://id.example.com; none leaves "
            "tokens alone."
        ),
    )
    staff_login_client_id: str | None = Field(None, description="Name of this server at that provider.")
    staff_login_client_secret: SecretStr | None = Field(None, description="Its secret there.")
    staff_login_role_claim: str = Field("groups", description="Claim of the ID token that says what somebody may do.")
    staff_login_roles: str = Field(
        "operator=operator, lead=lead, admin=admin",
        description=(
            "Which values of that claim stand for which role: VALUE=operator, VALUE=lead or VALUE=admin, separated "
            "by commas."
        ),
    )
    embed_origins: str = Field(
        "",
        pattern=r"^\s*(https?://[A-Za-z0-9.:\[\]-]+(\s*,\s*https?://[A-Za-z0-9.:\[\]-]+)*)?\s*$",
        description="Origins of pages that may embed the chat, separated by commas, such as https://www.example.com.",
    )
    open_chat: bool = Field(True, description="Give visitors nobody knows short-lived tokens.")

    customer_memory: bool = Field(False, description="Let preferences and past tickets follow into new conversations.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning",
        description="Least severe log line that is kept; `serve` keeps info lines, one a node, unless this is set.",
    )
    telemetry_url: str | None = Field(
        None, description="OTLP/HTTP collector that gets OpenTelemetry traces and metrics, e.g. http://127.0.0.1:4318."
    )
    langsmith_tracing: bool = Field(
        False,
        description="Send redacted traces to LangSmith, with its own LANGSMITH_API_KEY, _ENDPOINT and _PROJECT; "
        "LANGSMITH_TRACING alone sends nothing.",
    )

    @property
    def business_folder(self) -> Path:
        """Return the folder of the business that is open: the sample shop's where none is named."""
        return self.business or SAMPLE_BUSINESS

    @model_validator(mode="after")
    def _endpoint_is_whole(self) -> "Settings":
        if self.model != "offline" and not self.base_url:
            raise ValueError(
                f"SUPPORT_MODEL is {self.model!r} but no endpoint is set; set SUPPORT_BASE_URL (or OXLO_API_KEY for "
                "Oxlo.ai), or set SUPPORT_MODEL=offline"
            )
        if self.model == "offline" and self.base_url and "model" not in self.model_fields_set:
            raise ValueError(
                f"SUPPORT_BASE_URL is {self.base_url!r} but no model is named; set SUPPORT_MODEL to one the "
                f"endpoint offers"
            )
        if self.database_url and not self.database_url.startswith(("postgresql:", "postgres:")):
            raise ValueError("SUPPORT_DATABASE_URL is no PostgreSQL database; wanted postgresql://…, or leave it out")
        heard = self.transcription_model
        if heard and not (self.transcription_base_url or self.base_url or Path(heard).is_dir()):
            raise ValueError(
                f"SUPPORT_TRANSCRIPTION_MODEL is {heard!r}, which is no folder, and no endpoint is set; set "
                "SUPPORT_TRANSCRIPTION_BASE_URL or SUPPORT_BASE_URL, or name the folder of a CTranslate2 Whisper model"
            )
        if self.rerank_model and not (self.rerank_base_url or self.base_url or Path(self.rerank_model).is_dir()):
            raise ValueError(
                f"SUPPORT_RERANK_MODEL is {self.rerank_model!r}, which is no folder, and no endpoint is set; set "
                "SUPPORT_RERANK_BASE_URL or SUPPORT_BASE_URL, or name the folder of a cross-encoder"
            )
        if self.desk_webhook_url and not self.desk_webhook_secret:
            raise ValueError(
                "SUPPORT_DESK_WEBHOOK_URL is set but SUPPORT_DESK_WEBHOOK_SECRET is not; set a secret that the "
                "receiver knows, its requests are signed with it"
            )
        if self.api_key and not self.base_url:
            raise ValueError("SUPPORT_API_KEY is set but SUPPORT_BASE_URL is not; name the endpoint the key belongs to")
        if bool(self.fallback_base_url) != bool(self.fallback_model):
            raise ValueError(
                "SUPPORT_FALLBACK_BASE_URL and SUPPORT_FALLBACK_MODEL belong together; set both or neither"
            )
        if not self.embeds_here and not (self.embedding_base_url or self.base_url):
            raise ValueError(
                f"SUPPORT_EMBEDDING_MODEL is {self.embedding_model!r} but no endpoint is set; set "
                f"SUPPORT_EMBEDDING_BASE_URL or "
                "SUPPORT_BASE_URL, or use `minilm`, `multilingual-e5` or the path of a folder with an ONNX export"
            )
        return self

    @property
    def secrets(self) -> dict[str, str]:
        """Return the secrets of connectors by the name of their file."""
        listed = self.connector_secrets.get_secret_value() if self.connector_secrets else ""
        pairs = (part.partition("=") for part in listed.split(",") if "=" in part)
        return {name.strip(): secret.strip() for name, _, secret in pairs}

    def store_url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a store: the database of all, or a file of this name in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / name}.db"

    @property
    def shop_url(self) -> str:
        """Return the database or the API of the shop's records."""
        return self.orders_url or self.store_url("shop")

    @property
    def desk_url(self) -> str:
        """Return the database of tickets and the action ledger."""
        return self.store_url("desk")

    @property
    def memory_url(self) -> str:
        """Return the database of conversations."""
        return self.store_url("memory")

    @property
    def inbox_url(self) -> str:
        """Return the database of the server's messages."""
        return self.store_url("inbox")

    @property
    def index_dir(self) -> Path:
        """Return the folder of the published knowledge index."""
        return self.data_dir / "index"

    @property
    def jwt_secret_file(self) -> Path:
        """Return where a secret is made and kept when neither a secret nor keys are set."""
        return self.data_dir / "jwt.secret"

    @property
    def jwt_revoked_file(self) -> Path:
        """Return the file with the id (jti) of a revoked token on each line."""
        return self.data_dir / "revoked-tokens"

    @property
    def embeds_here(self) -> bool:
        """Say whether texts are embedded in this process, and by no endpoint."""
        return self.embedding_model in ("minilm", "multilingual-e5") or self.embedding_folder is not None

    @property
    def embedding_folder(self) -> Path | None:
        """Return the folder of an embedding model of one's own, or None where the name is no path."""
        return Path(self.embedding_model) if self.embedding_model.startswith(("/", "./", "../", "~")) else None

    @property
    def endpoint_file(self) -> Path:
        """Return where `doctor --probe` keeps what endpoints can do."""
        return self.data_dir / "endpoints.json"

    @property
    def evals_dir(self) -> Path:
        """Return where results of evaluations are kept, for their trend."""
        return self.data_dir / "evals"

    @property
    def proposals_dir(self) -> Path:
        """Return where drafts of articles that operators propose are written."""
        return self.business / "proposed" if self.business else self.data_dir / "proposed"

    @property
    def replies_dir(self) -> Path:
        """Return the folder of prepared replies for operators, a Markdown file each."""
        return self.business_folder / "replies"

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, listed: str) -> str:
        for part in filter(None, (part.strip() for part in listed.split(","))):
            try:
                ip_network(part)
            except ValueError:
                raise ValueError(f"{part!r} is neither an address nor a network such as 10.0.0.0/8") from None
        return listed

    @classmethod
    def from_env(
        cls,
        environ: Mapping[str, str] | None = None,
        env_file: Path | None = Path(".env"),
        business: Path | str | None = None,
    ) -> "Settings":
        """Read settings from a mapping (the process environment by default) over those of a `.env` file.

        `business` names the folder of a business instead of SUPPORT_BUSINESS.

        Raises:
            SettingsError: a variable is unknown, or its value does not fit.
        """
        values = variables(environ, env_file)
        ours = {k.removeprefix(PREFIX).lower(): v for k, v in values.items() if k.startswith(PREFIX) and v != ""}
        refuse_moved(ours, SAMPLE_BUSINESS)
        ours = with_files({name: value for name, value in ours.items() if name not in RETIRED}, cls.model_fields)
        if older := [f"{name}={value}" for name, value in ours.items() if name in Limits.model_fields]:
            ours = {name: value for name, value in ours.items() if name not in Limits.model_fields}
            ours["limits"] = " ".join([*older, ours.get("limits", "")])
        if (key := values.get("OXLO_API_KEY")) and "base_url" not in ours and ours.get("model") != "offline":
            ours = {"base_url": OXLO_BASE_URL, "api_key": key, "model": OXLO_MODEL} | ours
        if business is not None:
            ours["business"] = str(business)
        if folder := ours.get("business"):
            ours = _of_business(Path(folder)) | ours
        try:
            return cls.model_validate(ours)
        except ValidationError as error:
            raise SettingsError(explained(error, len(cls.model_fields))) from None


def _of_business(folder: Path) -> dict[str, str]:
    """Return where the data of a business is kept; raises SettingsError where its file cannot be read."""
    try:
        read_yaml(folder, "business.yaml")
    except InputError as error:
        raise SettingsError(f"SUPPORT_BUSINESS is {str(folder)!r}: {error}") from None
    return {"data_dir": f"var/{folder.resolve().name}"}


def retired_settings(environ: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> list[str]:
    """Return a line for each setting of an earlier version that is still set: its name, and what to do."""
    names = [name for name in sorted(variables(environ, env_file)) if name.startswith(PREFIX)]
    lines = []
    for name in names:
        setting = name.removeprefix(PREFIX).lower()
        if setting in Limits.model_fields:
            lines.append(f'{name} is an older name; write it as SUPPORT_LIMITS="{setting}=…"')
        elif what := RETIRED.get(setting):
            lines.append(f"{name} counts for nothing any more: {what}")
    return lines
