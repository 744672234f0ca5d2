"""Readings from an export, asked for as a report asks the record: the same functions run on either."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pyarrow.dataset as ds
from sqlalchemy.orm import Session

from models.measures import measure_of
from reports.errors import ReportError
from reports.readings import AHEAD, Wanted, names_of
from reports.scale.columns import frame_of, names_for, schema_of
from reports.scale.folder import read_state


class Kept:
    """Answers what was stored by the export's cursor, and nothing later."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._state = folder, read_state(folder)

    def answer(self, wanted: Wanted) -> pd.DataFrame:
        """Raises ReportError for what the export does not reach yet."""
        if wanted.cursor > self._state.cursor:
            raise ReportError(f"the export ends at {self._state.cursor.isoformat()}; export again, or use --as-of")
        names = names_of(wanted)
        parts = [
            self._read(measure, wanted, names) for measure in sorted({measure_of(each) for each in wanted.streams})
        ]
        frame = pd.concat(parts, ignore_index=True)
        return frame.sort_values(["measured_at", "id"], ignore_index=True)[names]

    def _read(self, measure: str, wanted: Wanted, names: Sequence[str]) -> pd.DataFrame:
        first, last = wanted.period.since, wanted.period.last_instant()
        files = [
            str(self._folder / each.name) for each in self._state.files
            if each.measure == measure and month_of(first) <= each.month <= month_of(last)
        ]  # fmt: skip
        there = [name for name in names_for(measure) if name in names]
        if not files:
            return frame_of(schema_of(measure).empty_table().select(there), measure)
        is_wanted = (
            pc.field("patient_id").isin(list(wanted.patients))
            & pc.field("stream").isin(list(wanted.streams))
            & (pc.field("measured_at") >= first) & (pc.field("measured_at") <= last)
            & (pc.field("stored_at") <= wanted.cursor)
        )  # fmt: skip
        return frame_of(ds.dataset(files, format="parquet").to_table(columns=there, filter=is_wanted), measure)


def session_on(folder: Path) -> Session:
    """A session without a database, for functions that read readings alone."""
    return Session(info={AHEAD: Kept(folder)})


def month_of(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"
