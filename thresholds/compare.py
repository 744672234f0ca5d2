"""Comparing what was sent with a published limit, in the unit it was sent in (clinical reference §0 T1, §2.2, §2.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from models.measures import Component, Factor, Measure
from thresholds.types import Amount, Parameter, Sample

# The default precision of 28 digits would round a long number that was sent; a product must stay what it is.
EXACT: Final = Context(prec=200)
NUMBERS_KNOWN: Final = 10_000  # a history is read again with each new reading, and says the same numbers

OFF_SCALE: Final = {"LO": Decimal("-Infinity"), "HI": Decimal("Infinity")}


def component_of(measure: Measure, name: str) -> Component:
    return next(component for component in measure.components if component.name == name)


@lru_cache(NUMBERS_KNOWN)
def number(amount: Amount) -> Decimal:
    """The number as sent, in the unit as sent; LO is below every number and HI above."""
    off_scale = OFF_SCALE.get(amount.text)
    return Decimal(amount.text) if off_scale is None else off_scale


@lru_cache(NUMBERS_KNOWN)
def converted(amount: Amount, component: Component) -> Decimal:
    """The number in the component's own unit, exactly: 24.0 kPa is 180.014778192 mm[Hg]."""
    return convert(amount, component.accepts)


def convert(amount: Amount, accepts: Mapping[str, Factor]) -> Decimal:
    """The number in the unit into which `accepts` leads; KeyError for a unit that is not accepted."""
    factor = accepts[amount.unit]
    return EXACT.divide(EXACT.multiply(number(amount), factor.times), factor.by)


@dataclass(frozen=True, slots=True)
class Bound:
    """A number to compare with: unit → figure, its own unit always among them, in which it is `number` and `exact`.

    70 mg/dL and 3.9 mmol/L are one published bound, though neither converts into the other. An amount in a unit without
    a figure is converted to the own unit first. Only a bound of a component compares samples.
    """

    figures: Mapping[str, Decimal]
    number: Decimal
    exact: Fraction
    component: Component | None

    def below(self, sample: Sample) -> bool:
        """Whether the sample's value is below the bound; equal is not below."""
        value, figure = self._pair(sample)
        return value < figure

    def above(self, sample: Sample) -> bool:
        """Whether the sample's value is above the bound; equal is not above."""
        value, figure = self._pair(sample)
        return value > figure

    def _pair(self, sample: Sample) -> tuple[Decimal, Decimal]:
        """What was sent and the bound, in one unit."""
        component = self._component
        amount = sample.values[component.name]
        figure = self.figures.get(amount.unit)
        if figure is None:
            return converted(amount, component), self.number
        return number(amount), figure

    def value(self, sample: Sample) -> Decimal:
        """The sample's value in the component's own unit: for ordering, never for comparing with the bound."""
        component = self._component
        return converted(sample.values[component.name], component)

    @property
    def _component(self) -> Component:
        if self.component is None:
            raise TypeError("a bound of no component compares no sample")
        return self.component


@lru_cache(NUMBERS_KNOWN)
def bound(parameter: Parameter, amounts: tuple[Amount, ...]) -> Bound:
    """Published pairs are compared each in its own unit; one amount that was set is converted exactly."""
    figures = {amount.unit: number(amount) for amount in amounts}
    own = figures.setdefault(parameter.pairs[0].unit, convert(amounts[0], parameter.accepts))
    return Bound(figures, own, Fraction(own), parameter.component)
