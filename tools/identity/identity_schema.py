"""Define the table of what was done to prove who customers in open chats are."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

from core.storage.column_types import Instant
from core.storage.schema_versions import HISTORY, History

metadata = MetaData(info={HISTORY: History("proofs")})

proofs = Table(
    "identity_proofs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("thread_id", String(255), nullable=False),
    Column("customer_id", String(255), comment="whose account was named, or none where there is no such account"),
    Column("asked_at", Instant, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="of thread, customer and code; empty once the code is over"),
    Column("tries", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False, comment="a code may still be typed for it"),
    Column("proven_by", String(255), comment="message that held the right code"),
)
Index("identity_proofs_of_thread", proofs.c.thread_id, proofs.c.asked_at)
Index("identity_proofs_of_customer", proofs.c.customer_id, proofs.c.asked_at)
