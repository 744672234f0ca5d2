"""A scrape as Prometheus does it, taken apart with prometheus-client's own parser."""

from collections.abc import Mapping
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from tests.support.places import free_port

Series = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def listen_address() -> str:
    return f"127.0.0.1:{free_port()}"


def scrape_text(address: str) -> str:
    with urlopen(f"http://{address}/metrics", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def series_of(text: str) -> Series:
    families = text_string_to_metric_families(text)
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def scrape(address: str) -> Series:
    return series_of(scrape_text(address))


def value(series: Series, name: str, **labels: str) -> float | None:
    """None when there is no such series."""
    return series.get((name, frozenset(labels.items())))
