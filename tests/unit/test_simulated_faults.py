"""What devices get wrong in what they say: as often as promised, as expected, and never where a run must stay sound."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from models.measures import CATALOGUE
from simulators.cohort import CONTENT_FAULTS, plan
from simulators.message_faults import NOISE
from simulators.plan import Plan, Taken
from simulators.reading_faults import ABSURD
from simulators.series import dice

UNTIL = datetime(2026, 2, 20, 18, tzinfo=UTC)
SOUND_END = 3
LABELS = {
    "clock_fault", "clock_slow", "factory_reset", "id_reused", "other_person",
    "unit_missing", "out_of_range", "offset_missing", "garbage",
}  # fmt: skip


@pytest.fixture(scope="module")
def sound() -> Plan:
    return plan(patients=12, days=30, seed=11, until=UNTIL, faults=frozenset())


@pytest.fixture(scope="module")
def faulty() -> Plan:
    return plan(patients=12, days=30, seed=11, until=UNTIL, faults=CONTENT_FAULTS)


@pytest.fixture(scope="module")
def arrays() -> Plan:
    return plan(patients=12, days=30, seed=11, until=UNTIL, faults=frozenset({"array_partly_bad"}))


def with_fault(name: str) -> list[Taken]:
    return readings(plan(patients=7, days=14, seed=11, until=UNTIL, faults=frozenset({name})))


def readings(planned: Plan) -> list[Taken]:
    return [taken for upload in planned.uploads for taken in upload.readings]


def elements(payload: bytes) -> list[dict[str, object]]:
    decoded = json.loads(payload)
    return decoded if isinstance(decoded, list) else [decoded]


def moment(one: Taken) -> tuple[str, str, datetime]:
    """What names a reading whatever its device says."""
    return one.patient, one.device, one.at


def numbers(planned: Plan) -> dict[str, list[int]]:
    """Device -> `seq` of everything it took, in order."""
    found: dict[str, list[int]] = {}
    for upload in planned.uploads:
        if upload.readings[0].id:
            found.setdefault(upload.device, []).extend(
                int(str(one["seq"])) for one in elements(upload.payload)[: len(upload.readings)]
            )
    return found


def test_faults_are_the_same_for_the_same_arguments() -> None:
    one, other = (plan(patients=7, days=5, seed=11, until=UNTIL, faults=CONTENT_FAULTS) for _ in range(2))
    assert one == other


def test_faults_change_no_sound_reading_and_lose_none(sound: Plan, faulty: Plan) -> None:
    before, after = ({moment(one): one for one in readings(planned) if one.id} for planned in (sound, faulty))
    assert before.keys() == after.keys()
    untouched = [key for key, one in after.items() if one.truth == before[key].truth]
    assert len(untouched) > 0.97 * len(before)
    assert all(after[key].values == before[key].values for key in untouched)
    assert all(after[key].measured_at == before[key].measured_at for key in untouched)


def test_transport_faults_are_somebody_elses() -> None:
    names: tuple[frozenset[str], ...] = (frozenset(), frozenset({"offline", "reorder"}))
    without, asked = (plan(patients=7, days=5, seed=11, until=UNTIL, faults=one) for one in names)
    assert without == asked


def test_without_faults_everything_will_be_stored(sound: Plan) -> None:
    assert {one.expect for one in readings(sound)} == {"stored"}


def test_every_fault_occurs_and_all_together_stay_a_small_share(faulty: Plan) -> None:
    labels = Counter(label for one in readings(faulty) for label in one.truth)
    for label in LABELS:
        assert labels[label] >= 3
    total = len(readings(faulty))
    assert labels["clock_fault"] <= 0.02 * total
    assert sum(one.expect != "stored" for one in readings(faulty)) <= 0.02 * total


def test_a_few_faults_a_device(faulty: Plan) -> None:
    refused = Counter(one.device for one in readings(faulty) if one.expect != "stored")
    assert len(refused) == len({upload.device for upload in faulty.uploads})
    assert max(refused.values()) <= 20


def test_a_reading_is_refused_for_one_reason_at_most(faulty: Plan) -> None:
    apart = LABELS - {"clock_fault"}  # which a factory reset brings with it
    assert all(len(apart.intersection(one.truth)) <= 1 for one in readings(faulty))


def test_the_first_and_the_last_readings_of_a_patient_on_a_device_stay_sound(faulty: Plan) -> None:
    rows: dict[tuple[str, str], list[Taken]] = {}
    for one in sorted((one for one in readings(faulty) if one.id), key=lambda one: one.at):
        rows.setdefault((one.patient, one.device), []).append(one)
    for row in rows.values():
        for one in [row[0], *row[-SOUND_END:]]:
            assert one.expect == "stored"
            assert LABELS.isdisjoint(one.truth)


def test_a_clock_reset_says_the_year_2000_in_the_patients_own_offset_and_is_stored() -> None:
    lost = [one for one in with_fault("clock_reset") if "clock_fault" in one.truth]
    assert lost
    for one in lost:
        said = datetime.fromisoformat(one.measured_at or "")
        assert said.date().isoformat() == "2000-01-01"
        assert said.utcoffset() is not None
        assert one.expect == "stored"
        assert one.at.year == 2026


def test_a_clock_reset_moves_the_beginning_of_a_night_with_its_end() -> None:
    planned = plan(patients=7, days=14, seed=11, until=UNTIL, faults=frozenset({"clock_reset"}))
    nights = [body for one in planned.uploads if one.measure == "sleep" for body in elements(one.payload)]
    lost = [body for body in nights if str(body["measured_at"]).startswith("2000")]
    assert lost
    for body in lost:
        began, ended = (datetime.fromisoformat(str(body[name])) for name in ("started_at", "measured_at"))
        assert (ended - began).total_seconds() / 60 == body["values"]["time_in_bed"]["value"]  # type: ignore[index]  # a body


def test_a_shared_cuff_never_loses_its_clock(faulty: Plan) -> None:
    shared = faulty.patients[6].devices[0]
    assert shared.slot == 2
    assert not any("clock_fault" in one.truth for one in readings(faulty) if one.device == shared.id)


def test_a_slow_clock_is_minutes_to_hours_behind_for_a_while_and_says_nothing_of_it() -> None:
    slow = [one for one in with_fault("clock_slow") if "clock_slow" in one.truth]
    assert len({one.device for one in slow}) >= 7
    behind: dict[str, set[timedelta]] = {}
    for one in slow:
        assert one.expect == "stored"
        behind.setdefault(one.device, set()).add(one.at - datetime.fromisoformat(one.measured_at or ""))
    assert all(len(each) == 1 for each in behind.values())
    assert all(timedelta(minutes=3) <= next(iter(each)) <= timedelta(hours=3.2) for each in behind.values())


def test_what_another_person_weighs_is_stored_under_the_holder_in_the_digits_of_the_device() -> None:
    names: tuple[frozenset[str], ...] = (frozenset(), frozenset({"other_person"}))
    before, after = (plan(patients=12, days=14, seed=11, until=UNTIL, faults=one) for one in names)
    own = {(one.device, one.id): one for one in readings(before)}
    others = [one for one in readings(after) if "other_person" in one.truth]
    assert {one.measure for one in others} == {"weight", "blood_pressure"}
    for one in others:
        mine = own[one.device, one.id]
        assert (one.expect, one.patient, one.values.keys()) == ("stored", mine.patient, mine.values.keys())
        assert one.values != mine.values
        for name, sent in one.values.items():
            assert (type(sent["value"]), sent["unit"]) == (type(mine.values[name]["value"]), mine.values[name]["unit"])


def test_an_id_is_used_again_by_another_reading_of_the_device_whose_first_one_stays() -> None:
    taken = with_fault("id_reused")
    again = [one for one in taken if "id_reused" in one.truth]
    firsts = {one.device: one for one in reversed(taken)}
    assert len({one.device for one in again}) >= 10
    for one in again:
        assert (one.expect, one.id) == ("store.conflict", firsts[one.device].id)
        assert firsts[one.device].expect == "stored"
        assert one.measured_at != firsts[one.device].measured_at


def test_an_id_that_is_used_again_starts_no_episode_a_second_time() -> None:
    """With this seed a meter's first reading is a low one, and its id comes again."""
    planned = plan(patients=2, days=3, seed=6, until=UNTIL, faults=frozenset({"id_reused"}))
    again = {(one.device, one.id) for one in readings(planned) if one.expect != "stored"}
    assert any(one.expect_flags for one in readings(planned) if (one.device, one.id) in again)
    assert not any(one.expect_flags for one in readings(planned) if one.expect != "stored")


def test_after_a_factory_reset_count_clock_and_first_id_begin_again() -> None:
    planned = plan(patients=12, days=14, seed=11, until=UNTIL, faults=frozenset({"factory_reset"}))
    taken: dict[str, list[Taken]] = {}
    for one in readings(planned):
        taken.setdefault(one.device, []).append(one)
    resets = {device: n for device, row in taken.items() for n, one in enumerate(row) if "factory_reset" in one.truth}
    assert 3 <= len(resets) < len(taken)
    for device, n in resets.items():
        row = taken[device]
        assert (row[n].expect, row[n].id) == ("store.conflict", row[0].id)
        assert (row[n].measured_at or "").startswith("2000-01-01")
        assert len({one.id for one in row}) == len(row) - 1
        assert numbers(planned)[device] == [*range(1, n + 1), *range(1, len(row) - n + 1)]
        assert all(one.expect == "stored" for one in row[n + 1 :])


@pytest.mark.parametrize("seed", range(3))
def test_no_two_readings_of_a_device_claim_one_instant_whatever_its_clock_does(seed: int) -> None:
    clocks = frozenset({"factory_reset", "clock_reset", "clock_slow"})
    planned = plan(patients=7, days=12, seed=seed, until=UNTIL, faults=clocks)
    said = [(one.device, datetime.fromisoformat(one.measured_at or "")) for one in readings(planned)]
    assert len(set(said)) == len(said)


def test_a_missing_unit_is_missing_from_exactly_one_component() -> None:
    bare = [one for one in with_fault("unit_missing") if one.expect != "stored"]
    assert {one.expect for one in bare} == {"decode.unit_missing"}
    assert all(sum("unit" not in sent for sent in one.values.values()) == 1 for one in bare)


ELEMENT = b'{"id":"ABCDEFGH-000041","values":{"glucose":{"value":99,"unit":"mg/dL"}}}'


@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_no_json_whatever_the_dice_say(noise: Callable[[bytes, Random], bytes]) -> None:
    for number in range(300):
        payload = noise(ELEMENT, dice("noise", number))
        with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
            json.loads(payload.decode())


def test_garbage_comes_on_top_of_the_readings_and_is_different_each_time() -> None:
    planned = plan(patients=7, days=14, seed=11, until=UNTIL, faults=frozenset({"garbage"}))
    noise = [one for one in planned.uploads if any(taken.id is None for taken in one.readings)]
    assert len({one.payload for one in noise}) == len(noise) >= 7
    for upload in noise:
        (heard,) = upload.readings
        assert (heard.measured_at, heard.values, heard.truth) == (None, {}, ("garbage",))
        assert heard.expect == "decode.not_json"


def test_an_array_is_partly_bad_and_partly_good(arrays: Plan) -> None:
    bad = [one for one in arrays.uploads if any(taken.expect != "stored" for taken in one.readings)]
    assert len(bad) >= 12
    codes = {taken.expect for one in bad for taken in one.readings}
    assert codes == {"stored", "decode.unit_missing", "decode.out_of_range", "decode.offset_missing"}
    for upload in bad:
        assert len(upload.readings) >= 4
        assert any(taken.expect == "stored" for taken in upload.readings)
        given = [one["id"] for one in elements(upload.payload)]
        assert given[: len(upload.readings)] == [taken.id for taken in upload.readings]


def test_an_element_that_stands_twice_repeats_a_good_one_to_the_letter(arrays: Plan) -> None:
    twice = 0
    for upload in arrays.uploads:
        sent = elements(upload.payload)
        for more in sent[len(upload.readings) :]:
            place = sent.index(more)
            assert upload.readings[place].expect == "stored"
            twice += 1
    assert twice >= 3


def test_an_absurd_number_is_absurd_in_every_unit(arrays: Plan) -> None:
    limits = {"mmHg": 299, "kPa": 39.9, "mg/dL": 1000, "mmol/L": 55.6, "kg": 350, "lb": 772, "min": 1440}
    absurd = [one for one in readings(arrays) if one.expect == "decode.out_of_range"]
    assert len(absurd) >= 6
    for one in absurd:
        assert any(float(str(sent["value"])) > limits.get(str(sent["unit"]), 1e9) for sent in one.values.values())


def test_an_absurd_number_is_absurd_of_the_lowest_that_a_living_person_shows() -> None:
    lowest = {"blood_pressure": 45, "glucose": 20, "weight": 25, "sleep": 30}
    for measure, (name, times) in ABSURD.items():
        [component] = [each for each in CATALOGUE[measure].components if each.name == name]
        assert lowest[measure] * times > component.plausible[1]


def test_no_refused_reading_starts_an_episode(faulty: Plan) -> None:
    assert not any(one.expect_flags for one in readings(faulty) if one.expect != "stored")
