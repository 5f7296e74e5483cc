"""Put the parts together: the one place where settings become objects."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache, partial

from core.clock import utc_now
from core.embeddings.minilm import embedded_minilm
from core.embeddings.query_cache import QueryEmbeddings
from core.factory import MAX_RETRIES, chat_model, embedding_model, endpoint_model, transcriber
from core.models.adapted_model import recall
from core.models.capabilities import Capabilities
from core.models.json_mode import JsonModel
from core.models.prices import load_prices
from core.models.request_limits import Breaker
from core.observability.telemetry import open_telemetry
from core.offline.planner import Planner
from core.passages import Retriever
from core.safety.safe_links import LinkRule
from core.settings import Settings
from core.storage.database import Database
from graph.builder import Parts
from graph.business_tools import business_tools, declared_accounts, declared_tools, open_procedures
from graph.context_window.prompts import context_budget
from graph.context_window.summary import ModelSummary, RuleSummary
from graph.handoff.ticket_writer import TicketWriter
from graph.handoff.triage_rules import RuleTriage
from graph.intake.attachments import VoiceInput
from graph.opened_stores import business_of, open_desk, open_ledger, orders_of, rules_of
from graph.procedures.prompt import follow_procedure
from graph.runtime.budgets import Budget, Budgets
from graph.verification.judge import ReplyJudge
from graph.verification.reply_language import ReplyLanguages
from ingest.index.opening_index import NoArticles, open_index
from tools.actions.workflow import ConfirmedActions, no_email
from tools.business.business_folder import Business
from tools.business.business_rules import BusinessRules
from tools.connectors.opening import Opened
from tools.desk.hours import DeskAvailability
from tools.desk.queues import Queue
from tools.identity.code_senders import open_sender
from tools.identity.verification import Accounts, IdentityDesk
from tools.registry import IDENTIFY, general_tools, identify
from tools.retail.known_customers import email_of, know
from tools.retail.offline.shop_planner import ShopPlanner
from tools.retail.policy import Policy
from tools.retail.shop_tools import make_tools
from tools.retail.sql.sql_backend import SqlOrderBackend
from tools.spending import SpendingLog
from tools.tool import Tool


def assemble(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    retriever: Retriever | None = None,
    connected: Opened | None = None,
) -> Parts:
    """Return everything the graph needs; databases connect when they are first used.

    `now` tells when it is for whatever a customer is told: the shop's windows and the desk's hours; a rehearsal fixes
    it. Articles and connectors that are open already are taken as they are.

    Raises:
        KnowledgeError: the index is missing, corrupt or of another embedding model.
    """
    if settings.embedding_model == "minilm":
        embedded_minilm().open_soon()  # the first search waits for it
    local = settings.embeds_here
    # A query that an endpoint does not embed soon is answered by keywords; customers do not wait for its recovery.
    embeddings = QueryEmbeddings(
        embedding_model(
            settings,
            timeout_seconds=min(settings.limits.timeout_seconds, settings.limits.turn_seconds / 9),
            max_retries=0,
        ),
        batches_at_once=1 if local else 8,
        breaker=None if local else Breaker(),
    )
    business = business_of(settings)
    now = (lambda: fixed) if (fixed := business.file.now) else now
    retriever = retriever or _retriever(settings, embeddings, business)
    orders = orders_of(settings, business) if business.shop else None
    desk = open_desk(settings, orders, business)
    rules = rules_of(business)
    noted = Database(settings.desk_url)  # a turn asks both at once
    ledger = open_ledger(settings, rules, noted)

    measured = _measured(settings)

    def today() -> date:
        return now().date()

    shop = business.shop
    made = (
        make_tools(orders, retriever, rules, today, shop.tracking_url)
        if orders and shop and isinstance(rules, Policy)
        else general_tools(retriever)
    )
    connected = connected or business_tools(settings, business, made, now)
    accounts = orders or declared_accounts(business, connected)
    identity = open_identity(settings, business, accounts, rules, now) if accounts else None
    tools = [*(tool for tool in made if identity or tool.name != IDENTIFY), *declared_tools(business, connected)]
    tools += [Tool(bound=identify, effect="control")] if identity and not orders else []
    procedures = open_procedures(settings, business, tools, now)
    if procedures:
        tools = procedures.guarded(tools)
        tools += [] if procedures.leads else [Tool(bound=follow_procedure, effect="control")]
    planner = ShopPlanner if orders else Planner
    spending = SpendingLog(noted)
    telemetry = open_telemetry(settings.telemetry_url) if settings.telemetry_url else None
    return Parts(
        model=chat_model(settings, planner=planner).bind_tools([tool.bound for tool in tools]),
        tools=tools,
        retriever=retriever,
        desk=desk,
        actions=ConfirmedActions(
            ledger=ledger, tools=tools, email_of=partial(email_of, orders) if orders else no_email
        ),
        identity=identity,
        writer=TicketWriter(
            rule_triage(business),
            json_model(settings),
            business_name=business.file.name,
            seconds=settings.limits.timeout_seconds,
        ),
        availability=DeskAvailability(
            business.file.desk_hours,
            reply_within=timedelta(minutes=business.file.limits.reply_minutes),
            staffed=business.file.staffed,
            now=now,
        ),
        summariser=RuleSummary() if settings.model == "offline" else ModelSummary(chat_model(settings)),
        voice_input=VoiceInput(
            transcriber=transcriber(settings),
            max_seconds=settings.limits.voice_max_seconds,
            max_bytes=settings.limits.voice_max_mb * 1_000_000,
        ),
        business=business,
        business_name=business.file.name,
        instructions=business.instructions,
        phrases=business.phrases,
        topics=business.file.handoff,
        people_only=rules.people_only,
        locales=business.file.languages,
        links=LinkRule.of(business.file.link_hosts),
        procedures=procedures,
        passages_per_turn=settings.limits.passages_per_turn,
        max_tool_rounds=settings.limits.max_tool_rounds,
        max_message_chars=settings.limits.max_message_chars,
        context_tokens=settings.limits.context_tokens
        or context_budget(measured.context_tokens if measured else None, settings.limits.max_output_tokens),
        sees=bool(measured and measured.vision),
        budgets=budgets(settings, spending),
        turn_seconds=settings.limits.turn_seconds,
        turn_retries=MAX_RETRIES,
        judge=reply_judge(settings),
        languages=reply_languages(settings, business),
        know=partial(know, orders) if orders else None,
        telemetry=telemetry,
        remembers_customers=settings.customer_memory,
        databases=(desk, ledger, spending, *(opened for opened in (orders, identity, telemetry, connected) if opened)),
    )


def _retriever(settings: Settings, embeddings: QueryEmbeddings, business: Business) -> Retriever:
    """Return what finds passages; the articles of a named business are published first where they changed."""
    if settings.business and not settings.index_url:
        from ingest.article_folder import publish_folder  # which loads the whole ingest

        if publish_folder(settings, business.articles) is None:
            return NoArticles()
    return open_index(settings, embeddings)


def own_tools(business: Business) -> Sequence[Tool]:
    """Return the tools that the program has itself, in any business or for its shop; nothing of it is opened."""
    return make_tools(SqlOrderBackend("sqlite://"), NoArticles()) if business.shop else general_tools(NoArticles())


def _measured(settings: Settings) -> Capabilities | None:
    """Return what was measured of the model that is asked first, or None."""
    return None if settings.model == "offline" else recall(settings.endpoint_file, settings.base_url, settings.model)


def budgets(settings: Settings, customers: SpendingLog) -> Budgets:
    """Return what may be spent, the prices it is counted with, and where customers' spending is kept."""
    return Budgets(
        turn=Budget.parse(settings.turn_budget),
        thread=Budget.parse(settings.daily_budget),
        customer=Budget.parse(settings.daily_budget),
        prices=load_prices(settings.prices_file),
        model=settings.model,
        customers=customers,
    )


def rule_triage(business: Business) -> RuleTriage:
    """Return the router that needs no model."""
    return _rule_triage(tuple(business.queues))


@cache
def _rule_triage(queues: tuple[Queue, ...]) -> RuleTriage:
    """Read the examples of queues once a process."""
    return RuleTriage(queues, embedded_minilm())


def json_model(settings: Settings) -> JsonModel | None:
    """Return the chat model for internal answers in JSON, or None for the offline one, which writes none."""
    if settings.model == "offline":
        return None
    return JsonModel(endpoint_model(settings).model_copy(update={"disable_streaming": True}))


def reply_judge(settings: Settings) -> ReplyJudge | None:
    """Return what judges claims without a number, or None where no setting asks for it or no endpoint could."""
    model = json_model(settings) if settings.judge_replies else None
    return ReplyJudge(model) if model else None


def reply_languages(settings: Settings, business: Business | None) -> ReplyLanguages | None:
    """Return the languages a model may reply in: those the business names, of those whose claims can be checked."""
    if settings.model == "offline":
        return None
    named = business is not None and "languages" in business.file.model_fields_set
    return ReplyLanguages(business.file.languages) if business and named else ReplyLanguages()


def open_identity(
    settings: Settings, business: Business, accounts: Accounts, rules: BusinessRules, now: Callable[[], datetime]
) -> IdentityDesk | None:
    """Return what proves who customers in open chats are, or None where they have to be signed in."""
    sender = open_sender(
        settings.code_sender.get_secret_value() if settings.code_sender else None,
        secret=settings.code_webhook_secret.get_secret_value() if settings.code_webhook_secret else None,
        business_name=business.file.name,
    )
    if sender is None and rules.identity.reads == "code":
        return None
    return IdentityDesk(settings.desk_url, accounts=accounts, rule=rules.identity, sender=sender, clock=now)
