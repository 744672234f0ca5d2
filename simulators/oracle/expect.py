"""All rules over all people: at which readings does an episode start?"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from simulators.oracle.cgm import cgm_l2
from simulators.oracle.glucose import glu_l1, glu_l2, glu_xhi
from simulators.oracle.grades import bp_g3, bp_low, bp_ortho, bp_preg_mod, bp_s2
from simulators.oracle.point import Point
from simulators.oracle.pressure import bp_low_crit, bp_preg, bp_sev
from simulators.oracle.pulse import hr_brady, hr_irreg, hr_tachy, hr_trend
from simulators.oracle.seen import Seen
from simulators.oracle.sleep import slp_ahi
from simulators.oracle.streams import streams
from simulators.oracle.weeks import bp_drop, bp_home_eu, bp_home_us, bp_rise
from simulators.oracle.weight import wt_hf_3d
from simulators.plan import PlannedPatient, Taken

Starts = Callable[[Seen], list[Point]]
RULES: Final[Mapping[str, Mapping[str, Starts]]] = MappingProxyType(
    {
        "blood_pressure": {
            "BP-SEV": bp_sev, "BP-G3": bp_g3, "BP-S2": bp_s2, "BP-HOME-EU": bp_home_eu, "BP-HOME-US": bp_home_us,
            "BP-LOW": bp_low, "BP-LOW-CRIT": bp_low_crit, "BP-ORTHO": bp_ortho, "BP-DROP": bp_drop, "BP-RISE": bp_rise,
            "BP-PREG": bp_preg, "BP-PREG-MOD": bp_preg_mod,
            "HR-BRADY": hr_brady, "HR-TACHY": hr_tachy, "HR-TREND": hr_trend, "HR-IRREG": hr_irreg,
        },
        "cgm": {"CGM-L2": lambda seen: cgm_l2(list(seen.points))},
        "glucose": {
            "GLU-L1": lambda seen: glu_l1(list(seen.points)), "GLU-L2": lambda seen: glu_l2(list(seen.points)),
            "GLU-XHI": lambda seen: glu_xhi(list(seen.points)),
        },
        "sleep": {"SLP-AHI": lambda seen: slp_ahi(list(seen.points), ZoneInfo(seen.patient.zone))},
        "weight": {"WT-HF-3D": wt_hf_3d},
    }
)  # fmt: skip


def flags_expected(people: Sequence[PlannedPatient], taken: Sequence[Taken]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(device, id) of a reading -> rules of which an episode starts there, in alphabetical order."""
    starts: dict[tuple[str, str], tuple[str, ...]] = {}
    everything = streams(taken)
    for patient in people:
        mine = everything.get(patient.id, {})
        found = [
            (rule, point.key)
            for stream, points in mine.items()
            for rule, judge in RULES.get(stream, {}).items()
            for point in judge(Seen(patient, points))
        ]
        for rule, key in sorted(found):
            starts[key] = (*starts.get(key, ()), rule)
    return starts
