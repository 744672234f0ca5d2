"""`column IN (a batch's values)` with the values as one JSON parameter, so that the statement is compiled once."""

import json
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, String, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute


def among(connection: Connection, wanted: InstrumentedAttribute[str], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether `wanted` is one of `values`."""
    keys = literal(json.dumps(list(values)), String)
    if connection.dialect.name == "sqlite":
        return wanted.in_(select(func.json_each(keys).table_valued(column("value", String)).c.value))
    return wanted.in_(select(func.jsonb_array_elements_text(cast(keys, JSONB)).column_valued("value")))
