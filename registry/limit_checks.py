"""Whether a limit may be set: pure. What is refused is refused in one line that says what is allowed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from itertools import pairwise
from typing import Final, NamedTuple

from registry.errors import RegistryError
from thresholds import RULES
from thresholds.compare import convert
from thresholds.compare import number as number_of
from thresholds.limits import PROVIDER, InForce, ends_at, is_widened, limit_in_force
from thresholds.types import Amount, Case, Limit, Parameter, Rule

NUMBER: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")
ROLES: Final = ("nurse", PROVIDER)
LONGEST_REASON: Final = 400

# What is more severe never begins sooner: of each chain a limit may not be reached before the limit that follows.
CHAINS: Final = (
    ("BP-SEV", "BP-G3", "BP-S2"), ("BP-PREG", "BP-PREG-MOD"), ("BP-LOW-CRIT", "BP-LOW"), ("GLU-L2", "GLU-L1"),
    ("GLU-XHI", "GLU-VHI"), ("CGM-L2", "CGM-L1"),
)  # fmt: skip
ABOVE: Final = (("systolic", "diastolic"), ("back", "low"), ("high", "back"))
TIERS: Final = ("critical", "severe", "high", "moderate", "mod", "info")


class Number(NamedTuple):
    """One number of one rule."""

    rule: Rule
    parameter: Parameter

    def in_force(self, case: Case, at: datetime) -> InForce:
        return limit_in_force(self.rule, self.parameter.name, case, at)

    def __str__(self) -> str:
        return f"{self.parameter.name} of {self.rule.id}"


def find_number(rule_id: str, name: str) -> Number:
    """Raises RegistryError for a rule or a parameter that there is not."""
    settable = {each.id: each for each in RULES.values() if each.parameters}
    rule = settable.get(rule_id)
    if rule is None:
        raise RegistryError(_unknown("rule with limits", rule_id, tuple(settable)))
    names = tuple(each.name for each in rule.parameters)
    if name not in names:
        raise RegistryError(_unknown(f"limit of {rule_id}", name, names))
    return Number(rule, rule.parameter(name))


def check_amount(number: Number, amount: Amount) -> None:
    """Raises RegistryError for what is no number in an accepted unit, or no value that could be measured."""
    parameter = number.parameter
    units = ", ".join(parameter.accepts)
    if amount.unit not in parameter.accepts:
        raise RegistryError(f"{number} is not in {amount.unit!r}; allowed units: {units}")
    if NUMBER.fullmatch(amount.text) is None or not Decimal(amount.text):
        raise RegistryError(f"{amount.text!r} is no number above 0 such as {parameter.pairs[0].text}, for {number}")
    if parameter.component is not None:
        low, high = parameter.component.plausible
        if not low <= convert(amount, parameter.accepts) <= high:
            span = f"{low} to {high} {parameter.component.unit}"
            raise RegistryError(f"{_said(amount)} is no value that could be measured, for {number}: {span}")


def whole_unit(number: Number, unit: str | None) -> str:
    """The unit said, else the only one that is published: where there are two, nobody guesses."""
    published = [each.unit for each in number.parameter.pairs]
    if unit is None and len(published) > 1:
        raise RegistryError(f"{number} needs a unit; say --unit {' or --unit '.join(published)}")
    return unit or published[0]


def checked(limit: Limit, case: Case) -> Limit:
    """The limit as it is to be stored: one beyond the absolute limit ends by itself. `case` has it among its limits.
    Raises RegistryError for what is refused."""
    number = find_number(limit.rule, limit.parameter)
    check_amount(number, limit.amount)
    if limit.role not in ROLES:
        raise RegistryError(f"there is no role {limit.role!r}; allowed: {', '.join(ROLES)}")
    if not 0 < len(limit.reason.strip()) <= LONGEST_REASON or not limit.reason.isprintable():
        raise RegistryError(f"a limit needs a reason: one line of 1 to {LONGEST_REASON} characters")
    if is_widened(number.parameter, limit.amount) and limit.role != PROVIDER:
        raise RegistryError(
            f"{_said(limit.amount)} is beyond the absolute limit of {number}, {_said(widest(number))}; up to there a "
            f"nurse may set it, beyond it only a provider with a reason, for 90 days"
        )
    wrong = next(misordered(limit, case), None)
    if wrong:
        raise RegistryError(wrong)
    return replace(limit, until_at=ends_at(number.parameter, limit))


def misordered(limit: Limit, case: Case) -> Iterator[str]:
    """What would be upside down with this limit, which `case` has among its own."""
    number = find_number(limit.rule, limit.parameter)
    for upper, lower in _by_height(number):
        above, below = upper.in_force(case, limit.from_at), lower.in_force(case, limit.from_at)
        if _difference(above, below) < 0:
            yield f"{upper}, {_said(above.amounts[0])}, would be below {lower}, {_said(below.amounts[0])}"
    for severe, milder in _by_severity(number):
        late, early = severe.in_force(case, limit.from_at), milder.in_force(case, limit.from_at)
        beyond = _difference(late, early)
        if (beyond < 0) if severe.parameter.safer == "lower" else (beyond > 0):
            before = f"{milder}, {_said(early.amounts[0])}"
            yield f"{severe}, {_said(late.amounts[0])}, would be reached before {before}; it has to come after"


def _difference(one: InForce, other: InForce) -> Decimal:
    """In a unit that both are stated in, so that published pairs agree; else in the own one."""
    theirs = {each.unit: each for each in other.amounts}
    both = next(((each, theirs[each.unit]) for each in one.amounts if each.unit in theirs), None)
    if both:
        return number_of(both[0]) - number_of(both[1])
    mine, accepts = one.amounts[0], one.parameter.accepts
    return convert(mine, accepts) - convert(other.amounts[0], other.parameter.accepts)


def _by_height(number: Number) -> Iterator[tuple[Number, Number]]:
    """Pairs of values of a reading, with this number among them, of which the first is never below the second."""
    values = {each.name: Number(number.rule, each) for each in number.rule.parameters if each.component is not None}
    for upper, lower in ABOVE:
        if number.parameter.name in (upper, lower) and {upper, lower} <= values.keys():
            yield values[upper], values[lower]


def _by_severity(number: Number) -> Iterator[tuple[Number, Number]]:
    """Pairs with this number among them: tiers of its rule, and the same number of rules of one chain."""
    tiers = [each for each in number.rule.parameters if each.name in TIERS and each.safer == number.parameter.safer]
    ranked = [Number(number.rule, each) for each in sorted(tiers, key=lambda each: TIERS.index(each.name))]
    chains = [_same_number(number, chain) for chain in CHAINS if number.rule.id in chain]
    for numbers in (ranked, *chains):
        yield from (pair for pair in pairwise(numbers) if number in pair)


def _same_number(number: Number, chain: tuple[str, ...]) -> list[Number]:
    rules = [RULES[each] for each in chain if each in RULES]
    named = [(rule, each) for rule in rules for each in rule.parameters if each.name == number.parameter.name]
    return [Number(rule, each) for rule, each in named if each.safer == number.parameter.safer]


def widest(number: Number) -> Amount:
    """The absolute limit; only where there is one."""
    assert number.parameter.widest is not None
    return number.parameter.widest


def _said(amount: Amount) -> str:
    return f"{amount.text} {amount.unit}"


def _unknown(what: str, word: str, known: tuple[str, ...]) -> str:
    nearest = get_close_matches(word, known, n=1)
    meant = f"did you mean {nearest[0]}? " if nearest else ""
    return f"there is no {what} {word!r}; {meant}known: {', '.join(known)}"
