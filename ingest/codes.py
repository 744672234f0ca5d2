"""Why a reading was refused, and what was noticed about one that was stored: stable codes, one sentence each.

The contract calls the codes stable: a code is never renamed and never given another meaning. `docs/` is made from this.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CODES: Final[Mapping[str, str]] = MappingProxyType({
    # the message as a whole
    "decode.bad_topic": "The topic is not hearthline/v1/up/{device}/{measure}.",
    "decode.unknown_measure": "The last level of the topic is no measure of the catalogue, nor status or symptoms.",
    "decode.bad_device": "A device id is not 8 to 40 lower-case letters, digits and hyphens.",
    "decode.empty": "The payload is empty, or an array without elements.",
    "decode.too_large": "The payload is larger than 64 KiB.",
    "decode.too_many": "The array has more than 500 elements.",
    "decode.too_deep": "The payload is nested more than 32 levels deep.",
    "decode.not_json": "The payload is not JSON, or not UTF-8.",
    "decode.crashed_worker": "The payload was alone in decode when a worker died, twice; it was not tried again.",
    # one element
    "decode.not_an_object": "The element is not a JSON object.",
    "decode.duplicate_key": "An object has the same key twice.",
    "decode.not_finite": "NaN and Infinity are neither JSON nor measurements.",
    "decode.bad_id": "The id is not 1 to 64 printable ASCII characters without spaces.",
    "decode.bad_seq": "The sequence number is not an integer from 0 to 2^53-1.",
    "decode.bad_time": "The time is not RFC 3339 with seconds, or no such time exists.",
    "decode.offset_missing": "The time has no UTC offset.",
    "decode.in_future": "The time is more than 24 hours after the message was received.",
    "decode.bad_interval": "An interval needs a start that lies before its end.",
    "decode.bad_user": "The user slot is not an integer from 0 to 255.",
    "decode.bad_clock": "The clock pair is not two readable times.",
    "decode.bad_context": "A known entry of the context has a value that is not among its choices.",
    # one component
    "decode.component_missing": "A component that this measure must have was not sent.",
    "decode.unknown_component": "The values name a component that this measure does not have.",
    "decode.unit_missing": "A unit is always required.",
    "decode.unit_not_accepted": "The unit is unknown or belongs to another quantity.",
    "decode.not_a_number": "The value is not a JSON number.",
    "decode.number_too_long": "The number has more than 40 characters or an exponent beyond 99.",
    "decode.not_a_count": "A count must be a whole number.",
    "decode.lohi_not_allowed": "LO and HI do not exist for this component.",
    "decode.out_of_range": "The value is outside what the measurement can be.",
    "decode.inconsistent": "Two values of the reading contradict each other.",
    # whose it is
    "identify.unknown_device": "The device is not enrolled.",
    "identify.unassigned": "Nobody held the device and slot when it was measured.",
    "identify.ambiguous_holder": "The clock is in doubt and the device has had several holders.",
    "identify.device_mismatch": "The payload names a device other than the topic's and not linked to it.",
    "identify.erased": "The patient was erased; the values were not kept.",
    # the record
    "store.conflict": "The device has used this id before for another reading; the first one stays.",
    "store.rejected": "The database refuses this one row whenever it is tried; the others of its batch are stored.",
    "store.expired": "The reading is older than the retention time; the values were not kept.",
})  # fmt: skip

MARKS: Final[Mapping[str, str]] = MappingProxyType({
    "questionable": "A value or a combination of values is unusual; critical rules still read it.",
    "<component>_unusual": "The component is outside the range expected of it.",
    "missing_pulse": "A blood pressure without a pulse.",
    "irregular": "The cuff saw an irregular heartbeat: the pressure is less reliable.",
    "pulse_pressure_unusual": "Systolic minus diastolic is below 20 or above 100 mmHg.",
    "mean_inconsistent": "The mean pressure is more than 15 mmHg from diastolic + 0.4 x pulse pressure.",
    "stages_exceed_sleep": "Light, deep and REM sleep add up to over 2 minutes more than the total sleep time.",
    "sleep_exceeds_bed": "The total sleep time is over 1 minute longer than the time in bed.",
    "night_exceeds_bed": "Sleep, wake after onset and latency are over 5 minutes longer than the time in bed.",
    "stages_doubtful": "The times contradict each other by over 15 minutes: the stages do not count.",
    "efficiency_unusual": "Less than 40 % of the time in bed was slept.",
    "recording_inadequate": "Under 4 hours were recorded.",
    "ahi_not_reportable": "Under 2 hours were recorded: the index is not reportable.",
    "ahead": "The time is more than 5 minutes after the message was received.",
    "late": "Received more than 24 hours after it was measured.",
    "old": "Received more than 90 days after it was measured.",
    "clock_doubtful": "The clock was at a factory default (before 2000-01-02): kept out of trends.",
    "clock_corrected": "The time was corrected from a coincident pair of a trusted gateway.",
})  # fmt: skip
