"""Put the parts together: the one place where settings become objects."""

from collections.abc import Sequence

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool

from core.errors import ModelUnavailable
from core.models import chat_model, embedding_model, offline_chat_model
from core.settings import Settings
from graph.builder import Parts
from ingest.retrieval import HybridRetriever
from tools.registry import make_tools
from tools.sql_backend import SqlOrderBackend
from tools.sql_desk import SqlTicketDesk


def assemble(settings: Settings) -> Parts:
    """Return everything the graph needs; databases connect when they are first used.

    Raises:
        KnowledgeError: the index is missing, corrupt or of another embedding model.
    """
    retriever = HybridRetriever(settings.index_dir, embedding_model(settings), settings.embedding_model)
    orders, desk = SqlOrderBackend(settings.orders_url), SqlTicketDesk(settings.desk_url)
    tools = make_tools(orders, retriever)
    return Parts(
        model=bound_model(settings, tools),
        tools=tools,
        retriever=retriever,
        desk=desk,
        shop_name=settings.shop_name,
        passages_per_turn=settings.passages_per_turn,
        max_tool_rounds=settings.max_tool_rounds,
        max_message_chars=settings.max_message_chars,
        context_tokens=settings.context_tokens,
        databases=(orders, desk),
    )


def bound_model(settings: Settings, tools: Sequence[BaseTool]) -> Runnable[LanguageModelInput, AIMessage]:
    """Return the chat model with its tools, and the embedded model behind it for when its endpoint is down.

    Tools are bound before the fallback is added, because the combination offers no `bind_tools`. A request that the
    endpoint will never accept (a wrong key, an unknown model) is not hidden by the fallback.
    """
    primary = chat_model(settings).bind_tools(tools)
    if settings.model == "offline":
        return primary
    return primary.with_fallbacks([offline_chat_model().bind_tools(tools)], exceptions_to_handle=(ModelUnavailable,))
