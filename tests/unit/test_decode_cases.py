"""The golden cases: `tests/cases/decode/*.toml`, a table a theme; what must become of a payload, written from the
clinical reference (§2) and the contract, not from the decoder.

A payload is `payload` (text), `payload_hex` (bytes) or `payload_parts` ([text, times] behind each other). An outcome
names its verdict; code and pointer of a refusal, all marks of a stored reading; other keys only where the case is
about them. `same_as` is the element with the same id and digest; an empty text stands for None.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.decode import decode
from ingest.decoded import Decoded, Noted, Outcome, Rejected
from models.measures import CATALOGUE

FOLDER = Path(__file__).parents[1] / "cases" / "decode"
RECEIVED_AT = datetime(2026, 1, 5, 12, 30, tzinfo=UTC)
Case = Mapping[str, Any]


def cases() -> Iterator[tuple[str, Case]]:
    for path in sorted(FOLDER.glob("*.toml")):
        for case in tomllib.loads(path.read_text())["case"]:
            yield f"{path.stem}: {case['name']}", case


CASES = dict(cases())


def payload_of(case: Case) -> bytes:
    if "payload_hex" in case:
        return bytes.fromhex(case["payload_hex"])
    parts = case.get("payload_parts") or [[case["payload"], 1]]
    return "".join(text * times for text, times in parts).encode()


def outcomes_of(case: Case) -> list[Outcome]:
    return decode(payload_of(case), case["topic"], case.get("received_at", RECEIVED_AT))


def check_stored(found: Decoded, expected: Case, all_found: list[Outcome]) -> None:
    shown: dict[str, Any] = {
        **asdict(found),
        "marks": list(found.quality),
        "measured_at": found.measured_at.isoformat(),
        "clock": found.clock and [found.clock.device.isoformat(), found.clock.reference.isoformat()],
        "as_sent": sorted(found.as_sent),
        "given_id": found.given_id or "",
    }
    twin = all_found[expected.get("same_as", found.element)]
    assert isinstance(twin, Decoded)
    assert (found.id, found.content_digest) == (twin.id, twin.content_digest)
    assert {key: shown[key] for key in expected if key not in ("verdict", "same_as")} == {
        key: value for key, value in expected.items() if key not in ("verdict", "same_as")
    }


def check_refused(found: Rejected, expected: Case) -> None:
    assert (found.code, found.pointer) == (expected["code"], expected["pointer"])
    assert all(code in found.detail for code in expected.get("also", ()))
    assert len(found.pointer) <= 200
    assert len(found.detail) <= 200
    for key in {"given_id", "measured_at"} & expected.keys():
        assert (getattr(found, key) or "") == expected[key]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_payload_becomes_what_its_case_says(case: Case) -> None:
    found, expected = outcomes_of(case), case["outcomes"]
    kinds = {Decoded: "stored", Rejected: "rejected", Noted: "noted"}
    assert [kinds[type(outcome)] for outcome in found] == [outcome["verdict"] for outcome in expected]
    assert [outcome.element for outcome in found] == list(range(len(expected)))
    for outcome, wanted in zip(found, expected, strict=True):
        if isinstance(outcome, Decoded):
            check_stored(outcome, wanted, found)
        elif isinstance(outcome, Rejected):
            check_refused(outcome, wanted)


def test_there_are_enough_cases_and_each_name_stands_once() -> None:
    listed = [name for name, _ in cases()]
    assert len(listed) == len(CASES)
    assert len(CASES) >= 500


@pytest.mark.parametrize("measure", ["blood_pressure", "glucose", "weight", "sleep"])
def test_each_component_is_stored_and_refused_in_each_unit_it_accepts(measure: str) -> None:
    verdicts = {
        (component, quantity[1], outcome["verdict"])
        for case in CASES.values()
        for outcome, found in zip(case["outcomes"], outcomes_of(case), strict=True)
        if case["topic"].endswith(f"/{measure}")
        for component, quantity in _quantities(case, found).items()
    }
    for component in CATALOGUE[measure].components:
        for unit in component.accepts:
            assert {(component.name, unit, "stored"), (component.name, unit, "rejected")} <= verdicts


def _quantities(case: Case, found: Outcome) -> Mapping[str, tuple[str, str]]:
    """What was stored as sent, or the one component that was refused as out of range."""
    if isinstance(found, Decoded):
        return found.as_sent
    if isinstance(found, Rejected) and found.code == "decode.out_of_range":
        component = found.pointer.split("/")[-2]
        sent = json.loads(payload_of(case), parse_int=str)
        element = sent[found.element] if isinstance(sent, list) else sent
        return {component: ("", element["values"][component]["unit"])}
    return {}
