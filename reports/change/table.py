"""What is compared between two periods, from which difference on it counts as a change, and where it is wanted.

Numbers stand once, beside their source in the clinical reference; (design) marks what is ours.
"""

from dataclasses import dataclass
from typing import Final

DRY: Final = "dry weight"


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of a patient in a period. A difference of `threshold` or more counts as a change (in percent of the
    earlier figure where `relative`). Between `low` and `high` it is where it is wanted, None being no end; nearer to
    that is better. `around`: the range is this far on both sides of the patient's own figure of that name; without the
    figure, and in a pregnancy where `not_pregnant`, a change is neither better nor worse. It takes `readings` on
    `dates` in both periods."""

    figure: str
    words: str
    unit: str
    stream: str
    threshold: float
    source: str
    readings: int
    dates: int
    low: float | None = None
    high: float | None = None
    around: str = ""
    relative: bool = False
    not_pregnant: bool = False
    counted: str = "readings"


MEAN_BP: Final = "change §3.1 BP-RISE (design); range 2017 ACC/AHA goal and BP-LOW (unverified); enough §3.3"
SENSOR: Final = "change of 5 points §3.5 (in pregnancy; adults unverified); goal Battelino 2019; enough §3.5"
COMPARED: Final = (
    Compared("systolic_mean", "Systolic mean", "mmHg", "blood pressure", 10, MEAN_BP, 12, 3, 90, 130,
             not_pregnant=True),
    Compared("diastolic_mean", "Diastolic mean", "mmHg", "blood pressure", 5, MEAN_BP, 12, 3, 60, 80,
             not_pregnant=True),
    Compared("pulse_mean", "Pulse mean", "/min", "blood pressure", 15,
             "change §3.2 HR-TREND (design); range HR-BRADY, HR-TACHY (unverified)", 12, 3, 50, 100, relative=True,
             not_pregnant=True),
    Compared("cgm_in_range_pct", "Sensor glucose 70 to 180 mg/dL", "%", "sensor glucose", 5, SENSOR, 1, 14, 70, None,
             not_pregnant=True),
    Compared("cgm_below_70_pct", "Sensor glucose below 70 mg/dL", "%", "sensor glucose", 1,
             "change (design); goal Battelino 2019; enough §3.5", 1, 14, None, 4, not_pregnant=True),
    Compared("meter_in_range_pct", "Meter glucose 70 to 180 mg/dL, of readings", "%", "meter glucose", 10,
             "change and enough (design); of readings, not of time", 14, 7, 70, None, not_pregnant=True),
    Compared("weight_median", "Weight, median of first weighings", "kg", "weight", 2,
             "change and range 2 kg §3.6 WT-HF-DRY (design)", 3, 3, -2, 2, around=DRY, counted="dates"),
    Compared("ahi_mean", "Apnoea-hypopnoea index, mean", "/h", "sleep", 5,
             "change: one class of §3.7 SLP-AHI (design); range none below 5 §3.7", 4, 4, None, 5, counted="nights"),
    Compared("total_sleep_mean", "Time asleep, mean", "min", "sleep", 60,
             "change (design); range §3.7 SLP-SHORT and SLP-LONG", 4, 4, 420, 600, counted="nights"),
    Compared("nights_4h_pct", "Nights with 4 h of therapy or more", "%", "therapy", 10,
             "change (design); goal §3.7 SLP-CPAP-USE (unverified)", 4, 4, 70, None, counted="nights"),
)  # fmt: skip
ACTIVE: Final = "cgm_active_pct"
COVERED: Final = 70  # percent of the period, of a sensor (§3.5)
