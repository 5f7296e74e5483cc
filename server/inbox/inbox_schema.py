"""Define the tables of the inbox: who talks, what came in, and how each turn went."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

from core.storage.schema_versions import HISTORY, History
from core.storage.word_index import WORD_INDEXES, WordIndex

METADATA = MetaData(info={HISTORY: History("inbox")})

THREADS = Table(
    "inbox_threads",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", String(300), nullable=False, comment="who may see it: customer:ID or anonymous:ID"),
    Column("customer_id", String(255), comment="the signed-in customer the agent acts for, or none"),
    Column("channel", String(32), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("accepted", Integer, nullable=False, default=0, comment="messages accepted so far; numbers the next one"),
    Column("due_at", Double, index=True, comment="when a turn is wanted; none while nothing waits"),
    Column("token", Integer, nullable=False, default=0, comment="fencing token: grows with each lease"),
    Column("holder", String(64), comment="the process that has the lease"),
    Column("lease_until", Double),
    Column("fingerprint", String(64), comment="hash of the conversation as an OpenAI client would send it back"),
    Column("typing_at", Double, comment="when the customer last typed"),
    Column("read_at", Double, comment="when somebody of the staff last had it open"),
    Column("stopped", String(64), comment="the turn whose reply the customer stopped"),
    Index("inbox_threads_by_fingerprint", "owner", "fingerprint"),
)
MESSAGES = Table(
    "inbox_messages",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("thread_id", String(64), nullable=False),
    Column("number", Integer, nullable=False, comment="order of acceptance in the thread"),
    Column("owner", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("voice", Text, comment="JSON: what was heard word by word, of a message that was spoken"),
    Column("pictures", Text, comment="JSON: the pictures that came with it, read and without metadata"),
    Column("key", String(255), comment="the sender's Idempotency-Key"),
    Column("content_hash", String(64), nullable=False),
    Column("accepted_at", Double, nullable=False),
    Column("turn_id", String(64), index=True, comment="the turn that answers it, once one has begun"),
    Column("status", String(16), nullable=False, index=True, comment="waiting, answered or dead"),
    Column("answered_at", Double),
    UniqueConstraint("thread_id", "number"),
    UniqueConstraint("owner", "key"),
    Index("inbox_messages_by_owner", "owner", "accepted_at"),
)
TURNS = Table(
    "inbox_turns",
    METADATA,
    Column("id", String(64), primary_key=True, comment="the id of its newest message, which the graph knows it by"),
    Column("thread_id", String(64), nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("status", String(16), nullable=False, comment="running, answered or dead"),
    Column("error", Text),
    Column("reply", Text, comment="JSON"),
    Column("started_at", Double, nullable=False),
    Column("finished_at", Double),
)
RATINGS = Table(
    "inbox_ratings",
    METADATA,
    Column("thread_id", String(64), primary_key=True),
    Column("owner", String(300), nullable=False),
    Column("score", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("rated_at", Double, nullable=False, index=True),
)
REPLY_RATINGS = Table(
    "inbox_reply_ratings",
    METADATA,
    Column("thread_id", String(64), primary_key=True),
    Column("reply_id", String(255), primary_key=True, comment="the message of the agent or of a person"),
    Column("helpful", Boolean, nullable=False),
    Column("rated_at", Double, nullable=False),
)
NOTES = Table(
    "inbox_notes",
    METADATA,
    Column("thread_id", String(64), primary_key=True),
    Column("key", String(255), primary_key=True, comment="of who wrote it; the same one counts once"),
    Column("author", String(255), nullable=False),
    Column("text", Text, nullable=False),
    Column("noted_at", Double, nullable=False),
)
FIGURES = Table(
    "inbox_figures",
    METADATA,
    Column("turn_id", String(64), primary_key=True),
    Column("thread_id", String(64), nullable=False, index=True),
    Column("at", Double, nullable=False, index=True),
    Column("waited", Double, nullable=False, comment="seconds from its oldest message to the reply"),
    Column("requests", Integer, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("owner", String(16), nullable=False, comment="who had the conversation after it"),
    Column("silent", Boolean, nullable=False, comment="nothing was replied: a person had the conversation"),
    Column("handoff", String(32), comment="why it went to a person"),
    Column("asks", Boolean, nullable=False, comment="the reply ends with a question to the customer"),
    Column("question", Text, comment="what was asked, private data hidden, where no article answered it"),
    Column("confirmed", Boolean, comment="the customer said that the matter is settled"),
    Column("articles", Text, comment="JSON: titles of the articles that the reply cites"),
    Column("tools", Text, comment="JSON: names of the tools that were called"),
    Column("stops", Text, comment="JSON: procedures that were stopped, each with its rule"),
    Column("answered", Boolean, comment="whether the reply answers; null where nothing was asked or nobody noted it"),
)

MESSAGE_WORDS = WordIndex(
    name="inbox_messages_words",
    table="inbox_messages",
    key="id",
    owner="thread_id",
    sqlite_text="new.text",
    postgres_text="text",
    sqlite_when="new.status <> 'waiting'",  # by then a one-time code in it was used, and hidden
)
REPLY_WORDS = WordIndex(
    name="inbox_turns_words",
    table="inbox_turns",
    key="id",
    owner="thread_id",
    sqlite_text="coalesce(json_extract(new.reply, '$.text'), '') || ' ' || "
    "coalesce(json_extract(new.reply, '$.records'), '')",
    postgres_text="coalesce(reply::json ->> 'text', '') || ' ' || coalesce(reply::json ->> 'records', '')",
    sqlite_when="new.reply IS NOT NULL",
)
"""What a reply says, and the ids of the records that were looked up for it."""
METADATA.info[WORD_INDEXES] = (MESSAGE_WORDS, REPLY_WORDS)
