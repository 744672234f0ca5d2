"""The page of the whole patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from reports.change.judge import Change
from reports.change.words import range_words
from reports.figure import Figure
from reports.flags import outcome_words
from reports.page.blocks import Block, Figures, Picture, Shown, Table, Words
from reports.patient.daily import Row
from reports.patient.medicines import NAMES
from reports.patient.strips import TITLE, local, picture

if TYPE_CHECKING:
    from reports.patient.make import Whole
    from reports.report import Ask

VERDICTS: Final = {
    "improved": "nearer to where it is wanted", "worsened": "farther from where it is wanted",
    "changed": "changed; better or worse cannot be said", "below_threshold": "less than counts as a change",
    "not_comparable": "not enough readings to compare",
}  # fmt: skip


def blocks(found: Whole, figures: Mapping[str, Figure], ask: Ask) -> list[Block]:
    nothing = [Words("No reading in this period", ["Nothing was stored that counts: nothing is known of the patient."])]
    made: list[Block] = [] if any(each.now.n for each in found.compared) else [*nothing]
    made += [Words(_heading(found), found.said or ["Nothing to say."])]
    if found.days or found.flags or found.medicines:
        made.append(Picture(TITLE, picture(found, ask), _days(found, ask)))
    made += [_both(found), Figures("Readings and flags of this period", _shown(figures))]
    return [*made, _flags(found, ask), _acts(found, ask), _medicines(found, ask)]


def _heading(found: Whole) -> str:
    if found.last is None:
        return "What changed since the period before (there is no earlier report)"
    return f"What changed since the last report, made on {found.last.made_at:%Y-%m-%d}"


def _both(found: Whole) -> Table:
    rows = [
        (
            f"{each.of.words}, {each.of.unit}",
            _side(each.before),
            _side(each.now),
            _moved(each),
            VERDICTS[each.verdict],
            _wanted(each),
        )
        for each in found.compared
        if each.known
    ]
    columns = ("Figure", "Period before", "This period", "Difference", "By the rule", "Wanted")
    return Table("Two periods side by side", columns, rows)


def _side(each: Figure) -> str | None:
    if not each.n:
        return None
    number = f"{each.value:.1f}" if each.sufficient else "too few"
    return f"{number} (n\u00a0=\u00a0{each.n})"


def _moved(each: Change) -> str | None:
    return None if each.verdict == "not_comparable" else f"{each.difference:+.1f}"


def _wanted(each: Change) -> str | None:
    return range_words(each.range) if each.range else None


def _shown(figures: Mapping[str, Figure]) -> list[Shown]:
    named = {
        "days_with_readings_pct": ("Dates with a reading of any kind", ".0f", "of the dates that are over"),
        "flags_began": ("Flags that began", ".0f", "rule matches for review by a licensed professional"),
        "flags_acted_on": ("Of these, somebody acted on", ".0f", ""),
        "minutes_to_act_median": ("Minutes until somebody did, median", ".0f", ""),
    }
    return [Shown(words, figures[name], form, beside) for name, (words, form, beside) in named.items()]


def _flags(found: Whole, ask: Ask) -> Table:
    zone = ask.period.zone
    rows = [
        (local(each["since"], zone), local(each["until"], zone), each["rule"], each["severity"], outcome_words(each))
        for each in reversed(found.flags)
    ]
    columns = ("From", "To", "Rule", "Severity", "What came of it")
    return Table("Flags of both periods: rule matches, newest first", columns, rows)


def _acts(found: Whole, ask: Ask) -> Table:
    rows = [
        (local(each["at"], ask.period.zone), each["rule"], each["act"].replace("_", " "), each["by"], each["note"])
        for each in reversed(found.acts)
    ]
    return Table("What was done about them, newest first", ("When", "Rule", "Became", "By", "Note"), rows)


def _medicines(found: Whole, ask: Ask) -> Table:
    zone = ask.period.zone
    rows = [
        (each["value"], NAMES[each["name"]], local(each["from_at"], zone) or "date not stated",
         local(each["until_at"], zone) or "still")
        for each in found.medicines
    ]  # fmt: skip
    return Table("Medicines and therapy in both periods, as stated", ("What", "Kind", "From", "Until"), rows)


def _days(found: Whole, ask: Ask) -> Table:
    columns = {
        "day": "Date", "systolic": "Systolic", "diastolic": "Diastolic", "pulse": "Pulse",
        "cgm_median": f"Sensor, median {ask.options.unit}", "meter_mean": f"Meter, mean {ask.options.unit}",
        "weight": "First weight, kg", "total_sleep": "Asleep, min", "therapy_time": "Therapy, min", "ahi": "AHI",
    }  # fmt: skip
    shown = [name for name in columns if name == "day" or any(row[name] is not None for row in found.days)]
    rows = [tuple(_cell(row, name) for name in shown) for row in reversed(found.days)]
    return Table("As a table, newest first", [columns[name] for name in shown], rows, folded=True)


def _cell(row: Row, name: str) -> str | None:
    value: Any = row[name]
    return f"{value:.1f}" if isinstance(value, float) else value
