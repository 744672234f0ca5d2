"""A cohort's plan: the same for the same arguments, believable, and in the words of the contract."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from models.measures import CATALOGUE, Component, stream_of
from simulators.cohort import open_silences, plan
from simulators.conditions import CONDITIONS
from simulators.plan import Plan, Taken

UNTIL = datetime(2026, 4, 5, 9, 30, tzinfo=UTC)  # the month holds both spring changes and Sydney's autumn one
NONE: frozenset[str] = frozenset()
FIRST_LIMIT = {"blood_pressure": 3.0, "sleep": 3.0, "weight": 2.0}


@pytest.fixture(scope="module")
def month() -> Plan:
    return plan(patients=12, days=30, seed=5, until=UNTIL, faults=NONE)


def readings(planned: Plan) -> list[Taken]:
    return [taken for upload in planned.uploads for taken in upload.readings]


def component(taken: Taken, name: str) -> Component:
    return next(one for one in CATALOGUE[taken.measure].components if one.name == name)


def test_the_same_arguments_give_the_same_plan_to_the_last_byte() -> None:
    one, other = (plan(patients=12, days=4, seed=5, until=UNTIL, faults=NONE) for _ in range(2))
    assert one == other


def test_another_seed_has_other_patients_devices_and_readings(month: Plan) -> None:
    other = plan(patients=12, days=3, seed=6, until=UNTIL, faults=NONE)
    assert not {one.id for one in month.patients} & {one.id for one in other.patients}
    assert not {taken.device for taken in readings(month)} & {taken.device for taken in readings(other)}
    assert not {taken.id for taken in readings(month)} & {taken.id for taken in readings(other)}


def test_another_end_never_uses_a_readings_id_again(month: Plan) -> None:
    later = plan(patients=12, days=3, seed=5, until=UNTIL + timedelta(minutes=1), faults=NONE)
    assert {one.device for one in readings(later)} <= {one.device for one in readings(month)}
    assert not {(one.device, one.id) for one in readings(month)} & {(one.device, one.id) for one in readings(later)}


def test_more_patients_do_not_change_the_first_ones() -> None:
    seven = plan(patients=7, days=2, seed=5, until=UNTIL, faults=NONE)
    eight = plan(patients=8, days=2, seed=5, until=UNTIL, faults=NONE)
    assert eight.patients[:7] == seven.patients
    assert [one for one in readings(eight) if one.patient != eight.patients[7].id] == readings(seven)


def test_twelve_patients_have_all_conditions_and_all_measures(month: Plan) -> None:
    assert {one.condition for one in month.patients} == {one.name for one in CONDITIONS}
    assert len(CONDITIONS) == 7
    assert {taken.measure for taken in readings(month)} == set(CATALOGUE)
    assert {*CATALOGUE, "cgm"} <= {stream_of(taken.measure, taken.context) for taken in readings(month)}


def test_a_month_of_twelve_is_a_believable_amount(month: Plan) -> None:
    assert 15_000 < len(readings(month)) < 25_000
    flags = Counter(rule for taken in readings(month) for rule in taken.expect_flags)
    assert 50 <= sum(flags.values()) <= 110
    assert {"BP-SEV", "CGM-L2", "GLU-L1", "GLU-L2", "WT-HF-3D", "SLP-AHI"} <= set(flags)
    assert {rule for silence in month.silences for rule in silence.expect_flags} == {
        "NODATA-WT", "NODATA-BP", "NODATA-GLU", "NODATA-SLP",
    }  # fmt: skip


def test_ids_are_as_the_contract_wants_and_never_repeat(month: Plan) -> None:
    given = [(taken.device, taken.id) for taken in readings(month)]
    assert len(set(given)) == len(given)
    assert all(re.fullmatch(r"[a-z0-9-]{8,40}", device) for device, _ in given)
    assert all(one and re.fullmatch(r"[0-9A-Z]{8}-\d{6}", one) for _, one in given)


def test_seq_counts_every_reading_of_a_device_without_a_gap(month: Plan) -> None:
    counts: dict[str, list[int]] = {}
    for upload in month.uploads:
        elements = json.loads(upload.payload)
        for element in elements if isinstance(elements, list) else [elements]:
            counts.setdefault(upload.device, []).append(element["seq"])
    assert all(seen == list(range(1, len(seen) + 1)) for seen in counts.values())


def test_the_ledgers_side_is_what_the_payload_says(month: Plan) -> None:
    for upload in month.uploads:
        elements = json.loads(upload.payload)
        elements = elements if isinstance(elements, list) else [elements]
        said = [(one["id"], one["measured_at"], one["values"], one["context"]) for one in elements]
        assert said == [(one.id, one.measured_at, one.values, one.context) for one in upload.readings]


def test_messages_stay_within_the_contracts_bounds_and_in_order(month: Plan) -> None:
    assert all(len(upload.payload) <= 65_536 and 1 <= len(upload.readings) <= 500 for upload in month.uploads)
    assert [upload.at for upload in month.uploads] == sorted(upload.at for upload in month.uploads)
    assert all(taken.at <= upload.at <= UNTIL for upload in month.uploads for taken in upload.readings)
    sizes = [len(one.readings) for one in month.uploads if one.device.startswith("cgm")]
    assert min(sizes[:-1]) >= 1
    assert max(sizes) <= 48
    assert sum(12 <= size <= 48 for size in sizes) >= len(sizes) - 2


def test_every_sound_reading_is_plausible_in_its_own_unit(month: Plan) -> None:
    for taken in readings(month):
        for name, sent in taken.values.items():
            one = component(taken, name)
            specimen = one.specimens.get(taken.context.get("specimen", ""))
            low, high = specimen.plausible if specimen else one.plausible
            if sent["value"] not in ("LO", "HI"):
                assert low <= one.accepts[str(sent["unit"])].apply(decimal(sent["value"])) <= high


def decimal(value: object) -> Decimal:
    return Decimal(str(value))


def test_every_required_component_is_there_and_pressures_are_the_right_way_round(month: Plan) -> None:
    for taken in readings(month):
        assert set(CATALOGUE[taken.measure].required) <= set(taken.values)
        if taken.measure == "blood_pressure":
            assert decimal(taken.values["systolic"]["value"]) > decimal(taken.values["diastolic"]["value"])


def test_every_unit_of_the_shops_occurs_with_the_digits_such_devices_show(month: Plan) -> None:
    digits: dict[str, set[int]] = {}
    for taken in readings(month):
        for sent in taken.values.values():
            if not isinstance(sent["value"], str):
                digits.setdefault(str(sent["unit"]), set()).add(len(str(sent["value"]).partition(".")[2]))
    assert {unit: digits[unit] for unit in ("mmHg", "kPa", "mg/dL", "mmol/L", "kg", "lb")} == {
        "mmHg": {0}, "kPa": {1}, "mg/dL": {0}, "mmol/L": {1}, "kg": {1}, "lb": {1},
    }  # fmt: skip


def test_offsets_are_those_of_the_patients_zone_at_that_instant(month: Plan) -> None:
    zones = {one.id: ZoneInfo(one.zone) for one in month.patients}
    changed = set()
    for taken in readings(month):
        said = datetime.fromisoformat(taken.measured_at or "")
        assert said == taken.at
        assert said.utcoffset() == taken.at.astimezone(zones[taken.patient]).utcoffset()
        changed.add((taken.patient, said.utcoffset()))
    assert sum(count > 1 for count in Counter(patient for patient, _ in changed).values()) >= 8


def test_a_night_over_the_change_of_clocks_has_both_offsets_and_its_real_length() -> None:
    planned = plan(patients=7, days=4, seed=5, until=datetime(2026, 3, 30, 12, tzinfo=UTC), faults=NONE)
    nights = [json.loads(one.payload) for one in planned.uploads if one.measure == "sleep"]
    for night in nights:
        began, ended = (datetime.fromisoformat(night[name]) for name in ("started_at", "measured_at"))
        assert (ended - began) / timedelta(minutes=1) == night["values"]["time_in_bed"]["value"]
    offsets = {(one["started_at"][-6:], one["measured_at"][-6:]) for one in nights}
    assert ("+00:00", "+01:00") in offsets  # London, 29 March 2026


def test_no_two_readings_of_a_stream_claim_one_instant() -> None:
    for seed in range(2):
        planned = plan(patients=7, days=12, seed=seed, until=UNTIL, faults=frozenset({"clock_reset"}))
        said = [
            (one.patient, stream_of(one.measure, one.context), datetime.fromisoformat(one.measured_at or ""))
            for one in readings(planned)
        ]
        assert len(set(said)) == len(said)


def test_two_people_of_one_home_share_the_cuff_by_slot(month: Plan) -> None:
    discharged, healthy = month.patients[5], month.patients[6]
    ours, theirs = (next(d for d in one.devices if "cuff" in d.id) for one in (discharged, healthy))
    assert ours.id == theirs.id
    assert (ours.slot, theirs.slot) == (1, 2)
    assert discharged.zone == healthy.zone
    bodies = [json.loads(upload.payload) for upload in month.uploads if upload.device == ours.id]
    assert {body["user"] for body in bodies} == {1, 2}


def test_nobody_else_has_a_slot_or_a_borrowed_device(month: Plan) -> None:
    devices = [(device.id, device.slot) for one in month.patients for device in one.devices]
    assert len([slot for _, slot in devices if slot is not None]) == 2
    assert len(set(devices)) == len(devices)


def test_names_are_different_and_there_is_one_for_everybody() -> None:
    people = plan(patients=71, days=0, seed=1, until=UNTIL, faults=NONE).patients
    assert len({one.name for one in people}) == 71


@pytest.mark.parametrize("seed", range(3))
def test_a_stream_ends_near_the_end_or_long_before_it(seed: int) -> None:
    """So that the clock of whoever evaluates decides nothing: half a limit of room on both sides."""
    planned = plan(patients=14, days=13, seed=seed, until=UNTIL + timedelta(hours=5 * seed), faults=NONE)
    silent = {(one.patient, one.measure) for one in planned.silences if one.end is None}
    last: dict[tuple[str, str], datetime] = {}
    for taken in readings(planned):
        stream = stream_of(taken.measure, taken.context)
        if stream != "cgm" and "kind" not in taken.context:
            last[taken.patient, stream] = max(taken.at, last.get((taken.patient, stream), taken.at))
    facts = {one.id: dict(one.facts) for one in planned.patients}
    for (patient, stream), at in last.items():
        limit = FIRST_LIMIT.get(stream, 2 * float(facts[patient].get("glucose_gap_hours", "36")) / 24)
        age = (planned.until - at) / timedelta(days=1)
        if stream != "weight" or facts[patient].get("condition") == "heart_failure":
            assert age > 1.5 * limit if (patient, stream) in silent else age < 0.75 * limit


def test_open_silences_are_the_streams_that_are_silent_at_that_moment(month: Plan) -> None:
    at_the_end = {(one.patient, one.measure) for one in month.silences if one.end is None}
    assert len(at_the_end) == 1
    assert {(one.patient, one.measure) for one in open_silences(month, UNTIL)} == at_the_end
    much_later = open_silences(month, UNTIL + timedelta(days=60))
    by_measure = Counter(one.measure for one in much_later)
    assert by_measure == {"blood_pressure": 6, "glucose": 4, "weight": 2, "sleep": 3}
    assert all(one.end is None for one in much_later)


def test_a_short_run_has_readings_of_every_device() -> None:
    planned = plan(patients=12, days=2, seed=3, until=UNTIL, faults=NONE)
    seen = {upload.device for upload in planned.uploads}
    rare = {device.id for one in planned.patients for device in one.devices if "scale" in device.id}
    assert {device.id for one in planned.patients for device in one.devices} - rare <= seen


def test_no_patients_or_no_days_is_an_empty_plan() -> None:
    assert plan(patients=0, days=30, seed=1, until=UNTIL, faults=NONE).uploads == ()
    assert len(readings(plan(patients=7, days=0, seed=1, until=UNTIL, faults=NONE))) == 0
