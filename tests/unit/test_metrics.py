"""What a worker counts of its batches, and how it reads to Prometheus."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from flags.tally import FlagTally
from hearthline.errors import USAGE, Failure
from hearthline.metrics.families import OfTheWorker
from hearthline.metrics.serve import parse_listen
from ingest import metric_table as table
from ingest.codes import CODES
from ingest.decode import decode
from ingest.decoded import Rejected
from ingest.delivery import Decoding, Settled, Verdict, handed_over
from ingest.metric_table import TABLE
from ingest.metrics import Tallies
from tests.support.desks import CUFF, pressure
from tests.support.scraping import Series, series_of, value

RECEIVED = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
NUMBER = count()


def judged(*bodies: object, verdict: str = "stored", code: str | None = None) -> list[tuple[Decoding, Settled]]:
    """A message each, received at noon, all its elements with that verdict."""
    pairs = []
    for body in bodies:
        delivery = handed_over(f"hearthline/v1/up/{CUFF}/blood_pressure", json.dumps(body).encode(), RECEIVED)
        outcomes = decode(delivery.payload, delivery.topic, RECEIVED)
        verdicts = [Verdict(each.element, verdict, code) for each in outcomes]
        patients = frozenset({"ana"} if verdict == "stored" else ())
        refusals = [Rejected(each.element, code, "", "") for each in outcomes] if code else []
        pairs.append((Decoding(delivery, outcomes), Settled(delivery, verdicts, refusals, patients, True)))
    return pairs


def committed(pairs: Sequence[tuple[Decoding, Settled]], after: timedelta) -> Tallies:
    tallies = Tallies()
    tallies.take(len(pairs))
    tallies.commit([each for each, _ in pairs], [each for _, each in pairs], RECEIVED + after)
    return tallies


def read(tallies: Tallies) -> Series:
    registry = CollectorRegistry()
    registry.register(OfTheWorker(tallies))
    return series_of(generate_latest(registry).decode())


def test_every_element_is_counted_under_its_verdict_and_its_code() -> None:
    batch = judged([pressure("a"), pressure("b")], pressure("c"))
    batch += judged(pressure("a"), verdict="duplicate")
    batch += judged(pressure("x"), verdict="quarantined", code="identify.unassigned")
    series = read(committed(batch, timedelta(seconds=1)))
    counted = {name: value(series, table.ELEMENTS, verdict=name) for name in table.VERDICTS}
    assert counted == {"stored": 3, "duplicate": 1, "quarantined": 1, "noted": 0}
    assert value(series, table.QUARANTINED, code="identify.unassigned") == 1
    assert value(series, table.QUARANTINED, code="decode.not_json") == 0
    assert value(series, table.COMMITTED) == 4


def test_a_code_of_no_table_makes_no_label_of_its_own() -> None:
    before = set(read(Tallies()))
    series = read(committed(judged(pressure("a"), verdict="quarantined", code="cuff-0001"), timedelta(0)))
    assert set(series) == before
    assert value(series, table.QUARANTINED, code="other") == 1


def test_what_is_measured_is_there_at_zero_before_anything_happened() -> None:
    series = read(Tallies())
    assert {number for (name, _), number in series.items() if not name.endswith("_created")} == {0.0}
    assert value(series, table.RAISED, rule="BP-SEV", severity="CRIT") == 0


def test_a_wait_falls_into_the_bucket_that_ends_where_it_does() -> None:
    series = read(committed(judged(pressure("a")), timedelta(milliseconds=100)))
    buckets = {
        dict(labels)["le"]: number for (name, labels), number in series.items() if name == f"{table.TO_COMMIT}_bucket"
    }
    assert (buckets["0.05"], buckets["0.1"], buckets["+Inf"]) == (0, 1, 1)
    assert value(series, f"{table.TO_COMMIT}_sum") == pytest.approx(0.1)
    assert value(series, f"{table.TO_COMMIT}_count") == 1


def test_a_clock_that_was_set_back_makes_no_negative_wait() -> None:
    series = read(committed(judged(pressure("a")), timedelta(hours=-1)))
    assert value(series, f"{table.TO_COMMIT}_sum") == 0
    assert value(series, f"{table.TO_COMMIT}_bucket", le="0.001") == 1


def test_the_time_since_the_measurement_is_only_of_clocks_that_can_be_trusted() -> None:
    pair = {"device": "2026-01-05T11:00:00Z", "reference": "2026-01-05T11:00:01Z"}
    trusted = pressure("a", "2026-01-05T11:00:00Z")
    late, ahead = pressure("b", "2026-01-03T11:00:00Z"), pressure("c", "2026-01-05T13:00:00Z")
    default, corrected = pressure("d", "2000-01-01T00:00:00Z"), pressure("e", "2026-01-05T11:00:00Z", clock=pair)
    batch = judged(trusted, late, ahead, default, corrected, pressure("f", "2026-01-05T12:00:00Z"))
    batch += judged(trusted, verdict="duplicate")
    series = read(committed(batch, timedelta(seconds=1)))
    assert value(series, f"{table.MEASURED}_count") == 2
    assert value(series, f"{table.MEASURED}_sum") == 3602


def test_the_time_to_the_evaluation_is_of_messages_that_stored_something_and_once() -> None:
    tallies = committed(judged(pressure("a"), pressure("b")) + judged(pressure("a"), verdict="duplicate"), timedelta(0))
    tallies.evaluate(RECEIVED + timedelta(seconds=2))
    tallies.evaluate(RECEIVED + timedelta(seconds=9))
    series = read(tallies)
    assert value(series, f"{table.TO_EVALUATION}_count") == 2
    assert value(series, f"{table.TO_EVALUATION}_sum") == 4


def test_a_flag_of_a_rule_that_is_no_more_is_counted_as_other() -> None:
    tallies = Tallies(flags=FlagTally())
    tallies.flags.raised.update({("BP-SEV", "CRIT"): 2, ("OLD-RULE", "MOD"): 1, ("OLDER-RULE", "MOD"): 1})
    series = read(tallies)
    assert value(series, table.RAISED, rule="BP-SEV", severity="CRIT") == 2
    assert value(series, table.RAISED, rule="other", severity="MOD") == 2


def test_a_lease_taken_and_one_lost_are_told_apart() -> None:
    tallies = Tallies()
    tallies.change_lease("taken")
    assert value(read(tallies), table.LEASES, change="taken") == 1
    assert value(read(tallies), table.LEASES, change="lost") == 0


UNITS = ("_seconds", "_messages", "_info", "_total", "_up", "_connected", "_due")


@pytest.mark.parametrize("metric", TABLE.values(), ids=TABLE)
def test_names_follow_the_conventions_of_prometheus(metric: table.Metric) -> None:
    assert re.fullmatch(r"hearthline(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert metric.name.endswith(UNITS)
    assert not re.search(r"milli|minutes|percent", metric.name)
    assert metric.help.endswith(".") or metric.kind == "gauge"
    assert (metric.kind == "histogram") == bool(metric.bounds)
    assert list(metric.bounds) == sorted(metric.bounds)


def test_the_number_of_series_is_bounded_by_the_tables() -> None:
    """One a code, one a rule that is on for each severity (raised and withdrawn), and a hundred others."""
    by_rule = 2 * len(table.SEVERITIES) * (len(table.RAISING) + 1)
    assert len(read(Tallies())) < len(CODES) + by_rule + 100


@pytest.mark.parametrize(
    ("address", "meant"), [("127.0.0.1:9464", ("127.0.0.1", 9464)), ("[::1]:1", ("::1", 1)), ("here:80", ("here", 80))]
)
def test_an_address_is_host_and_port(address: str, meant: tuple[str, int]) -> None:
    assert parse_listen(address) == meant


@pytest.mark.parametrize(
    "address", ["9464", ":9464", "127.0.0.1", "127.0.0.1:0", "a:b", "a:99999", "http://a:1", "a:1/x"]
)
def test_anything_else_is_refused_with_what_to_write(address: str) -> None:
    with pytest.raises(Failure, match=r"write metrics\.address as 127\.0\.0\.1:9464") as refused:
        parse_listen(address)
    assert refused.value.code == USAGE
