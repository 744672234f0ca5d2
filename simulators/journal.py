"""The ledger while it is being written: appended to, never changed, and folded into the ledger at the end."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from device.receipts import Receipt
from simulators.plan import Silence
from simulators.waiting import Waiting


class Intent(msgspec.Struct, frozen=True, tag_field="line", tag="reading"):
    """A device took this and will publish it as element `element` of upload `upload`; `reading` is the ledger's."""

    upload: int
    element: int
    reading: msgspec.Raw


class Published(msgspec.Struct, frozen=True, tag_field="line", tag="published"):
    upload: int
    at: datetime


class Answered(msgspec.Struct, frozen=True, tag_field="line", tag="receipt"):
    upload: int
    element: int
    at: datetime
    verdict: str
    code: str | None = None


class Silent(msgspec.Struct, frozen=True, tag_field="line", tag="silence"):
    """`silence` is a line of the ledger as it stands."""

    silence: msgspec.Raw


Entry = Intent | Published | Answered | Silent


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


ENCODER: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=_plain)


class Journal:
    """Lines of JSON at `path`, or nowhere when it is None. `intend` is on disk when it returns; the rest is flushed
    by `flush` and may be lost with the machine, which leaves a reading "in doubt" and never the other way round."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file = None if path is None else path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def intend(self, entries: Sequence[Waiting]) -> None:
        for entry in entries:
            for element, reading in enumerate(_readings(entry)):
                self._write(Intent(entry.number, element, msgspec.Raw(reading)))
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def published(self, entry: Waiting, at: datetime) -> None:
        self._write(Published(entry.number, at))

    def answered(self, entry: Waiting, element: int, receipt: Receipt, at: datetime) -> None:
        self._write(Answered(entry.number, element, at, receipt.verdict, receipt.code))

    def silent(self, silences: Sequence[Silence]) -> None:
        for silence in silences:
            self._write(Silent(msgspec.Raw(ENCODER.encode(_silence(silence)))))

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def _write(self, line: Entry) -> None:
        if self._file is not None:
            self._file.write(ENCODER.encode(line) + b"\n")


def _readings(entry: Waiting) -> list[bytes]:
    """One line of the ledger a reading, without what is known only later."""
    sha256 = entry.sha256
    return [
        ENCODER.encode(
            {
                "patient": taken.patient,
                "device": taken.device,
                "measure": taken.measure,
                "id": taken.id,
                "measured_at": taken.measured_at,
                "at": taken.at,
                "values": taken.values,
                "context": taken.context,
                "truth": taken.truth,
                "expect": taken.expect,
                "expect_flags": taken.expect_flags,
                "payload_sha256": sha256,
                "element": element,
            }
        )
        for element, taken in enumerate(entry.upload.readings)
    ]


def _silence(silence: Silence) -> dict[str, object]:
    return {
        "patient": silence.patient,
        "measure": silence.measure,
        "from": silence.begin,
        "to": silence.end,
        "flagged_at": silence.flagged_at,
        "expect_flags": silence.expect_flags,
    }
