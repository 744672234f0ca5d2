"""What devices get wrong in what they say, by name; what the network gets wrong is not decided here.

A share of one or two in a hundred, a few a device. The first reading of a patient on a device and the last ones stay
sound: the first proves the path, and a stream must not end in a silence that nobody planned.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from simulators.clock_faults import clock_reset, clock_slow
from simulators.identity_faults import factory_reset, id_reused
from simulators.message_faults import array_partly_bad, garbage
from simulators.reading_faults import other_person, unit_missing
from simulators.wire import Parcel, Shot

# in this order, so that one fault never lands on another
OF_READINGS: Final[Mapping[str, Callable[[list[Shot], Random], list[Shot]]]] = {
    "factory_reset": factory_reset,
    "clock_reset": clock_reset,
    "clock_slow": clock_slow,
    "other_person": other_person,
    "id_reused": id_reused,
    "unit_missing": unit_missing,
}
OF_MESSAGES: Final[Mapping[str, Callable[[list[Parcel], Random], list[Parcel]]]] = {
    "array_partly_bad": array_partly_bad,
    "garbage": garbage,
}
CONTENT_FAULTS: Final = frozenset({*OF_READINGS, *OF_MESSAGES})
