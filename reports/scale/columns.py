"""Columns of readings on their way from rows to Parquet and from there to frames."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from models.tables.reading import COMPONENTS
from reports.ahead import columns_of
from reports.rows import DOCUMENTS, INSTANTS, documents, hyphened, objects

INSTANT: Final = pa.timestamp("us", "UTC")


def names_for(measure: str) -> list[str]:
    """All of a measure but its name, which the folder says."""
    return [name for name in columns_of(measure) if name != "measure"]


def schema_of(measure: str) -> pa.Schema:
    return pa.schema([(name, _type(name)) for name in names_for(measure)])


def _type(name: str) -> pa.DataType:
    if name in INSTANTS:
        return INSTANT
    if name == "utc_offset":
        return pa.int32()
    return pa.float64() if name in COMPONENTS else pa.string()


def table_of(rows: Sequence[Sequence[Any]], measure: str) -> pa.Table:
    """Of rows as `reports.rows.raw` reads them; documents stay texts."""
    schema, columns = schema_of(measure), zip(*rows, strict=True)
    arrays = [_array(name, values, schema.field(name).type) for name, values in zip(schema.names, columns, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(name: str, values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if name in INSTANTS:
        return pa.array(np.array(values, dtype="datetime64[us]"), kind)
    return pa.array([hyphened(each) for each in values] if name == "id" else values, kind)


def months_of(table: pa.Table) -> dict[str, pa.Table]:
    """By the month of `measured_at`, UTC."""
    months = table["measured_at"].to_numpy().astype("datetime64[M]")
    return {str(month): table.filter(pa.array(months == month)) for month in np.unique(months)}


def frame_of(table: pa.Table, measure: str) -> pd.DataFrame:
    """As `reports.rows.frame_of` makes it of rows."""
    frame = pd.DataFrame({name: _series(name, table[name]) for name in table.column_names})
    return frame.assign(measure=objects([measure] * len(frame)))


def _series(name: str, column: pa.ChunkedArray) -> pd.Series:
    if name in INSTANTS:
        return column.to_pandas().astype(pd.DatetimeTZDtype("us", "UTC"))
    if name in COMPONENTS or name == "utc_offset":
        return pd.Series(column.to_numpy())
    values = column.to_pylist()
    return documents(values) if name in DOCUMENTS else objects(values)
