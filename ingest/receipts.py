"""Receipts: after commit, one array a device, at most 200 a publish; QoS 0, for the resend is the guarantee (F19)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ingest.delivery import Settled, Verdict
from ingest.rows import encode
from registry.devices import DEVICE_ID

DOWN: Final = "hearthline/v1/down/{}/receipts"
MOST: Final = 200


def receipts(settled: Sequence[Settled]) -> Iterator[tuple[str, str]]:
    """(topic, payload) for every device of the batch; a topic whose device id does not fit is not answered."""
    by_device: dict[str, list[dict[str, Any]]] = {}
    for one in settled:
        publisher = one.delivery.publisher
        if DEVICE_ID.fullmatch(publisher):
            by_device.setdefault(publisher, []).extend(_answers(one))
    for device, answers in by_device.items():
        for start in range(0, len(answers), MOST):
            yield DOWN.format(device), encode(answers[start : start + MOST])


def _answers(one: Settled) -> Iterable[dict[str, Any]]:
    digest = one.delivery.sha256 if any(each.given_id is None for each in one.verdicts) else ""
    return [_answer(each, digest) for each in one.verdicts if each.verdict != "noted"]


def _answer(verdict: Verdict, digest: str) -> dict[str, Any]:
    named: dict[str, Any] = {"id": verdict.given_id, "measured_at": verdict.measured_at}
    if verdict.given_id is None:
        named = {"message": digest, "element": verdict.element, "measured_at": verdict.measured_at}
    return {**named, "verdict": verdict.verdict, "code": verdict.code, "retry": False}
