"""What a vital sign is, written down once: measures, components, units and limits.

Everything else is derived from `CATALOGUE`: columns, decode, digests, documentation. Ranges are inclusive and in the
component's own unit; a value outside `plausible` is quarantined, one outside `expected` is stored and marked.
Numbers and their standing come from the clinical reference §1.1 (codes), §2.1 (limits) and §2.2 (conversions).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

Range = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Factor:
    """An accepted unit: `value * times / by` is the value in the component's unit, exactly."""

    times: Decimal = Decimal(1)
    by: Decimal = Decimal(1)

    def apply(self, value: Decimal) -> Decimal:
        return value * self.times / self.by


@dataclass(frozen=True, slots=True, eq=False)
class Specimen:
    """Ranges that hold for one specimen of a component; `lohi` are the limits that LO and HI stand for. There is one of
    each, so it is a key by identity."""

    plausible: Range
    expected: Range
    lohi: Range
    stream: str


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """One number of a reading. `specimens` replace the ranges by `context.specimen`, the first being the default;
    a component with specimens may be LO or HI instead of a number (§2.3). A key by identity, as `Specimen`."""

    name: str
    display: str
    unit: str
    accepts: Mapping[str, Factor]
    plausible: Range
    expected: Range
    source: str
    loinc: str | None = None
    mdc: int | None = None
    specimens: Mapping[str, Specimen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of reading. `required` components must all be sent; without any, at least one component must be."""

    code: str
    display: str
    components: tuple[Component, ...]
    required: tuple[str, ...] = ()
    interval: bool = False
    loinc: str | None = None
    mdc: int | None = None


SAME: Final = Factor()
MMHG: Final = {"mmHg": SAME, "mm[Hg]": SAME, "kPa": Factor(Decimal("7.500615758"))}
PER_MINUTE: Final = {"/min": SAME, "bpm": SAME}
PER_HOUR: Final = {"/h": SAME, "{events}/h": SAME}
MINUTES: Final = {"min": SAME, "h": Factor(Decimal(60)), "s": Factor(by=Decimal(60))}
PERCENT: Final = {"%": SAME}
COUNT: Final = {"1": SAME}
GLUCOSE: Final = {"mg/dL": SAME, "mmol/L": Factor(Decimal("18.0156"))}
MASS: Final = {
    "kg": SAME,
    "g": Factor(Decimal("0.001")),
    "lb": Factor(Decimal("0.45359237")),
    "lbs": Factor(Decimal("0.45359237")),
    "[lb_av]": Factor(Decimal("0.45359237")),
    "st": Factor(Decimal("6.35029318")),
    "jin": Factor(Decimal("0.5")),
}
DESIGN: Final = "§2.1 (design)"


def _between(low: str, high: str) -> Range:
    return Decimal(low), Decimal(high)


def _minutes(name: str, display: str, loinc: str | None = None, expected: Range | None = None) -> Component:
    whole_day = _between("0", "1440")
    return Component(name, display, "min", MINUTES, whole_day, expected or whole_day, DESIGN, loinc=loinc)


BLOOD_PRESSURE: Final = Measure(
    "blood_pressure",
    "Blood pressure",
    (
        Component(
            "systolic", "Systolic", "mm[Hg]", MMHG, _between("40", "299"), _between("70", "250"),
            "§2.1 (design); device ranges unverified", loinc="8480-6", mdc=150021,
        ),
        Component(
            "diastolic", "Diastolic", "mm[Hg]", MMHG, _between("20", "260"), _between("40", "150"),
            "§2.1 (design); device ranges unverified", loinc="8462-4", mdc=150022,
        ),
        Component(
            "pulse", "Pulse", "/min", PER_MINUTE, _between("20", "300"), _between("40", "180"),
            "§2.1; expected range unverified", loinc="8867-4", mdc=149546,
        ),
        Component(
            "mean", "Mean arterial pressure", "mm[Hg]", MMHG, _between("30", "270"), _between("30", "270"),
            DESIGN, loinc="8478-0", mdc=150023,
        ),
        Component(
            "irregular", "Irregular heartbeat seen", "1", COUNT, _between("0", "1"), _between("0", "1"),
            "§2.4: kept; marks a reading as less reliable",
        ),
    ),
    required=("systolic", "diastolic"),
    loinc="85354-9",
    mdc=150020,
)  # fmt: skip

METER: Final = Specimen(_between("10", "1000"), _between("40", "500"), _between("20", "600"), "glucose")
CGM: Final = Specimen(_between("40", "500"), _between("40", "400"), _between("40", "400"), "cgm")

GLUCOSE_MEASURE: Final = Measure(
    "glucose",
    "Glucose",
    (
        Component(
            "glucose", "Glucose", "mg/dL", GLUCOSE, _between("10", "1000"), _between("40", "500"),
            "§2.1; meter range 20–600 unverified", loinc="2339-0", mdc=160020,
            specimens={"capillary": METER, "plasma": METER, "interstitial": CGM},
        ),
    ),
    required=("glucose",),
)  # fmt: skip

WEIGHT: Final = Measure(
    "weight",
    "Weight",
    (
        Component(
            "weight", "Body weight", "kg", MASS, _between("20", "350"), _between("35", "250"),
            "§2.1 (design); scale ranges unverified", loinc="29463-7", mdc=188736,
        ),
        Component(
            "body_fat", "Body fat", "%", PERCENT, _between("2", "75"), _between("4", "60"),
            DESIGN, loinc="41982-0", mdc=188748,
        ),
        Component(
            "bmi", "Body mass index", "kg/m2", {"kg/m2": SAME}, _between("8", "120"), _between("12", "70"),
            DESIGN, loinc="39156-5", mdc=188752,
        ),
    ),
    required=("weight",),
    loinc="29463-7",
    mdc=188736,
)  # fmt: skip

SLEEP: Final = Measure(
    "sleep",
    "Sleep",
    (
        _minutes("time_in_bed", "Time in bed", expected=_between("120", "960")),
        _minutes("total_sleep", "Total sleep time", "93832-4", expected=_between("120", "840")),
        _minutes("light", "Light sleep", "93830-8"),
        _minutes("deep", "Deep sleep", "93831-6"),
        _minutes("rem", "REM sleep", "93829-0"),
        _minutes("wake_after_onset", "Wake after sleep onset"),
        _minutes("latency", "Latency to sleep onset"),
        Component("awakenings", "Awakenings", "1", COUNT, _between("0", "300"), _between("0", "60"), DESIGN),
        Component(
            "ahi", "Apnea–hypopnea index", "/h", PER_HOUR, _between("0", "200"), _between("0", "120"),
            DESIGN, loinc="69990-0",
        ),
        Component(
            "central_ahi", "Central apnea–hypopnea index", "/h", PER_HOUR, _between("0", "200"), _between("0", "120"),
            DESIGN,
        ),
        Component(
            "odi", "Oxygen desaturation index", "/h", PER_HOUR, _between("0", "200"), _between("0", "120"), DESIGN
        ),
        Component(
            "spo2_mean", "Mean oxygen saturation", "%", PERCENT, _between("50", "100"), _between("80", "100"),
            DESIGN, loinc="59408-5", mdc=150456,
        ),
        Component(
            "spo2_min", "Lowest oxygen saturation", "%", PERCENT, _between("30", "100"), _between("60", "100"),
            DESIGN, loinc="59408-5", mdc=150456,
        ),
        _minutes("t90", "Time below 90 % saturation"),
        _minutes("t88", "Time at or below 88 % saturation"),
        _minutes("therapy_time", "Therapy time"),
        Component(
            "leak", "Mask leak", "L/min", {"L/min": SAME}, _between("0", "200"), _between("0", "120"),
            "§2.1 (design, unverified)",
        ),
        Component(
            "pressure", "Therapy pressure", "cm[H2O]", {"cmH2O": SAME, "cm[H2O]": SAME},
            _between("0", "60"), _between("2", "30"), "§2.1 (design, unverified)",
        ),
    ),
    interval=True,
)  # fmt: skip

CATALOGUE: Final[Mapping[str, Measure]] = MappingProxyType(
    {measure.code: measure for measure in (BLOOD_PRESSURE, GLUCOSE_MEASURE, WEIGHT, SLEEP)}
)


NOT_A_PATIENT: Final = frozenset({"control_solution", "test"})


def stream_of(measure: str, context: Mapping[str, object]) -> str:
    """The series a reading continues: the measure, except that interstitial glucose is a series of its own (`cgm`)
    and what is not from a patient is kept apart, out of every rule and report (§2.5)."""
    if context.get("kind") in NOT_A_PATIENT:
        return f"{measure}.apart"
    for component in CATALOGUE[measure].components:
        specimen = component.specimens.get(str(context.get("specimen", "")))
        if specimen is not None:
            return specimen.stream
    return measure


MEASURE_OF_SPECIMENS: Final = {
    specimen.stream: measure.code
    for measure in CATALOGUE.values()
    for component in measure.components
    for specimen in component.specimens.values()
}


def measure_of(stream: str) -> str:
    """The measure whose readings make up the stream."""
    return MEASURE_OF_SPECIMENS.get(stream, stream.partition(".")[0])
