"""Device models, made up: the unit and digits each shows, the ends of its scale, how many readings it sends at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from simulators.people import Home

Shown = dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Display:
    """How one component is shown: the catalogue's unit divided by `per`, with so many decimals."""

    unit: str
    digits: int = 0
    per: float = 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """`ends` are the lowest and highest number shown, LO and HI beyond; `batch` the least and most readings sent in
    one message; `kind` is what a home has one of, and `units` what the shop chooses by."""

    name: str
    kind: str
    measure: str
    units: str
    shows: Mapping[str, Display]
    batch: tuple[int, int] = (1, 1)
    ends: tuple[float, float] | None = None


PULSE: Final = {"pulse": Display("/min")}
MINUTES: Final = (
    "time_in_bed", "total_sleep", "light", "deep", "rem", "wake_after_onset", "latency", "therapy_time",
)  # fmt: skip
NIGHT: Final = {**{name: Display("min") for name in MINUTES}, "awakenings": Display("1")}
MASK: Final = {
    "ahi": Display("/h", 1), "central_ahi": Display("/h", 1), "leak": Display("L/min", 1),
    "pressure": Display("cmH2O", 1),
}  # fmt: skip
OXYGEN: Final = {
    "time_in_bed": Display("min"), "total_sleep": Display("min"), "spo2_mean": Display("%"), "spo2_min": Display("%"),
    "t90": Display("min"), "t88": Display("min"), "odi": Display("/h", 1),
}  # fmt: skip
KPA: Final = 7.500615758
MMOL: Final = 18.0156
POUND: Final = 0.45359237


def _pressure(display: Display) -> Mapping[str, Display]:
    return {"systolic": display, "diastolic": display, **PULSE, "irregular": Display("1")}


MODELS: Final = (
    Model("Cuffling 120", "cuff", "blood_pressure", "mmHg", _pressure(Display("mmHg"))),
    Model("Cuffling 16K", "cuff", "blood_pressure", "kPa", _pressure(Display("kPa", 1, KPA))),
    Model("Dropwise G", "meter", "glucose", "mg/dL", {"glucose": Display("mg/dL")}, (1, 3), (20, 600)),
    Model("Dropwise M", "meter", "glucose", "mmol/L", {"glucose": Display("mmol/L", 1, MMOL)}, (1, 3), (1.1, 33.3)),
    Model("Fivetick G", "cgm", "glucose", "mg/dL", {"glucose": Display("mg/dL")}, (12, 48), (40, 400)),
    Model("Fivetick M", "cgm", "glucose", "mmol/L", {"glucose": Display("mmol/L", 1, MMOL)}, (12, 48), (2.3, 22.2)),
    Model("Treadplate kg", "scale", "weight", "kg", {"weight": Display("kg", 1)}),
    Model("Treadplate lb", "scale", "weight", "lb", {"weight": Display("lb", 1, POUND)}),
    Model("Nightwind P", "cpap", "sleep", "", {**NIGHT, **MASK}),
    Model("Nightring O", "ring", "sleep", "", OXYGEN),
    Model("Nightmat S", "mat", "sleep", "", NIGHT),
)


def model_for(kind: str, home: Home) -> Model:
    """The model of this kind that is sold where `home` stands."""
    wanted = {"cuff": home.pressure, "meter": home.glucose, "cgm": home.glucose, "scale": home.mass}.get(kind, "")
    return next(model for model in MODELS if model.kind == kind and model.units == wanted)


def shown(model: Model, values: Mapping[str, float]) -> Shown:
    """`values` in the catalogue's units as this model would send them; what it has no display for is left out."""
    return {
        name: {"value": _digits(model, display, values[name]), "unit": display.unit}
        for name, display in model.shows.items()
        if name in values
    }


def _digits(model: Model, display: Display, value: float) -> float | int | str:
    number = round(value / display.per, display.digits) if display.digits else round(value)
    if model.ends and number < model.ends[0]:
        return "LO"
    if model.ends and number > model.ends[1]:
        return "HI"
    return number
