"""Keep moments in a database without losing a time zone, and read rows into records."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import BigInteger, RowMapping, TypeDecorator

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Built = TypeVar("Built", bound="DataclassInstance")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """Keep a moment as microseconds since 1970 UTC, comparable in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """Turn an aware moment into microseconds."""
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: Any) -> datetime | None:
        """Turn microseconds into a moment in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=int(value))


def record_of(kind: type[Built], row: RowMapping, **others: Any) -> Built:
    """Build a record (a dataclass) of the columns that bear its fields' names, and of others."""
    return kind(**{field.name: row[field.name] for field in fields(kind) if field.name not in others}, **others)
