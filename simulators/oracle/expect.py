"""All rules over all people: at which readings does an episode start?"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from simulators.oracle.cgm import cgm_h2, cgm_l1, cgm_l2, cgm_prol
from simulators.oracle.falls import cgm_roc, cgm_uls
from simulators.oracle.glucose import glu_l1, glu_l2, glu_xhi
from simulators.oracle.grades import bp_g3, bp_low, bp_ortho, bp_preg_mod, bp_s2
from simulators.oracle.highs import glu_hi, glu_preg, glu_vhi
from simulators.oracle.point import Point
from simulators.oracle.pressure import bp_low_crit, bp_preg, bp_sev
from simulators.oracle.pulse import hr_brady, hr_irreg, hr_tachy, hr_trend
from simulators.oracle.seen import Seen
from simulators.oracle.sleep import (
    slp_ahi,
    slp_ahi_cpap,
    slp_cpap_use,
    slp_eff,
    slp_nadir,
    slp_odi,
    slp_short,
    slp_spo2_88,
    slp_t90,
)
from simulators.oracle.streams import streams
from simulators.oracle.weeks import bp_drop, bp_home_eu, bp_home_us, bp_rise
from simulators.oracle.weight import wt_hf_1d, wt_hf_3d, wt_hf_7d, wt_hf_dry, wt_hf_loss
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
        "cgm": {
            "CGM-L2": cgm_l2, "CGM-L1": cgm_l1, "CGM-PROL": cgm_prol, "CGM-H2": cgm_h2, "CGM-ROC": cgm_roc,
            "CGM-ULS": cgm_uls,
        },
        "glucose": {
            "GLU-L1": glu_l1, "GLU-L2": glu_l2, "GLU-XHI": glu_xhi, "GLU-VHI": glu_vhi, "GLU-HI": glu_hi,
            "GLU-PREG": glu_preg,
        },
        "sleep": {
            "SLP-AHI": slp_ahi, "SLP-AHI-CPAP": slp_ahi_cpap, "SLP-CPAP-USE": slp_cpap_use, "SLP-ODI": slp_odi,
            "SLP-SHORT": slp_short, "SLP-EFF": slp_eff, "SLP-SPO2-88": slp_spo2_88, "SLP-NADIR": slp_nadir,
            "SLP-T90": slp_t90,
        },
        "weight": {
            "WT-HF-1D": wt_hf_1d, "WT-HF-3D": wt_hf_3d, "WT-HF-7D": wt_hf_7d, "WT-HF-DRY": wt_hf_dry,
            "WT-HF-LOSS": wt_hf_loss,
        },
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
