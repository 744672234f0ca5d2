"""Whose limit is in force: the patient's own, else the safest of their programmes', else the published one (ADR 0018).

A limit beyond the absolute safety limit (`Parameter.widest`) takes no effect unless a provider gave a reason, and then
for 90 days; renewing it is a new limit. Of two limits of one origin the one stated latest holds.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from thresholds.compare import Bound, bound, convert
from thresholds.types import Amount, Case, Limit, Parameter, Rule

PATIENT: Final = "patient"
PUBLISHED: Final = "published"
PROVIDER: Final = "provider"
WIDENED_FOR: Final = timedelta(days=90)

AMOUNTS_KNOWN: Final = 1000  # of all that clinicians set; the same few come with every patient of a programme
Bounds = Mapping[str, Bound]


class InForce(NamedTuple):
    """A limit that applies. `amounts`: the one that was set, or the published pair. `until_at` counts the expiry of a
    limit beyond the absolute one. The published limit has neither author nor instants."""

    parameter: Parameter
    amounts: tuple[Amount, ...]
    origin: str
    author: str = ""
    role: str = ""
    reason: str = ""
    from_at: datetime | None = None
    until_at: datetime | None = None


def bounds_of(rule: Rule, case: Case) -> Callable[[datetime], Bounds]:
    """For the folds: name of the parameter → what a reading measured at an instant is compared with. A case without a
    limit for the rule answers the published ones, always the same; of the others only those are made that are asked."""
    mine = [each for each in case.limits if each.rule == rule.id and rule.has(each.parameter)]
    if not mine:
        published = published_bounds(rule.parameters)
        return lambda at: published
    ends = (ends_at(rule.parameter(each.parameter), each) for each in mine)
    changes = sorted({*(each.from_at for each in mine), *(end for end in ends if end)})
    own = replace(case, limits=mine)

    @cache
    def span(number: int) -> Bounds:
        return _bounds_at(rule, own, changes[number - 1]) if number else published_bounds(rule.parameters)

    return lambda at: span(bisect_right(changes, at))


@cache
def published_bounds(parameters: tuple[Parameter, ...]) -> Bounds:
    return MappingProxyType({each.name: bound(each, each.pairs) for each in parameters})


def _bounds_at(rule: Rule, case: Case, at: datetime) -> Bounds:
    return {each.name: known_bound(each, limit_in_force(rule, each.name, case, at).amounts) for each in rule.parameters}


known_bound = lru_cache(AMOUNTS_KNOWN)(bound)


def limit_in_force(rule: Rule, name: str, case: Case, at: datetime) -> InForce:
    """The limit with which a reading measured at `at` is compared. KeyError for a name that the rule does not have."""
    return limits_at(rule, name, case, at)[0]


def limits_at(rule: Rule, name: str, case: Case, at: datetime) -> list[InForce]:
    """All that apply at `at`, one of each origin: the one in force first, the published one last."""
    parameter = rule.parameter(name)
    holding = [each for each in case.limits if (each.rule, each.parameter) == (rule.id, name) and holds(each, at, rule)]
    newest: dict[str, Limit] = {}
    for limit in sorted(holding, key=lambda each: (each.from_at, safety(parameter, each.amount))):
        newest[limit.origin] = limit
    ranked = sorted(newest.values(), key=lambda each: _rank(parameter, each))
    return [*(_in_force(parameter, each) for each in ranked), InForce(parameter, parameter.pairs, PUBLISHED)]


def holds(limit: Limit, at: datetime, rule: Rule) -> bool:
    """Whether the limit takes effect at `at`, another limit apart."""
    parameter = rule.parameter(limit.parameter)
    if is_widened(parameter, limit.amount) and not (limit.role == PROVIDER and limit.reason.strip()):
        return False
    until = ends_at(parameter, limit)
    return limit.from_at <= at and (until is None or at < until)


def is_widened(parameter: Parameter, amount: Amount) -> bool:
    """Whether the amount lies beyond the absolute safety limit."""
    return parameter.widest is not None and safety(parameter, amount) < safety(parameter, parameter.widest)


def ends_at(parameter: Parameter, limit: Limit) -> datetime | None:
    """When the limit ends, by itself or because it is beyond the absolute one; None for never."""
    if not is_widened(parameter, limit.amount):
        return limit.until_at
    expires_at = limit.from_at + WIDENED_FOR
    return expires_at if limit.until_at is None else min(limit.until_at, expires_at)


@lru_cache(AMOUNTS_KNOWN)
def safety(parameter: Parameter, amount: Amount) -> Decimal:
    """More is safer: the number in the own unit, exactly, or its negative."""
    figure = convert(amount, parameter.accepts)
    return figure if parameter.safer == "higher" else figure.copy_negate()


def _rank(parameter: Parameter, limit: Limit) -> tuple[bool, Decimal, str]:
    return limit.origin != PATIENT, safety(parameter, limit.amount).copy_negate(), limit.origin


def _in_force(parameter: Parameter, limit: Limit) -> InForce:
    until = ends_at(parameter, limit)
    said = limit.origin, limit.author, limit.role, limit.reason
    return InForce(parameter, (limit.amount,), *said, limit.from_at, until)
