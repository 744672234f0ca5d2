"""Draw the pictures of the documentation: `python docs/make_pictures.py` from the project's folder.

Plots what the simulated devices send, as sent, converted by the catalogue's own factors to the catalogue's units.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median

import matplotlib as mpl

mpl.use("Agg")  # a picture is made where no screen is

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # the rooms lie beside docs/, installed or not

from models.measures import CATALOGUE  # noqa: E402  after the path is known
from simulators.cohort import plan  # noqa: E402
from simulators.plan import Plan, PlannedPatient, Taken  # noqa: E402

RUN, SHOWN = 30, 14  # days
SEED = 7
UNTIL = datetime(2026, 2, 16, 4, tzinfo=UTC)  # a fixed end, so that the picture changes only when the code does

# Okabe–Ito: told apart by people who see no red or no green
BLUE, ORANGE, GREEN, RED, GREY, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#666666", "#56B4E9"


class Diary:
    """One patient's readings; `line` gives local times and values of a component in the catalogue's unit."""

    def __init__(self, whole: Plan, patient: PlannedPatient, begin: datetime, end: datetime) -> None:
        readings = [taken for upload in whole.uploads for taken in upload.readings]
        self.readings = [taken for taken in readings if taken.patient == patient.id and begin <= taken.at < end]

    def line(
        self, component: str, keep: Callable[[Taken], bool] = lambda _: True
    ) -> tuple[list[datetime], list[float]]:
        points = sorted(
            (local(taken), value)
            for taken in self.readings
            if keep(taken) and (value := number(taken, component)) is not None
        )
        return [at for at, _ in points], [value for _, value in points]


def local(taken: Taken) -> datetime:
    assert taken.measured_at is not None
    return datetime.fromisoformat(taken.measured_at).replace(tzinfo=None)


def number(taken: Taken, component: str) -> float | None:
    """In the catalogue's unit; None where it was not sent, or not as a number."""
    sent = taken.values.get(component)
    if sent is None or isinstance(sent["value"], str) or taken.context.get("kind"):
        return None
    known = {one.name: one for one in CATALOGUE[taken.measure].components}[component]
    return float(known.accepts[str(sent["unit"])].apply(Decimal(str(sent["value"]))))


def limit(axes: Axes, value: float, words: str, above: bool = True) -> None:
    axes.axhline(value, color=RED, lw=1.0, ls=(0, (5, 3)), zorder=1)
    axes.annotate(
        words, (1.0, value), xycoords=("axes fraction", "data"), xytext=(-3, 2 if above else -2), color=RED,
        textcoords="offset points", ha="right", va="bottom" if above else "top", fontsize=7.5,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
    )  # fmt: skip


def dots(axes: Axes, points: tuple[list[datetime], list[float]], colour: str, label: str, marker: str = "o") -> None:
    axes.plot(*points, marker, ms=3.6, color=colour, label=label, mec="white", mew=0.3)


def chain(axes: Axes, points: tuple[list[datetime], list[float]], colour: str, label: str, marker: str = "o") -> None:
    axes.plot(*points, marker + "-", ms=3.6, lw=1.0, color=colour, label=label, mec="white", mew=0.3)


def pressure(axes: Axes, diary: Diary) -> None:
    for component, colour, marker in (("systolic", BLUE, "o"), ("diastolic", SKY, "s")):
        dots(axes, diary.line(component), colour, component, marker)
    axes.set_ylabel("mmHg")


def hypertension(axes: Axes, diary: Diary) -> None:
    pressure(axes, diary)
    limit(axes, 180, "BP-SEV systolic ≥ 180", above=False)
    limit(axes, 120, "BP-SEV diastolic ≥ 120")
    axes.set_ylim(65, 212)


def discharged(axes: Axes, diary: Diary) -> None:
    pressure(axes, diary)
    gap(axes, diary.line("systolic")[0])
    axes.set_ylim(55, 165)


def gap(axes: Axes, times: Sequence[datetime]) -> None:
    """Shade the longest silence, where it is longer than three days."""
    first, then = max(pairwise(times), key=lambda pair: pair[1] - pair[0])
    if (then - first).days >= 3:
        axes.axvspan(first, then, color=ORANGE, alpha=0.18, lw=0)
        axes.annotate(
            "NODATA-BP:\nnothing for\n> 3 days", (first + (then - first) / 2, 0.84), color="#7a5200", fontsize=7.5,
            xycoords=("data", "axes fraction"), ha="center", va="top",
        )  # fmt: skip


def sensor(axes: Axes, diary: Diary) -> None:
    times, values = diary.line("glucose", lambda taken: taken.context.get("specimen") == "interstitial")
    axes.axhspan(70, 180, color=GREEN, alpha=0.10, lw=0)
    axes.plot(*joined(times, values), "-", lw=0.8, color=BLUE, label="sensor, every 5 min")
    sticks = diary.line("glucose", lambda taken: taken.context.get("specimen") == "capillary")
    dots(axes, sticks, ORANGE, "fingerstick", "D")
    limit(axes, 54, "CGM-L2 < 54", above=False)
    axes.set(ylabel="mg/dL", ylim=(20, 385))


def joined(times: Sequence[datetime], values: Sequence[float]) -> tuple[list[datetime], list[float]]:
    """A line that breaks where the sensor was out of reach."""
    at, level = [times[0]], [values[0]]
    for (before, _), (time, value) in pairwise(zip(times, values, strict=True)):
        if time - before > timedelta(minutes=7.5):
            at.append(before + timedelta(minutes=5))
            level.append(float("nan"))
        at.append(time)
        level.append(value)
    return at, level


def meter(axes: Axes, diary: Diary) -> None:
    dots(axes, diary.line("glucose"), BLUE, "fingerstick", "D")
    limit(axes, 400, "GLU-XHI ≥ 400")
    limit(axes, 70, "GLU-L1 < 70")
    limit(axes, 54, "GLU-L2 < 54", above=False)
    axes.set(ylabel="mg/dL", ylim=(20, 470))


def failing(axes: Axes, diary: Diary) -> None:
    chain(axes, diary.line("weight"), BLUE, "weight")
    dots(axes, diary.line("weight", lambda taken: "fluid_retention" in taken.truth), ORANGE, "fluid retained")
    times, kilograms = diary.line("weight")
    limits = [lowest(times, kilograms, n) + 2 for n in range(1, len(times))]
    axes.plot(times[1:], limits, color=RED, lw=1.0, ls=(0, (5, 3)), label="WT-HF-3D: lowest of 3 days + 2 kg")
    axes.set(ylabel="kg", ylim=(min(kilograms) - 0.5, max(*kilograms, *limits) + 0.9))


def lowest(times: Sequence[datetime], kilograms: Sequence[float], number: int) -> float:
    """Of the three days before the reading with this number, or the one just before where there is none."""
    since = times[number] - timedelta(days=3)
    recent = [value for at, value in zip(times[:number], kilograms, strict=False) if at >= since]
    return min(recent or [kilograms[number - 1]])


def apnoea(axes: Axes, diary: Diary) -> None:
    chain(axes, diary.line("leak"), ORANGE, "mask leak, L/min", "^")
    nights, events = diary.line("ahi")
    chain(axes, (nights, events), BLUE, "AHI, events/h")
    weeks = [median(events[max(0, n - 6) : n + 1]) for n in range(len(events))]
    axes.plot(nights[3:], weeks[3:], color=GREEN, lw=1.8, label="AHI, median of 7 nights")
    limit(axes, 5, "SLP-AHI ≥ 5", above=False)
    axes.set(ylabel="per night", ylim=(-3, 62))


def healthy(axes: Axes, diary: Diary) -> None:
    for component, colour, marker in (("deep", BLUE, "s"), ("rem", ORANGE, "^"), ("total_sleep", GREEN, "o")):
        at, minutes = diary.line(component)
        name = {"deep": "deep", "rem": "REM", "total_sleep": "asleep"}[component]
        chain(axes, (at, [one / 60 for one in minutes]), colour, name, marker)
    axes.set(ylabel="hours", ylim=(0, 11))


@dataclass(frozen=True)
class Panel:
    """`until_end` is how many days before the end of the run the two weeks shown end."""

    title: str
    draw: Callable[[Axes, Diary], None]
    until_end: float


PANELS: dict[str, Panel] = {
    "hypertension": Panel("Hypertension: a cuff, crises with a repeat", hypertension, 8),
    "diabetes_type_1": Panel("Type 1 diabetes: a sensor, nights with a low", sensor, 6),
    "diabetes_type_2": Panel("Type 2 diabetes: a meter, lows and a sick day", meter, 8),
    "heart_failure": Panel("Heart failure: weight, fluid held and lost", failing, 7),
    "sleep_apnoea": Panel("Sleep apnoea on CPAP: a mask begins to leak", apnoea, 0),
    "discharged": Panel("Just discharged: a cuff, some days forgotten", discharged, 5),
    "healthy": Panel("Healthy: sleep", healthy, 0),
}


def conditions() -> plt.Figure:
    whole = plan(patients=len(PANELS), days=RUN, seed=SEED, until=UNTIL, faults=frozenset())
    figure, grid = plt.subplots(4, 2, figsize=(11.5, 13), layout="constrained")
    for axes, patient in zip(grid.flat, whole.patients, strict=False):
        panel = PANELS[patient.condition]
        end = UNTIL - timedelta(days=panel.until_end)
        panel.draw(axes, Diary(whole, patient, end - timedelta(days=SHOWN), end))
        axes.set_title(panel.title, loc="left", fontsize=10.5, fontweight="bold")
        dress(axes)
    caption(grid.flat[-1])
    return figure


def dress(axes: Axes) -> None:
    axes.xaxis.set_major_locator(mdates.DayLocator(interval=2))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%-d %b"))
    axes.tick_params(labelsize=8)
    axes.grid(axis="y", color="#dddddd", lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", fontsize=7.5, ncols=3, frameon=False, handletextpad=0.3, columnspacing=1.0)


def caption(axes: Axes) -> None:
    axes.axis("off")
    axes.text(0.0, 0.95, (
        "What the simulated devices send in two weeks,\none made-up patient a condition, faults off.\n\n"
        "Dashed: the limits of the default rules.\nTimes are the patient's own; values in the catalogue's units.\n\n"
        "Nobody here exists. Not for any decision about people."
    ), va="top", fontsize=10, color="#333333", linespacing=1.5)  # fmt: skip


def main() -> None:
    mpl.rcParams["svg.hashsalt"] = "hearthline"  # the same picture is the same file
    figure = conditions()
    (HERE / "pictures").mkdir(exist_ok=True)
    figure.savefig(HERE / "pictures" / "conditions.svg", metadata={"Date": None})
    figure.savefig(HERE / "pictures" / "conditions.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
