"""Recordings of real people as patients of a database of their own, stored by the write path itself."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from reports.names import OF_ONE
from tests.support.wards import Ward, taken

SENSOR: Final = {"specimen": "interstitial"}


@dataclass(frozen=True, slots=True)
class Recording:
    """A patient to be, and of which days each report is: (report, days, the date at whose beginning it ends, UTC), with
    what a person may choose."""

    patient: str
    store: Callable[[Ward, Path, str], None]
    reports: tuple[tuple[str, int, str], ...]
    options: Mapping[str, str] = field(default_factory=dict)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _sensor(file: str, columns: str, zone: str, **more: Any) -> Callable[[Ward, Path, str], None]:
    def store(ward: Ward, corpora: Path, patient: str) -> None:
        device = ward.admit(patient, zone)
        ward.replay(device, corpora / file, columns, zone, context=SENSOR, **more)

    return store


def _weights(ward: Ward, corpora: Path, patient: str) -> None:
    device, zone = ward.admit(patient, "Europe/Berlin", ["condition=heart_failure", "dry_weight=71"]), "Europe/Berlin"
    file = corpora / "weight-series" / "gewichtsdaten.csv"
    ward.replay(device, file, "measured_at=datum+zeit,weight=gewicht:kg", zone, "weight")


def _nights(read: Callable[[Path], Iterator[tuple[datetime, float, float]]]) -> Callable[[Ward, Path, str], None]:
    def store(ward: Ward, corpora: Path, patient: str) -> None:
        bodies = [_night(*each) for each in read(corpora)]
        ward.take(ward.admit(patient, "Europe/Berlin"), "sleep", *bodies)

    return store


def _night(begin: datetime, hours: float, ahi: float) -> Mapping[str, Any]:
    body = taken(f"n{begin:%Y%m%dT%H%M}", begin + timedelta(hours=max(hours, 0.2)), therapy_time=hours * 60, ahi=ahi)
    return body | {"started_at": begin.isoformat()}


def _lowenstein(corpora: Path) -> Iterator[tuple[datetime, float, float]]:
    folder = corpora / "cpap-lowenstein"
    names = (folder / "COLUMNS.txt").read_text().split()
    with (folder / "sessions_export.csv").open(newline="") as lines:
        for row in (dict(zip(names, each, strict=True)) for each in csv.reader(lines)):
            if row["device_id"] == "31":
                begin = datetime.fromisoformat(row["session_start"] + ":00")
                yield begin, float(row["therapy_hours"]), float(row["sessions_ahi"])


def _myair(corpora: Path) -> Iterator[tuple[datetime, float, float]]:
    for file in sorted((corpora / "cpap-myair").glob("sleep-*.json")):
        for row in json.loads(file.read_text())["sleepRecords"]:
            yield datetime.fromisoformat(row["startDate"] + "T21:00:00+00:00"), row["totalUsage"] / 60, row["ahi"]


def _pressures(ward: Ward, corpora: Path, patient: str) -> None:
    """Of many people, as if they were one who measures four times a day."""
    with (corpora / "bp-preg-cc0" / "bp_preg_bp_only.csv").open(newline="") as lines:
        pairs = [(row["systolic_mmHg"], row["diastolic_mmHg"]) for row in csv.DictReader(lines)]
    first = day("2026-01-01") + timedelta(hours=7)
    bodies = [
        taken(
            f"b{n}", first + timedelta(days=n // 4, hours=(0, 0.05, 12, 12.05)[n % 4]), systolic=over, diastolic=under
        )
        for n, (over, under) in enumerate((float(one), float(two)) for one, two in pairs[:360] if one and two)
    ]
    ward.take(ward.admit(patient, "Europe/London"), "blood_pressure", *bodies)


def _nothing(ward: Ward, _corpora: Path, patient: str) -> None:
    ward.admit(patient)


CGM: Final = "measured_at=time,glucose=glucose:mg/dL"
IGLU: Final = "measured_at=time,glucose=gl:mg/dL"
FIVE: Final = "cgm-iglu-gpl/example_data_5_subject.csv"


def _one_of_five(number: int, until: str) -> Recording:
    store = _sensor(FIVE, IGLU, "America/Bogota", only={"id": f"Subject {number}"})
    return Recording(f"sensor-{number}", store, (("agp", 14, until),))


RECORDINGS: Final = (
    Recording(
        "sensor-dm", _sensor("cgm-cgmpy/dm.csv", CGM, "Europe/Madrid"),
        (("agp", 14, "2023-02-15"), ("quality", 14, "2023-02-15"), ("device-days", 60, "2023-02-15")),
    ),
    Recording("sensor-nodm", _sensor("cgm-cgmpy/nodm.csv", CGM, "Europe/Madrid"), (("agp", 14, "2023-03-30"),)),
    Recording(
        "pregnancy", _sensor("cgm-cgmpy/dm.csv", CGM, "Europe/Madrid"), (("agp", 14, "2023-02-10"),),
        {"unit": "mmol/L", "goals": "pregnancy"},
    ),
    Recording("nobody", _nothing, tuple((kind, 30, "2026-11-01") for kind in OF_ONE)),
    _one_of_five(1, "2015-06-19"),
    _one_of_five(2, "2015-03-11"),
    _one_of_five(4, "2015-03-27"),
    Recording("scale", _weights, (("weight", 30, "2016-03-01"), ("weight", 3650, "2020-09-01"))),
    Recording("mask-31", _nights(_lowenstein), (("sleep", 60, "2026-08-01"),)),
    Recording("mask-myair", _nights(_myair), (("sleep", 150, "2025-12-31"), ("device-days", 90, "2025-12-31"))),
    Recording("cuffs", _pressures, (("home-bp", 30, "2026-03-15"), ("home-bp", 90, "2026-03-31"))),
)  # fmt: skip
