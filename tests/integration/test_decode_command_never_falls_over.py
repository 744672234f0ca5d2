"""Whatever file a person hands to `hearthline decode`: readings or refusals as JSON lines, or one line that says why
not. Never a traceback. The recordings are not part of the project (`corpora`)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hearthline.__main__ import run

TOPIC = "hearthline/v1/up/stranger-01/"
EXAMPLE = """\
{"id": "01J9Z0W6-000041", "seq": 41, "measured_at": "2026-01-05T07:12:00-05:00", "user": 1,
 "clock": {"device": "2026-01-05T07:12:31-05:00", "reference": "2026-01-05T07:18:30-05:00"},
 "values": {"systolic": {"value": 128, "unit": "mmHg"}, "diastolic": {"value": 82, "unit": "mmHg"},
            "pulse": {"value": 71, "unit": "/min"}},
 "context": {"posture": "sitting", "arm": "left"}}
"""
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs `decode` in an empty folder; answers exit code, stdout, stderr. An exception would pass through."""
    monkeypatch.chdir(tmp_path)

    def decode(*arguments: str) -> tuple[int, str, str]:
        code = run(["decode", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return decode


def assert_answered(code: int, out: str, err: str) -> None:
    """Every line is what became of an element, or there is one line of explanation and nothing else."""
    if code == 2:
        assert out == ""
        assert err.startswith("hearthline: ")
        assert err.count("\n") == 1
        return
    kinds = [json.loads(line)["kind"] for line in out.splitlines()]
    assert err == ""
    assert kinds
    assert set(kinds) <= {"reading", "refusal", "noted"}
    assert code == (1 if "refusal" in kinds else 0)


def test_the_example_of_the_contract_is_a_reading(said: Said, tmp_path: Path) -> None:
    (tmp_path / "example.json").write_text(EXAMPLE)
    code, out, err = said("example.json")
    line = json.loads(out)
    assert (code, err) == (0, "")
    assert (line["kind"], line["measure"], line["given_id"]) == ("reading", "blood_pressure", "01J9Z0W6-000041")
    assert (line["slot"], line["seq"]) == (1, 41)
    assert line["values"] == {"systolic": 128.0, "diastolic": 82.0, "pulse": 71.0}
    assert line["context"] == {"posture": "sitting", "arm": "left"}


@pytest.mark.slow
def test_no_file_of_another_format_makes_it_fall_over(said: Said, corpora: Path) -> None:
    files = [path for path in sorted(corpora.rglob("*")) if path.is_file()]
    assert len(files) > 200
    for file in files:
        code, out, err = said(str(file))
        assert_answered(code, out, err)
        assert code != 0, f"{file} is not ours, but was taken for readings"


@pytest.mark.slow
def test_no_file_of_another_format_becomes_a_reading_on_any_topic(said: Said, corpora: Path) -> None:
    for file in sorted(path for path in corpora.rglob("*.json") if path.is_file()):
        for measure in ("blood_pressure", "glucose", "weight", "sleep"):
            code, out, err = said(str(file), "--topic", TOPIC + measure)
            assert_answered(code, out, err)
            assert code == 1, f"{file} is not ours, but was taken for {measure}"


def test_no_message_of_another_publisher_makes_it_fall_over(said: Said, corpora: Path, tmp_path: Path) -> None:
    rows = (corpora / "mqtt-bridges" / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, rows):
        (tmp_path / "payload").write_text(row["payload"], encoding="utf-8")
        for topic in (row["topic"], TOPIC + "weight"):
            code, out, err = said("payload", "--topic", topic)
            assert_answered(code, out, err)
            assert code == 1
