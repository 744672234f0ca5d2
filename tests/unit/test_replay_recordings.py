"""Recordings become what a device would send: every row, digits as they stand, times never guessed."""

import json
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.columns import parse_map
from simulators.local_time import as_sent, instant_of
from simulators.read_csv import readings_from_csv
from simulators.recording import Recorded, readings_from_json_lines, recorded
from simulators.replay import uploads_of

PARIS = ZoneInfo("Europe/Paris")
CGM = "measured_at=time,glucose=gl:mg/dL"


@pytest.mark.parametrize(
    ("text", "zone", "sent"),
    [
        ("2015-06-06 16:50:27", PARIS, "2015-06-06T16:50:27+02:00"),
        ("2015-01-06T16:50:27", PARIS, "2015-01-06T16:50:27+01:00"),
        ("31.12.2013 12:35", PARIS, "2013-12-31T12:35:00+01:00"),
        ("1.2.2013 12:35", PARIS, "2013-02-01T12:35:00+01:00"),
        ("2015-06-06T16:50:27-04:00", PARIS, "2015-06-06T16:50:27-04:00"),
        ("2015-06-06T16:50:27Z", None, "2015-06-06T16:50:27+00:00"),
        ("1675209784", None, "2023-02-01T00:03:04+00:00"),
        ("1675209784.5", PARIS, "2023-02-01T01:03:04.500000+01:00"),
    ],
)
def test_a_time_that_is_certain_goes_out_with_its_offset(text: str, zone: ZoneInfo | None, sent: str) -> None:
    assert as_sent(text, zone) == sent


@pytest.mark.parametrize("hour", ["2015-10-25 02:30:00", "2015-03-29 02:30:00"], ids=["twice", "never"])
def test_an_hour_the_zone_had_twice_or_never_goes_out_without_an_offset(hour: str) -> None:
    assert as_sent(hour, PARIS) == hour.replace(" ", "T")
    assert instant_of(as_sent(hour, PARIS)) is None


def test_without_a_zone_a_wall_clock_time_gets_no_offset() -> None:
    assert as_sent("2015-06-06 16:50:27", None) == "2015-06-06T16:50:27"


@pytest.mark.parametrize("text", ["", "soon", "2015-02-30 10:00", "2015-06-06", "20150606", "31.12.2013", "—"])
def test_what_is_no_time_of_day_on_a_date_goes_out_as_it_is(text: str) -> None:
    assert as_sent(text, PARIS) == text


def csv(tmp_path: Path, text: str, name: str = "trace.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def bodies(readings: list[Recorded]) -> list[Mapping[str, object]]:
    return [{name: value for name, value in json.loads(one.text).items() if name != "id"} for one in readings]


def test_a_row_becomes_a_reading(tmp_path: Path) -> None:
    path = csv(tmp_path, '"","id","time","gl"\n"1","Subject 1",2015-06-06 16:50:27,153\n')
    context = {"specimen": "interstitial"}
    (reading,) = readings_from_csv(path, parse_map(CGM, "glucose"), zone=PARIS, context=context)
    assert bodies([reading]) == [
        {
            "measured_at": "2015-06-06T16:50:27+02:00",
            "values": {"glucose": {"value": 153, "unit": "mg/dL"}},
            "context": {"specimen": "interstitial"},
        }
    ]
    assert reading.at is not None
    assert reading.measured_at == "2015-06-06T16:50:27+02:00"


def test_two_columns_make_a_time_and_several_make_a_reading(tmp_path: Path) -> None:
    path = csv(tmp_path, "\ufeffdatum;zeit;gewicht;fett\n31.12.2013;12:35;77.90;21.00\n")
    columns = parse_map("measured_at=datum+zeit,weight=gewicht:kg,body_fat=fett:%", "weight")
    (reading,) = readings_from_csv(path, columns, zone=PARIS)
    assert bodies([reading]) == [
        {
            "measured_at": "2013-12-31T12:35:00+01:00",
            "values": {"weight": {"value": 77.9, "unit": "kg"}, "body_fat": {"value": 21.0, "unit": "%"}},
        }
    ]
    assert '"value": 77.90,' in reading.text


def test_two_values_at_one_instant_are_two_readings(tmp_path: Path) -> None:
    path = csv(tmp_path, "time,gl\n1679673060,81\n1679673060,146\n")
    readings = readings_from_csv(path, parse_map(CGM, "glucose"))
    assert len({reading.id for reading in readings}) == 2
    assert len({reading.measured_at for reading in readings}) == 1


def test_the_same_file_gives_the_same_ids_and_another_file_others(tmp_path: Path) -> None:
    paths = [csv(tmp_path, "time,gl\n1679673060,81\n", name) for name in ("a.csv", "a.csv", "b.csv")]
    first, again, other = (readings_from_csv(path, parse_map(CGM, "glucose"))[0].id for path in paths)
    assert first == again != other


def test_every_row_is_sent_also_one_that_holds_no_reading(tmp_path: Path) -> None:
    path = csv(tmp_path, "time,gl\nnonsense,81\n1679673060,\n1679673060,Low\n1679673060,n/a\n1679673060\n")
    values = [body["values"] for body in bodies(readings_from_csv(path, parse_map(CGM, "glucose")))]
    low, words = ({"glucose": {"value": text, "unit": "mg/dL"}} for text in ("LO", "n/a"))
    assert values == [{"glucose": {"value": 81, "unit": "mg/dL"}}, {}, low, words, {}]


@pytest.mark.parametrize("cell", ["NaN", "Infinity", "007", "1,5", "0x10", ".5", "5."])
def test_what_json_does_not_call_a_number_is_sent_as_text(tmp_path: Path, cell: str) -> None:
    path = csv(tmp_path, f'time;gl\n1679673060;"{cell}"\n1679673360;81\n')
    body, _ = bodies(readings_from_csv(path, parse_map(CGM, "glucose")))
    assert body["values"] == {"glucose": {"value": cell, "unit": "mg/dL"}}


def test_one_person_of_a_file_can_be_chosen(tmp_path: Path) -> None:
    path = csv(tmp_path, "who,time,gl\na,1679673060,81\nb,1679673060,146\n")
    assert len(readings_from_csv(path, parse_map(CGM, "glucose"), only={"who": "b"})) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("glucose=gl:mg/dL", "which column is measured_at"),
        ("measured_at=time,glucose=gl", "say the unit of glucose, as in glucose=gl:UNIT"),
        ("measured_at=time,weight=gl:kg", "glucose has no weight; it has glucose"),
        ("measured_at=time,glucose=gl:stone", "glucose in 'stone' is not accepted, only in mg/dL, mmol/L"),
        ("measured_at=time,glucose=gl:MG/DL", "glucose in 'MG/DL' is not accepted"),
        ("measured_at=time", "which column is glucose"),
        ("measured_at=time,glucose=a:mg/dL,glucose=b:mg/dL", "the map names glucose twice"),
        ("measured_at", "the map needs name=column, not 'measured_at'"),
        ("measured_at=,glucose=gl:mg/dL", "the map needs name=column, not 'measured_at='"),
    ],
)
def test_a_map_that_leaves_something_open_is_refused_with_what_is_missing(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_map(text, "glucose")


def test_a_map_of_half_a_reading_is_refused() -> None:
    with pytest.raises(ValueError, match="which column is diastolic"):
        parse_map("measured_at=time,systolic=sys:mmHg", "blood_pressure")
    with pytest.raises(ValueError, match="which column is started_at"):
        parse_map("measured_at=time,ahi=ahi:/h", "sleep")
    with pytest.raises(ValueError, match="the map names no component of sleep"):
        parse_map("started_at=from,measured_at=to", "sleep")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time,glucose\n1679673060,81\n", "trace.csv has no column gl; it has time, glucose"),
        ("", "trace.csv has no column gl, time; it has none"),
        ("time,gl,gl\n1679673060,81,82\n", "trace.csv has more than one column gl"),
        ("time,gl\n", "trace.csv has no row"),
        ("time;gl\n1679673060;7,9\n1679673360;8,1\n", r"no row of trace.csv has a number in gl \(glucose\)"),
        ("time,gl\nsoon,81\n2015-06-06,82\n", r"has a time of day on a date in time \(measured_at\)"),
        ("time,gl\n2015-06-06 16:50,81\n", "the times in trace.csv have no offset; name their zone"),
        ("time,gl\n1679673060," + "9" * 200_000 + "\n", "trace.csv is no table: field larger than"),
    ],
)
def test_a_table_in_which_no_row_fits_is_a_mistake_in_the_map(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        readings_from_csv(csv(tmp_path, text), parse_map(CGM, "glucose"))


def test_what_no_row_fits_is_said_without_a_value_of_the_patient(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no row of") as refused:
        readings_from_csv(csv(tmp_path, "time;gl\n1679673060;7,9\n"), parse_map(CGM, "glucose"))
    assert "7,9" not in str(refused.value)


def test_a_table_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("Zeit,gl\n1679673060,81\n# für\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"old.csv is not text in UTF-8"):
        readings_from_csv(path, parse_map("measured_at=Zeit,glucose=gl:mg/dL", "glucose"))


def test_a_person_who_is_not_in_the_file_is_no_empty_recording(tmp_path: Path) -> None:
    path = csv(tmp_path, "who,time,gl\na,1679673060,81\n")
    with pytest.raises(ValueError, match=r"trace.csv has no row in which who is 'b'"):
        readings_from_csv(path, parse_map(CGM, "glucose"), only={"who": "b"})


def test_rows_in_an_hour_that_a_zone_had_twice_are_sent_though_no_other_row_is_there(tmp_path: Path) -> None:
    path = csv(tmp_path, "time,gl\n2015-10-25 02:30:00,81\n")
    (reading,) = readings_from_csv(path, parse_map(CGM, "glucose"), zone=PARIS)
    assert reading.at is None


def test_json_lines_go_out_as_they_stand(tmp_path: Path) -> None:
    line = (
        '{"id": "a", "measured_at": "2026-01-05T07:12:00-05:00", "values": {"weight": {"value": 77.90, "unit": "kg"}}}'
    )
    path = csv(tmp_path, f"{line}\n\n[1]\n", "readings.jsonl")
    first, second = readings_from_json_lines(path)
    assert (first.text, first.id, first.measured_at) == (line, "a", "2026-01-05T07:12:00-05:00")
    assert (second.text, second.id) == ("[1]", None)


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"readings.jsonl, line 2 is no JSON"):
        list(readings_from_json_lines(csv(tmp_path, "{}\n{\n", "readings.jsonl")))


def reading(number: int, padding: int = 0) -> Recorded:
    fields = {"id": f"r-{number}", "measured_at": f"2026-01-05T07:{number % 60:02}:00Z", "note": "x" * padding}
    return recorded(json.dumps(fields), fields)


def test_arrays_hold_at_most_200_readings_and_every_one_of_them_in_order() -> None:
    uploads = list(uploads_of([reading(n) for n in range(450)], "device-01", "weight"))
    assert [len(upload.readings) for upload in uploads] == [200, 200, 50]
    sent = [element["id"] for upload in uploads for element in json.loads(upload.payload)]
    assert sent == [one.id for upload in uploads for one in upload.readings] == [f"r-{n}" for n in range(450)]


def test_arrays_are_at_most_64_kib() -> None:
    uploads = list(uploads_of([reading(n, padding=1000) for n in range(200)], "device-01", "weight"))
    assert max(len(upload.payload) for upload in uploads) <= 65536
    assert sum(len(upload.readings) for upload in uploads) == 200


def test_a_reading_alone_is_no_array() -> None:
    (upload,) = uploads_of([reading(1)], "device-01", "weight")
    assert json.loads(upload.payload)["id"] == "r-1"


def test_the_instants_of_messages_never_step_back() -> None:
    unknown = recorded('{"id": "u"}', {"id": "u"})
    uploads = list(uploads_of([unknown, reading(5), reading(3), unknown, reading(9)], "device-01", "weight", most=1))
    assert [upload.at.minute for upload in uploads] == [5, 5, 5, 5, 9]
