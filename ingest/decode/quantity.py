"""One component's number and unit, exactly as sent and exactly converted; limits of the clinical reference §2.1–2.3."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.decode.digits import Digits
from ingest.decode.element import Element, Fault
from ingest.decode.layout import Layout
from ingest.identity import EXACT, canonical
from models.measures import Component, Factor, Specimen

LONGEST_NUMBER: Final = 40
LARGEST_EXPONENT: Final = 99
NUMBER: Final = re.compile(r"(-?[0-9.]+)(?:[eE]([+-]?)0*([0-9]*))?")
OFF_SCALE: Final = {"LO": ("<", 0), "HI": (">", 1)}
COUNT: Final = "1"
NUMBERS_KNOWN: Final = 10_000


class Quantity(NamedTuple):
    """`text` and `unit` as sent; `value` in the component's unit, the limit it stands for when `comparator` is set;
    `double` is the same for statistics, `canonical` its one spelling for the digest. LO and HI stay what they are
    there: the limit they stand for is the device model's, not the payload's."""

    text: str
    unit: str
    value: Decimal
    comparator: str | None
    usual: bool
    double: float
    canonical: str


def read_values(element: Element, layout: Layout, specimen: str | None) -> dict[str, Quantity]:
    """The valid components. An unknown one is refused, so that nothing that was measured is lost unseen."""
    node = element.node.get("values")
    sent = node if type(node) is dict else {}
    found: dict[str, Quantity] = {}
    for name, each in sent.items():
        quantity = _read(element, layout.components.get(name), each, specimen)
        if quantity is not None:
            found[name] = quantity
    if not sent and not layout.required:
        element.refuse("decode.component_missing", "/values")
    for name in layout.required:
        if name not in sent:
            element.refuse("decode.component_missing", f"/values/{name}")
    return found


def _read(element: Element, component: Component | None, node: object, specimen: str | None) -> Quantity | None:
    if component is None:
        element.refuse("decode.unknown_component", "/values")
        return None
    quantity = read_quantity(component, component.specimens.get(specimen or ""), node)
    if isinstance(quantity, Fault):
        element.refuse(quantity.code, f"/values/{component.name}{quantity.pointer}", quantity.detail)
        return None
    if not quantity.usual:
        element.warn(f"{component.name}_unusual")
    return quantity


def read_quantity(component: Component, specimen: Specimen | None, node: object) -> Quantity | Fault:
    """`{"value": number or LO or HI, "unit": text}`; a bare number is one without a unit (T10)."""
    fields: Mapping[str, object] = node if type(node) is dict else {"value": node}
    unit, sent = fields.get("unit"), fields.get("value")
    if type(unit) is not str:
        return Fault("decode.unit_missing", "/unit")
    if unit not in component.accepts:
        return Fault("decode.unit_not_accepted", "/unit")
    if type(sent) is Digits:
        return _number(component, specimen or component, sent, unit)
    if type(sent) is str and sent in OFF_SCALE:
        return _off_scale(component, specimen, sent, unit)
    return Fault("decode.not_a_number", "/value")


@lru_cache(NUMBERS_KNOWN)
def _number(component: Component, limits: Component | Specimen, sent: str, unit: str) -> Quantity | Fault:
    """Devices send the same few numbers again and again; what is exact about one is computed once."""
    value = to_unit(exact(sent), component.accepts[unit])
    low, high = limits.plausible
    if not low <= value <= high:
        detail = f"{component.display} is outside {low} to {high} {component.unit}."
        return Fault("decode.out_of_range", "/value", detail)
    if not (_is_plain(sent) or _is_short(sent)):
        return Fault("decode.number_too_long", "/value")
    if component.unit == COUNT and value != value.to_integral_value():
        return Fault("decode.not_a_count", "/value")
    low, high = limits.expected
    usual, spelt = low <= value <= high, canonical(value, component.unit)
    return Quantity(str(sent), unit, value, None, usual, float(value) + 0.0, spelt)  # no negative zero


def _off_scale(component: Component, specimen: Specimen | None, sent: str, unit: str) -> Quantity | Fault:
    """LO and HI are valid and critical, not questionable (T9)."""
    if specimen is None:
        return Fault("decode.lohi_not_allowed", "/value")
    comparator, side = OFF_SCALE[sent]
    limit = specimen.lohi[side]
    return Quantity(sent, unit, limit, comparator, True, float(limit), f"{sent} {component.unit}")


def to_unit(value: Decimal, factor: Factor) -> Decimal:
    """`value` in the catalogue's unit; never rounded at an edge, where the default 28 digits would."""
    if factor.by == 1:
        return value if factor.times == 1 else EXACT.multiply(value, factor.times)
    return EXACT.divide(EXACT.multiply(value, factor.times), factor.by)


def exact(text: str) -> Decimal:
    """A JSON number. Exponents are cut at ±9999: still out of any range, but nothing overflows."""
    if _is_plain(text):
        return Decimal(text)
    mantissa, sign, exponent = _parts(text)
    return Decimal(f"{mantissa}e{sign}{exponent if len(exponent) <= 4 else 9999}")


def _is_plain(text: str) -> bool:
    return len(text) <= LONGEST_NUMBER and "e" not in text and "E" not in text


def _is_short(text: str) -> bool:
    exponent = _parts(text)[2]
    return len(text) <= LONGEST_NUMBER and len(exponent) <= 4 and int(exponent) <= LARGEST_EXPONENT


def _parts(text: str) -> tuple[str, str, str]:
    match = NUMBER.fullmatch(text)
    assert match, "the parser lets only JSON numbers through"
    return match[1], match[2] or "", match[3] or "0"
