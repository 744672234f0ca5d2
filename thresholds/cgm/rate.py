"""How fast the sensor's glucose falls: CGM-ROC and CGM-ULS (clinical reference §3.5).

The rate is the slope of the least-squares line through the samples of the last 20 min, in mg/dL per minute, exact. At
least three instants that span 15 min (less half a minute of jitter) are needed; a sample more or less, LO and HI, which
are no numbers, and a sensor that samples more slowly than every 10 min are not enough to judge by, and neither begin
nor end an episode. Readings of a doubtful clock are left out. An episode ends at the first sample that is judged and
does not breach. All (design).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import Final

from thresholds.compare import EXACT, OFF_SCALE, converted
from thresholds.fold import Breach, Moment, fold, moments
from thresholds.glucose.limits import GLUCOSE, low
from thresholds.limits import Bounds
from thresholds.parameters import parameter
from thresholds.types import Case, Found, Rule, Sample

WINDOW: Final = timedelta(minutes=20)
SPAN: Final = timedelta(minutes=14, seconds=30)
INSTANTS: Final = 3
MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1) // MICROSECOND
SHOWN: Final = Decimal("0.01")

A_MINUTE: Final = {f"{unit}/min": factor for unit, factor in GLUCOSE.accepts.items()}
AHEAD: Final = 20 * MINUTE


@dataclass(frozen=True, slots=True)
class Line:
    """A least-squares line as two exact quotients: slope = `rise` / `run` per microsecond, value = `level` / `run` at
    the newest sample."""

    rise: Decimal
    level: Decimal
    run: Decimal

    def falls(self, rate: Decimal) -> bool:
        """By at least `rate` mg/dL per minute, a negative number."""
        with localcontext(EXACT):
            return self.rise * MINUTE <= rate * self.run

    def reaches(self, value: Decimal, ahead: int) -> bool:
        """Whether it is at `value` mg/dL or below in `ahead` microseconds."""
        with localcontext(EXACT):
            return self.level + self.rise * ahead <= value * self.run

    def rate(self) -> Decimal:
        """For showing and ordering, in mg/dL per minute, rounded."""
        return shown(self.rise * MINUTE / self.run)

    def after(self, ahead: int) -> Decimal:
        return shown((self.level + self.rise * ahead) / self.run)


def shown(value: Decimal) -> Decimal:
    """Cut, so that no figure reads like a tier that was not reached."""
    return value.quantize(SHOWN, ROUND_DOWN, EXACT)


def line_through(points: Sequence[tuple[int, Decimal]]) -> Line:
    """Of (microseconds, mg/dL), at two or more instants; the newest is at 0."""
    with localcontext(EXACT):
        count, times, values = len(points), sum(x for x, _ in points), sum((y for _, y in points), Decimal(0))
        squares, products = sum(x * x for x, _ in points), sum((x * y for x, y in points), Decimal(0))
        return Line(
            rise=count * products - times * values,
            level=values * squares - times * products,
            run=Decimal(count * squares - times * times),
        )


class Recent:
    """The samples within [at - 20 min, at], and the line through them; `judged` says whether there is one."""

    def __init__(self) -> None:
        self.points: deque[Sample] = deque()
        self.judged, self._instants = False, 0
        self._line: Line | None = None

    def move(self, moment: Moment) -> None:
        at = moment[0].at
        while self.points and at - self.points[0].at > WINDOW:
            gone = self.points.popleft().at
            self._instants -= not self.points or self.points[0].at != gone
        self.points.extend(moment)
        self._instants += 1
        self.judged = self._instants >= INSTANTS and at - self.points[0].at >= SPAN
        self._line = None

    @property
    def line(self) -> Line | None:
        """Found when it is asked for: who only asks whether there is one need not wait for it."""
        if self.judged and self._line is None:
            self._line = line_through([self._point(each, self.points[-1]) for each in self.points])
        return self._line

    @staticmethod
    def _point(sample: Sample, newest: Sample) -> tuple[int, Decimal]:
        return (sample.at - newest.at) // MICROSECOND, converted(sample.values[GLUCOSE.name], GLUCOSE)


def enough(window: Recent) -> bool:
    return window.judged


def falling(sample: Sample, window: Recent, case: Case, bounds: Bounds) -> Breach | None:
    line = window.line
    if line is None:
        return None
    very_fast = line.falls(-bounds["very_fast"].number)
    if not very_fast and not (line.falls(-bounds["fast"].number) and bounds["nearly_low"].below(sample)):
        return None
    return Breach(sample, "HIGH" if very_fast else "MOD", -line.rate(), f"{line.rate()} mg/dL per min")


def low_soon(sample: Sample, window: Recent, case: Case, bounds: Bounds) -> Breach | None:
    line = window.line
    if line is None or not line.reaches(bounds["urgent"].number, AHEAD):
        return None
    there = line.after(AHEAD)
    return Breach(sample, "HIGH", -there, f"{there} mg/dL in 20 min at {line.rate()} mg/dL per min")


def numbers(samples: Sequence[Sample]) -> Iterable[Moment]:
    """The same samples where all are: who watches several rules knows them again."""
    on_scale = [sample for sample in samples if sample.values[GLUCOSE.name].text not in OFF_SCALE]
    return moments(on_scale if len(on_scale) < len(samples) else samples, doubtful=False)


def fold_rate(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(CGM_ROC, numbers(samples), start, case, falling, Recent(), enough=enough)


def fold_low_soon(samples: Sequence[Sample], start: datetime, case: Case) -> list[Found]:
    return fold(CGM_ULS, numbers(samples), start, case, low_soon, Recent(), enough=enough)


CGM_ROC: Final = Rule(
    id="CGM-ROC",
    words="Glucose falling fast on the sensor: 2 mg/dL per min or more while below 100 mg/dL (5.6 mmol/L);"
    " HIGH from 3 mg/dL per min at any glucose",
    limit="-2 mg/dL per min below 100 mg/dL, -3 at any glucose",
    stream="cgm",
    severity="MOD",
    source="Dexcom G4/G6 Pro manuals: arrows over 15–20 min, 2–3 is fast, > 3 very fast",
    standing="window and bands seen in the source; the combination, and the line of least squares, (design)",
    fold=fold_rate,
    lookback=WINDOW,
    parameters=(
        parameter("fast", "fall from which on it counts while nearly low", "2 mg/dL/min", "lower", A_MINUTE),
        parameter("nearly_low", "glucose below which it is nearly low", "100 mg/dL, 5.6 mmol/L", "higher", GLUCOSE),
        parameter("very_fast", "fall from which on it counts at any glucose", "3 mg/dL/min", "lower", A_MINUTE),
    ),
)
CGM_ULS: Final = Rule(
    id="CGM-ULS",
    words="Urgent low soon on the sensor: 55 mg/dL or below within 20 min, by a straight line through the last 20 min",
    limit="55 mg/dL in 20 min",
    stream="cgm",
    severity="HIGH",
    source="Dexcom Urgent Low Soon; its fixed low of 55 mg/dL (Dexcom G4/G6 Pro manuals)",
    standing="(unverified); 55 mg/dL seen in the source; the line of least squares (design)",
    fold=fold_low_soon,
    lookback=WINDOW,
    parameters=(low("urgent", "glucose at or below which it will soon be", "55 mg/dL"),),
)
