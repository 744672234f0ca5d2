"""What control means in each programme: conditions on the period's figures, as data with their source."""

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from types import MappingProxyType
from typing import Final

from reports.change.judge import Person
from reports.change.table import DRY
from reports.figure import Figure

Condition = tuple[str, str, float]  # figure, sign, number
SIGNS: Final[Mapping[str, Callable[[float, float], bool]]] = MappingProxyType({"<": lt, "<=": le, ">": gt, ">=": ge})
CONTROL: Final[Mapping[str, tuple[tuple[Condition, ...], str]]] = MappingProxyType(
    {
        "hypertension": (
            (("systolic_mean", "<", 130), ("diastolic_mean", "<", 80)), "goal of 2017 ACC/AHA, §3.1, of the home mean",
        ),
        "hypertension_in_pregnancy": (
            (("systolic_mean", "<", 140), ("diastolic_mean", "<", 90)), "limits of BP-PREG-MOD, of the mean (design)",
        ),
        "diabetes": ((("cgm_in_range_pct", ">", 70),), "goal of Battelino 2019, §3.5; of sensors alone"),
        "heart_failure": ((("weight_median", "<=", 2),), "2 kg above dry weight at most, WT-HF-DRY (design)"),
        "sleep_apnoea": ((("nights_4h_pct", ">=", 70),), "4 h on 70 % of nights, SLP-CPAP-USE (unverified)"),
    }
)  # fmt: skip


def controlled(programme: str, figures: Mapping[str, Figure], person: Person) -> bool | None:
    """None where too little is known to say, or nobody says what control is."""
    conditions, _ = CONTROL.get(programme, ((), ""))
    answers = [_holds(each, figures, person) for each in conditions]
    if not answers or None in answers:
        return None
    return all(answers)


def _holds(condition: Condition, figures: Mapping[str, Figure], person: Person) -> bool | None:
    name, sign, number = condition
    found = figures[name]
    if not found.sufficient or found.value is None:
        return None
    if name == "weight_median":
        return None if person.dry is None else SIGNS[sign](found.value - person.dry, number)
    return SIGNS[sign](found.value, number)


def line(programme: str) -> dict[str, object]:
    """For JSON."""
    conditions, source = CONTROL[programme]
    above = f" above {DRY}"
    said = [f"{name}{above if name == 'weight_median' else ''} {sign} {number:g}" for name, sign, number in conditions]
    return {"programme": programme, "controlled": " and ".join(said), "source": source}
