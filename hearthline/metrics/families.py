"""From our table and numbers to what prometheus-client writes out."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from ingest.metric_table import OF_THE_WORKER, Metric
from ingest.metrics import LabelValues, Spread, Tallies


class OfTheWorker(Collector):
    """What one worker counted."""

    def __init__(self, tallies: Tallies) -> None:
        self._tallies = tallies

    def describe(self) -> Iterable[Family]:
        return (empty(each) for each in OF_THE_WORKER)

    def collect(self) -> Iterator[Family]:
        for each in OF_THE_WORKER:
            if each.kind == "histogram":
                yield of_spread(each, self._tallies.spreads[each.name])
            else:
                yield of_numbers(each, self._tallies.read(each))


def empty(metric: Metric) -> Family:
    """The family by its name, for the registry to see that nobody else has it."""
    return HistogramMetricFamily(metric.name, metric.help) if metric.kind == "histogram" else of_numbers(metric, {})


def of_numbers(metric: Metric, numbers: Mapping[LabelValues, float]) -> Family:
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=list(metric.labels))
    for labels, number in numbers.items():
        family.add_metric(labels, number)
    return family


def of_spread(metric: Metric, spread: Spread) -> Family:
    """Prometheus wants each bucket to hold those below it too."""
    bounds = [*map(_bound, spread.bounds), "+Inf"]
    buckets = list(zip(bounds, map(float, accumulate(list(spread.counts))), strict=True))
    family = HistogramMetricFamily(metric.name, metric.help)
    family.add_metric([], buckets=buckets, sum_value=spread.sum)
    return family


def _bound(number: float) -> str:
    return str(float(number))
