"""The plain loop, the measure of the reports benchmark: one patient at a time, the rows of each report by the ORM, and
statistics in Python. It answers the figures of every report and writes no page, which is in its favour; what rules and
windows of dates are is taken from the product, since it is no statistics.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import sqrt
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from flags.coverage.covered import covered
from flags.history import doubts_of, load_cases
from models.tables import Reading
from registry.missing import read_numbers
from registry.patients import get_patient
from reports.agp.bands import ADULT, BANDS
from reports.device_days.windows import first_window, windows
from reports.home_bp.protocol import HALVES
from reports.period import Period, period_of
from reports.sleep.nights import best_thirty
from reports.subject import Subject, load_subject
from thresholds import RULES
from thresholds.doubt import OTHER_PERSON, RECALL, marked
from thresholds.types import Amount, Sample

Figures = dict[str, float | None]
DAY = timedelta(days=1)
NIGHT = {
    "time_in_bed": 1, "total_sleep": 1, "wake_after_onset": 1, "latency": 1, "awakenings": 1, "ahi": 1,
    "central_ahi": 1, "odi": 1, "spo2_mean": 1, "t90": 1, "t88": 1, "leak": 1, "pressure": 1,
}  # fmt: skip


class Loop:
    """One patient's reports over the days before `until`."""

    def __init__(self, session: Session, patient: str, until: datetime, days: int) -> None:
        row = get_patient(session, patient)
        self.session, self.patient = session, patient
        self.period: Period = period_of(until, days, row.zone)
        self.subject: Subject = load_subject(session, row, until, until)
        self.zone = ZoneInfo(row.zone)

    def rows(self, streams: Sequence[str], before: timedelta = timedelta(0)) -> list[Reading]:
        """Without those of a clock in doubt."""
        wanted = (
            select(Reading)
            .where(Reading.patient_id == self.patient, Reading.stream.in_(streams), Reading.time_quality == "good")
            .where(Reading.measured_at >= self.period.since - before, Reading.measured_at <= self.period.last_instant())
            .where(Reading.stored_at <= self.period.until)
            .order_by(Reading.measured_at, Reading.id)
        )
        return list(self.session.scalars(wanted))

    def weighings(self, before: timedelta = RECALL["weight"]) -> tuple[list[Reading], int]:
        """Those of the patient, and how many of the period may be another person's."""
        rows = self.rows(["weight"], before)
        doubts = {each.id for each in marked("weight", [sample(row) for row in rows], self.zone.key)
                  if OTHER_PERSON in each.doubts}  # fmt: skip
        others = sum(row.id in doubts and row.measured_at >= self.period.since for row in rows)
        return [row for row in rows if row.id not in doubts], others

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def sample(row: Reading) -> Sample:
    values = {name: Amount(*amount) for name, amount in row.as_sent.items()}
    return Sample(row.id, row.measured_at, values, row.context, False, doubts_of(row.quality, doubtful=False))


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def sd(values: Sequence[float]) -> float | None:
    middle = mean(values)
    return (
        None if middle is None or len(values) < 2 else sqrt(sum((v - middle) ** 2 for v in values) / (len(values) - 1))
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def percent(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def agp(loop: Loop) -> Figures:
    rows = loop.rows(["cgm"])
    values = [row.glucose for row in rows]
    counts = Counter(ADULT.band(Amount(*row.as_sent["glucose"])) for row in rows)
    spacings = sorted((b.measured_at - a.measured_at).total_seconds() / 60 for a, b in pairwise(rows))
    rhythm = round(spacings[(len(spacings) - 1) // 2])
    minutes = (loop.period.until - loop.period.since).total_seconds() / 60
    middle, spread = mean(values), sd(values)
    by_bin: dict[int, list[float]] = {}
    for row in rows:
        local = row.measured_at.astimezone(loop.zone)
        by_bin.setdefault((local.hour * 60 + local.minute) // 15, []).append(row.glucose)
    for each in by_bin.values():  # the profile of a day
        [quantile(each, level) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
    return {
        "mean": middle, "sd": spread, "cv_pct": 100 * spread / middle, "gmi": 3.31 + 0.02392 * middle,
        "median": quantile(values, 0.5), "min": min(values), "max": max(values),
        **{name: percent(sum(counts[band] for band in bands), len(rows)) for name, bands in ADULT.figures().items()},
        **{f"band_{band}": percent(counts[band], len(rows)) for band in BANDS},
        **{f"minutes_{band}": counts[band] / len(rows) * 1440 for band in BANDS},
        "days_worn": len({loop.day(row.measured_at) for row in rows}), "rhythm": rhythm,
        "expected_samples": minutes / rhythm, "active_pct": 100 * rhythm * len({r.measured_at for r in rows}) / minutes,
    }  # fmt: skip


def home_bp(loop: Loop) -> Figures:
    rows = loop.rows(["blood_pressure"])
    last = max(loop.day(row.measured_at) for row in rows)
    week = [row for row in rows if loop.day(row.measured_at) > last - 7 * DAY]
    first = min(loop.day(row.measured_at) for row in week)
    kept = [row for row in week if loop.day(row.measured_at) != first]
    found: Figures = {}
    for name in ("systolic", "diastolic"):
        values = [getattr(row, name) for row in rows]
        found |= {f"{name}_mean": mean(values), f"{name}_sd": sd(values), f"{name}_min": min(values)}
        found |= {f"{name}_max": max(values), f"{name}_cv_pct": 100 * sd(values) / mean(values)}
        found[f"protocol_{name}"] = mean([getattr(row, name) for row in kept])
        found[f"protocol_{name}_sd"] = sd([getattr(row, name) for row in kept])
        found[f"protocol_all_days_{name}"] = mean([getattr(row, name) for row in week])
        for half, hours in HALVES.items():
            mine = [row for row in kept if hours[0] <= row.measured_at.astimezone(loop.zone).hour < hours[1]]
            found[f"protocol_{half}_{name}"] = mean([getattr(row, name) for row in mine])
    until = loop.period.until
    limits = {rule: [loop.subject.limit(rule, name, until) for name in ("systolic", "diastolic")]
              for rule in ("BP-HOME-EU", "BP-HOME-US", "BP-SEV")}  # fmt: skip
    over = {rule: sum(r.systolic >= high or r.diastolic >= low for r in rows) for rule, (high, low) in limits.items()}
    goal = sum(row.systolic < 130 and row.diastolic < 80 for row in rows)
    return found | {
        "pulse_mean": mean([row.pulse for row in rows if row.pulse is not None]),
        "at_goal_pct": percent(goal, len(rows)), "severe_readings": over["BP-SEV"],
        "above_home_eu_pct": percent(over["BP-HOME-EU"], len(rows)),
        "above_home_us_pct": percent(over["BP-HOME-US"], len(rows)),
    }  # fmt: skip


def weight(loop: Loop) -> Figures:
    loop.rows(["blood_pressure"])  # they stand under the weight
    rows, _ = loop.weighings(timedelta(days=15))
    firsts: dict[date, Reading] = {}
    for row in rows:
        firsts.setdefault(loop.day(row.measured_at), row)
    mine = [row for row in rows if row.measured_at >= loop.period.since]
    dates = sorted({loop.day(row.measured_at) for row in mine})
    values, newest = [row.weight for row in mine], firsts[dates[-1]]
    before = [
        (newest.measured_at - row.measured_at, row.weight) for row in rows if row.measured_at < newest.measured_at
    ]
    lowest = {n: min(kg for age, kg in before if age <= n * DAY) for n in (3, 7)}
    near = [(abs(age - DAY), kg) for age, kg in before if timedelta(hours=18) <= age <= timedelta(hours=36)]
    missed = [day for day in loop.period.whole_dates() if day not in dates]
    dry = loop.subject.dry_weight(loop.period.until)
    return {
        "newest": newest.weight, "change_1d": newest.weight - min(near)[1], "change_3d": newest.weight - lowest[3],
        "change_7d": newest.weight - lowest[7], "mean": mean(values), "sd": sd(values), "median": quantile(values, 0.5),
        "median_7d": quantile([r.weight for day, r in firsts.items() if dates[-1] - 7 * DAY < day <= dates[-1]], 0.5),
        "min": min(values), "max": max(values), "days_with_weighing": len(dates), "missed_days": len(missed),
        "dry_weight": dry, "over_dry": newest.weight - dry,
    }  # fmt: skip


def sleep(loop: Loop) -> Figures:
    ever = loop.rows(["sleep"], timedelta(days=36_000))
    rows = [row for row in ever if row.measured_at >= loop.period.since]
    found: Figures = {"nights": len(rows), "spo2_min": None}
    for name in NIGHT:
        found[f"{name}_mean"] = mean([v for row in rows if (v := getattr(row, name)) is not None])
    found["efficiency_mean"] = mean([100 * row.total_sleep / row.time_in_bed for row in rows])
    indices = [row.ahi for row in rows]
    found |= {"ahi_median": quantile(indices, 0.5), "ahi_max": max(indices)}
    middles = [row.started_at + (row.measured_at - row.started_at) / 2 for row in rows]
    clock = [at.astimezone(loop.zone) for at in middles]
    found["midpoint_sd"] = sd([(at.hour * 60 + at.minute + 720) % 1440 for at in clock])
    used, good = [row.therapy_time for row in rows], sum(row.therapy_time >= 240 for row in rows)
    nights = {(row.started_at.astimezone(loop.zone) + DAY / 2).date(): row.therapy_time for row in ever}
    best = best_thirty(nights, loop.period.dates()[-1])
    return found | {
        "therapy_hours_mean": mean(used) / 60, "therapy_hours_total": sum(used) / 60, "nights_4h": good,
        "therapy_hours_mean_when_used": mean([each for each in used if each > 0]) / 60,
        "nights_under_4h": len(rows) - good, "nights_4h_pct": percent(good, len(rows)),
        "nights_4h_pct_of_dates": percent(good, len(loop.period.whole_dates())), "best_30_pct": best["percent"],
    }  # fmt: skip


def device_days(loop: Loop) -> Figures:
    loop.weighings()
    rows = loop.rows(["blood_pressure", "weight", "sleep", "glucose", "cgm"], timedelta(days=37))
    received: dict[date, datetime] = {}
    for row in rows:
        day = loop.day(row.measured_at)
        received[day] = min(received.get(day, row.received_at), row.received_at)
    days = [(day, loop.day(at)) for day, at in sorted(received.items())]
    anchor, last = first_window(days), loop.period.dates()[-1]
    over = loop.period.last_instant() < loop.period.until
    window = windows(anchor, days, last, today_is_over=over)[-1]
    missing = {f"missing_to_{code}": count for code, count in window.missing().items()}
    return {"device_days": window.counted, "days_received_late": window.late, "days_left": window.left, **missing}


def quality(loop: Loop) -> Figures:
    _, others = loop.weighings()
    rows = loop.rows(["blood_pressure", "weight", "sleep", "glucose", "cgm"])
    delays = [(row.received_at - row.measured_at).total_seconds() / 60 for row in rows]
    offsets = [row.measured_at.astimezone(loop.zone).utcoffset() != timedelta(minutes=row.utc_offset) for row in rows]
    devices = {row.device_id for row in rows}
    coverage(loop)
    return {
        "readings": len(rows), "delay_median": quantile(delays, 0.5), "delay_p95": quantile(delays, 0.95),
        "late_pct": percent(sum(each > 1440 for each in delays), len(rows)), "other_offset": sum(offsets),
        "questionable": sum("questionable" in row.quality for row in rows), "other_person": others,
        "missing_numbers": sum(read_numbers(loop.session.connection(), each).count.missing for each in devices),
    }  # fmt: skip


def coverage(loop: Loop) -> Figures:
    """Of each rule the share of hours in which it could have fired; rows of each stream once."""
    period, connection = loop.period, loop.session.connection()
    case = load_cases(connection, [loop.patient], period.until)[loop.patient]
    found: Figures = {}
    for stream in dict.fromkeys(rule.stream for rule in RULES.values() if rule.on):
        mine = [rule for rule in RULES.values() if rule.on and rule.stream == stream]
        rows = loop.rows([stream], max(rule.lookback for rule in mine))
        samples = marked(stream, [sample(row) for row in rows], case.zone)
        received = {row.id: row.received_at for row in rows}
        span = period.since, period.until
        for rule in mine:
            one = covered(rule, samples, case, span, running=[], received_at=received)
            found[rule.id] = 100 * one.share
    return found


def patient(loop: Loop) -> Figures:
    rows = loop.rows(["blood_pressure", "sleep", "glucose", "cgm"], timedelta(days=90))
    weighed, _ = loop.weighings(timedelta(days=97))
    found: Figures = {}
    now = [row for row in rows if row.measured_at >= loop.period.since]
    for name in ("systolic", "diastolic", "pulse", "ahi", "total_sleep"):
        found[f"{name}_mean"] = mean([v for row in now if (v := getattr(row, name)) is not None])
    firsts: dict[date, float] = {}
    for row in weighed:
        firsts.setdefault(loop.day(row.measured_at), row.weight)
    since = loop.day(loop.period.since)
    found["weight_median"] = quantile([kg for day, kg in firsts.items() if day >= since], 0.5)
    used = [row.therapy_time for row in now if row.therapy_time is not None]
    found["nights_4h_pct"] = percent(sum(each >= 240 for each in used), len(used))
    bands = [ADULT.band(Amount(*row.as_sent["glucose"])) for row in now if row.stream == "cgm"]
    found["cgm_in_range_pct"] = percent(sum(each == "target" for each in bands), len(bands))
    found["cgm_below_70_pct"] = percent(sum(each.endswith("low") for each in bands), len(bands))
    return found


PLAIN: dict[str, Callable[[Loop], Figures]] = {
    "agp": agp, "home-bp": home_bp, "weight": weight, "sleep": sleep, "patient": patient, "device-days": device_days,
    "quality": quality,
}  # fmt: skip
