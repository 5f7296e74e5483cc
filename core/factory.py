"""Make the chat and embedding models that settings ask for; every model of a process comes from here."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from core.embeddings.minilm import embedded_minilm
from core.embeddings.multilingual_e5 import NAME, MultilingualE5
from core.embeddings.onnx_folder import onnx_folder
from core.embeddings.reranker import RERANK_SECONDS, CrossEncoder, EndpointReranker, Reranker
from core.errors import SettingsError
from core.language.detection import language_of
from core.models.adapted_model import AdaptedChatModel, Measured
from core.models.capabilities import Endpoint
from core.models.fallback import Candidate, ChainedChatModel
from core.offline.model import OfflineChatModel
from core.offline.planner import MakesPlanner, Planner
from core.settings import Settings
from core.speech.transcription import EndpointTranscriber, LocalWhisper, Transcriber

if TYPE_CHECKING:
    from core.models.endpoint import EndpointChatModel

TEMPERATURE = 0.0
MAX_RETRIES = 3
"""Repeats, in one turn, of requests that failed in passing."""
EMBEDDED_AT_ONCE = 32
"""Passages sent to the embedding model in one request."""
NO_KEY = SecretStr("none")
"""What is sent to an endpoint that asks for no key: the client insists on one."""


def chat_model(settings: Settings, *, streaming: bool = True, planner: MakesPlanner = Planner) -> BaseChatModel:
    """Return the configured chat model with what stands behind it, or the embedded offline one.

    An endpoint is followed by the second endpoint, if there is one, and last by the offline model, so that customers
    get an answer while endpoints are down. `streaming` asks endpoints that can for their answers piece by piece;
    `planner` is what the offline model reads and answers with.
    """
    if settings.model == "offline":
        return offline_chat_model(planner)
    links = [Candidate(f"{settings.model} at {settings.base_url}", adapted_model(settings, streaming))]
    if settings.fallback_model:
        second = settings.model_copy(
            update={
                "model": settings.fallback_model,
                "base_url": settings.fallback_base_url,
                "api_key": settings.fallback_api_key,
            }
        )
        links.append(Candidate(f"{second.model} at {second.base_url}", adapted_model(second, streaming)))
    links.append(Candidate("the offline model", offline_chat_model(planner), breaker=None))
    return ChainedChatModel(links=links)


def adapted_model(settings: Settings, streaming: bool = True) -> AdaptedChatModel:
    """Return the endpoint's model, asked as it can be asked: what a probe found out, or finds out once it is used."""
    key = (settings.api_key or NO_KEY).get_secret_value()
    endpoint = Endpoint(str(settings.base_url), settings.model, key, settings.limits.timeout_seconds)
    return AdaptedChatModel(
        model=endpoint_model(settings, streaming=streaming), endpoint=Measured(settings.endpoint_file, endpoint)
    )


def endpoint_model(settings: Settings, *, streaming: bool = True) -> "EndpointChatModel":
    """Return the chat model of the configured endpoint alone; it tries each request once."""
    # Here and below: the client of endpoints takes half a second to load, and who has none does not wait for it.
    from core.models.endpoint import EndpointChatModel, bounded_client

    return EndpointChatModel(
        model=settings.model,
        base_url=settings.base_url,
        api_key=settings.api_key or NO_KEY,
        temperature=TEMPERATURE,
        max_completion_tokens=settings.limits.max_output_tokens,
        timeout=settings.limits.timeout_seconds,
        stream_chunk_timeout=settings.limits.timeout_seconds,
        max_retries=0,  # the chain repeats requests, within what a turn may spend
        use_responses_api=False,  # otherwise some model names are sent to /responses, which few servers have
        disable_streaming=not streaming,
        stream_usage=True,  # otherwise streams of foreign endpoints carry no usage
        # A client of its own: the library's shared one keeps connections of event loops that are closed by now.
        http_async_client=bounded_client(settings.limits.timeout_seconds),
    )


@cache
def offline_chat_model(planner: MakesPlanner) -> BaseChatModel:
    """Return the embedded model that needs no endpoint; it keeps nothing of a conversation, so one serves all."""
    model: BaseChatModel = OfflineChatModel(embeddings=embedded_minilm(), planner=planner)
    return model


def transcriber(settings: Settings) -> Transcriber | None:
    """Return what hears voice messages: an endpoint, a model in a folder, or None where voice is not switched on.

    Raises:
        SettingsError: the model is a folder, but faster-whisper is not installed.
    """
    name = settings.transcription_model
    if name is None:
        return None
    if Path(name).is_dir():
        return LocalWhisper(Path(name))
    return EndpointTranscriber(
        name,
        str(settings.transcription_base_url or settings.base_url),
        settings.transcription_api_key or settings.api_key or NO_KEY,
        timeout=settings.limits.timeout_seconds,
        max_retries=MAX_RETRIES,
    )


def evaluation_model(settings: Settings) -> BaseChatModel:
    """Return the model that plays customers and judges conversations; raises SettingsError when none is configured."""
    base_url = settings.eval_base_url or settings.base_url
    if not settings.eval_model or not base_url:
        raise SettingsError(
            "no model to play customers or to judge is configured; set SUPPORT_EVAL_MODEL and SUPPORT_EVAL_BASE_URL"
        )
    from core.models.endpoint import EndpointChatModel

    return EndpointChatModel(
        model=settings.eval_model,
        base_url=base_url,
        api_key=settings.eval_api_key or settings.api_key or NO_KEY,
        temperature=TEMPERATURE,
        max_completion_tokens=settings.limits.max_output_tokens,
        timeout=settings.limits.timeout_seconds,
        max_retries=MAX_RETRIES,
        use_responses_api=False,
    )


@cache
def embedded_e5() -> MultilingualE5:
    """Return the one multilingual model of this process."""
    return MultilingualE5(language_of)


def embedding_model(
    settings: Settings, *, timeout_seconds: float | None = None, max_retries: int = MAX_RETRIES
) -> Embeddings:
    """Return the configured embedding model, or the embedded MiniLM; an endpoint has `timeout_seconds` a request."""
    if settings.embedding_model == "minilm":
        return embedded_minilm()
    if settings.embedding_model == NAME:
        return embedded_e5()
    if settings.embedding_folder:
        return onnx_folder(settings.embedding_folder)
    import httpx2

    from core.models.endpoint import EndpointEmbeddings

    seconds = timeout_seconds or settings.limits.timeout_seconds
    return EndpointEmbeddings(
        model=settings.embedding_model,
        base_url=settings.embedding_base_url or settings.base_url,
        api_key=settings.embedding_api_key or settings.api_key or NO_KEY,
        timeout=seconds,
        max_retries=max_retries,
        # Asked by itself where the library is not to repeat what failed.
        http_client=None if max_retries else httpx2.Client(timeout=seconds, follow_redirects=True),
        chunk_size=EMBEDDED_AT_ONCE,
        check_embedding_ctx_length=False,  # otherwise it fetches a tokenizer and sends token ids
    )


def reranker(settings: Settings, *, seconds: float = RERANK_SECONDS) -> Reranker | None:
    """Return what orders the passages found: an endpoint, a cross-encoder in a folder, or None where it is off.

    Raises:
        SettingsError: the folder holds no cross-encoder.
    """
    name = settings.rerank_model
    if name is None:
        return None
    if Path(name).is_dir():
        return CrossEncoder(Path(name))
    return EndpointReranker(
        name,
        str(settings.rerank_base_url or settings.base_url),
        settings.rerank_api_key or settings.api_key or NO_KEY,
        timeout=seconds,
    )
