"""The dashboard and the rules ask only for what there is, and say what to do."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ingest.metric_table import TABLE, Metric
from tests.support.places import ROOT, absent, find_program
from tests.support.promql import grouped, read_rules, selected

DEPLOY = ROOT / "deploy"
RULES = read_rules(DEPLOY / "prometheus" / "rules.yml")
DASHBOARD = json.loads((DEPLOY / "grafana" / "hearthline.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
OF_OTHERS = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds"}
ALWAYS = {"job", "instance"}  # Prometheus adds them


def expressions() -> Iterator[tuple[str, str]]:
    yield from ((rule["alert"], rule["expr"]) for rule in RULES)
    yield from ((panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"])


EXPRESSIONS = list(expressions())


def served() -> Mapping[str, Metric]:
    """Every name that a scrape shows; of a histogram its three."""
    ends = {"histogram": ("_bucket", "_sum", "_count")}
    return {each.name + end: each for each in TABLE.values() for end in ends.get(each.kind, ("",))}


SERVED = served()


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS, ids=[where for where, _ in EXPRESSIONS])
def test_an_expression_asks_for_metrics_and_labels_that_there_are(where: str, expression: str) -> None:
    asked = list(selected(expression))
    assert asked, where
    known = ALWAYS | {"le"}
    for each in asked:
        assert each.name in SERVED.keys() | OF_OTHERS
        labels = SERVED[each.name].labels if each.name in SERVED else {}
        known |= set(labels)
        for label, operator, text in each.matchers:
            assert label in labels.keys() | ALWAYS
            values = text.split("|") if "~" in operator else [text]
            assert not labels.get(label) or set(values) <= set(labels[label])
    assert grouped(expression) <= known


@pytest.mark.parametrize(("where", "expression"), EXPRESSIONS, ids=[where for where, _ in EXPRESSIONS])
def test_a_counter_is_asked_for_its_rate_and_nothing_else_is(where: str, expression: str) -> None:
    rated = set(re.findall(r"(?:rate|increase)\((\w+)", expression))
    counters = {
        each.name
        for each in selected(expression)
        if SERVED.get(each.name, TABLE["hearthline_build_info"]).kind != "gauge"
    }
    assert rated == counters | {name for name in rated if name in OF_OTHERS and name.endswith("_total")}, where


@pytest.mark.parametrize("expression", ["up[5m", "rate(up[5 minutes])", "deriv(up[5m])", 'up{job~"a"}', "sum(up"])
def test_what_is_not_understood_is_not_passed_over(expression: str) -> None:
    with pytest.raises(ValueError, match=r"not understood|no function"):
        list(selected(expression))


def test_every_metric_is_on_the_dashboard_or_in_a_rule() -> None:
    asked = {
        SERVED[each.name].name for _, expression in EXPRESSIONS for each in selected(expression) if each.name in SERVED
    }
    assert set(TABLE) - asked == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_what_is_wrong_and_what_to_do(rule: dict[str, str]) -> None:
    assert rule.keys() == {"alert", "expr", "for", "labels", "severity", "annotations", "summary", "action"} - {
        "labels", "annotations",
    }  # fmt: skip
    assert rule["severity"] in {"critical", "warning"}
    assert len(rule["action"]) > 40
    for label in re.findall(r"\$labels\.(\w+)", rule["summary"] + rule["action"]):
        assert label in grouped(rule["expr"]) | ALWAYS
        if grouped(rule["expr"]):
            assert label in grouped(rule["expr"])


def test_the_rules_have_names_of_their_own() -> None:
    assert len(RULES) > 15
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def seconds(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([smh])", text).groups()  # type: ignore[union-attr]  # raises for what is no time
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]


@pytest.mark.parametrize(
    ("name", "silence"), [("HearthlineProcessSilent", r"> (\d+)$"), ("HearthlineIngestDown", None)]
)
def test_a_dead_ingest_is_noticed_within_two_minutes(name: str, silence: str | None) -> None:
    """P8. Silent long enough, then scraped, then evaluated, then pending, then evaluated once more."""
    scraped = (DEPLOY / "prometheus" / "prometheus.yml").read_text()
    every = {key: seconds(found) for key, found in re.findall(r"(\w+_interval): (\w+)", scraped)}
    [rule] = [rule for rule in RULES if rule["alert"] == name]
    silent = int(re.findall(silence, rule["expr"])[0]) if silence else 0
    assert silent + every["scrape_interval"] + 2 * every["evaluation_interval"] + seconds(rule["for"]) <= 120


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_has_a_unit_and_says_what_it_shows(panel: dict[str, object]) -> None:
    assert json.dumps(panel["fieldConfig"]).count('"unit"') == 1
    assert str(panel["description"]).endswith(".")


def test_no_panel_covers_another() -> None:
    taken: dict[tuple[int, int], int] = {}
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert taken.setdefault((x, y), panel["id"]) == panel["id"]


def promtool() -> Path:
    found = find_program("promtool")
    if found is None:
        absent("promtool", "no such program is installed (Debian: apt install prometheus)")
    return found


CASES = ROOT / "tests" / "cases" / "prometheus" / "rules.yml"


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", DEPLOY / "prometheus" / "rules.yml"),
        ("check", "config", DEPLOY / "prometheus" / "prometheus.yml"),
        ("test", "rules", CASES),
    ],
    ids=["rules", "scrape example", "cases"],
)
def test_prometheus_itself_agrees(arguments: tuple[object, ...]) -> None:
    checked = subprocess.run([promtool(), *map(str, arguments)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
