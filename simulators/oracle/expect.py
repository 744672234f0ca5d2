"""All rules over all people: at which readings does an episode start?"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from simulators.oracle.cgm import cgm_l2
from simulators.oracle.glucose import glu_l1, glu_l2, glu_xhi
from simulators.oracle.point import Point
from simulators.oracle.pressure import bp_sev
from simulators.oracle.sleep import slp_ahi
from simulators.oracle.streams import Streams, streams
from simulators.oracle.weight import wt_hf_3d
from simulators.plan import PlannedPatient, Taken


def flags_expected(people: Sequence[PlannedPatient], taken: Sequence[Taken]) -> dict[tuple[str, str], tuple[str, ...]]:
    """(device, id) of a reading -> rules of which an episode starts there, in alphabetical order."""
    starts: dict[tuple[str, str], tuple[str, ...]] = {}
    seen = streams(taken)
    for patient in people:
        for rule, points in sorted(_starts(patient, seen.get(patient.id, {})).items()):
            for point in points:
                starts[point.key] = (*starts.get(point.key, ()), rule)
    return starts


def _starts(patient: PlannedPatient, seen: Streams) -> dict[str, list[Point]]:
    sticks = seen.get("glucose", [])
    failing = ("condition", "heart_failure") in patient.facts
    return {
        "BP-SEV": bp_sev(seen.get("blood_pressure", [])),
        "CGM-L2": cgm_l2(seen.get("cgm", [])),
        "GLU-L1": glu_l1(sticks),
        "GLU-L2": glu_l2(sticks),
        "GLU-XHI": glu_xhi(sticks),
        "SLP-AHI": slp_ahi(seen.get("sleep", []), ZoneInfo(patient.zone)),
        "WT-HF-3D": wt_hf_3d(seen.get("weight", []), ZoneInfo(patient.zone)) if failing else [],
    }
