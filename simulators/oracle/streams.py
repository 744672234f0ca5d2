"""The series the rules read, one a patient and measure; the sensor's glucose is a series of its own."""

from collections.abc import Sequence

from simulators.oracle.point import Point, point_of
from simulators.plan import Taken

Streams = dict[str, list[Point]]


def streams(taken: Sequence[Taken]) -> dict[str, Streams]:
    """Patient -> stream -> what will be stored of it, in the order of the times that the devices said."""
    found: dict[str, Streams] = {}
    for one in taken:
        point = point_of(one)
        if point is not None:
            stream = "cgm" if one.context.get("specimen") == "interstitial" else one.measure
            found.setdefault(one.patient, {}).setdefault(stream, []).append(point)
    return {
        patient: {stream: sorted(points, key=lambda point: point.at) for stream, points in by_stream.items()}
        for patient, by_stream in found.items()
    }
