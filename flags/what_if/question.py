"""What is asked: one rule with other numbers, over a span of the record; refused where such limits could not be set."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from registry.limit_checks import check_amount, checked, find_number, whole_unit
from thresholds import RULES
from thresholds.limits import PATIENT, PROVIDER, WIDENED_FOR, limit_in_force
from thresholds.types import Amount, Case, Limit, Rule

ORIGIN: Final = "what-if"
RENEWED: Final = WIDENED_FOR - timedelta(
    days=1
)  # what is beyond an absolute limit expires, and is asked about all the same


@dataclass(frozen=True, slots=True)
class Question:
    """`amounts`: parameter → what it would be, from `begin` to `until`. `own`: in place of the patient's own limit too;
    otherwise that stays in force, as it would if the programmes' or the published limit changed."""

    rule: str
    amounts: tuple[tuple[str, Amount], ...]
    begin: datetime
    until: datetime
    own: bool = False

    @property
    def about(self) -> Rule:
        return RULES[self.rule]

    @property
    def days(self) -> float:
        return (self.until - self.begin) / timedelta(days=1)


def asked(
    rule: str, wanted: Sequence[tuple[str, str]], unit: str | None, span: tuple[datetime, datetime], case: Case, *,
    own: bool,
) -> Question:  # fmt: skip
    """`wanted`: (parameter, number); `case` has the other limits in force. Raises RegistryError for what there is not,
    a wrong unit or a wrong order."""
    amounts = tuple(_amount(rule, name, text, unit) for name, text in wanted)
    question = Question(rule, amounts, *span, own)
    then = changed(case, question)
    for limit in then.limits:
        if limit.author == ORIGIN:
            checked(limit, then)
    return question


def _amount(rule: str, name: str, text: str, unit: str | None) -> tuple[str, Amount]:
    number = find_number(rule, name)
    amount = Amount(text, whole_unit(number, unit))
    check_amount(number, amount)
    return name, amount


def changed(case: Case, question: Question) -> Case:
    """The case with the asked limits in place of those that they would replace."""
    names = {name for name, _ in question.amounts}
    kept = [
        each for each in case.limits
        if each.rule != question.rule or each.parameter not in names or (each.origin == PATIENT and not question.own)
    ]  # fmt: skip
    return replace(case, limits=(*kept, *(limit for each in question.amounts for limit in _limits(question, *each))))


def _limits(question: Question, name: str, amount: Amount) -> Sequence[Limit]:
    origin = PATIENT if question.own else ORIGIN
    begin, span = question.begin - question.about.lookback - question.about.entry, question.until - question.begin
    times = (span + question.about.lookback + question.about.entry) // RENEWED + 1
    return [
        Limit(question.rule, name, amount, begin + RENEWED * time, None, origin, ORIGIN, PROVIDER, ORIGIN)
        for time in range(times)
    ]


def in_force(question: Question, case: Case) -> list[tuple[str, tuple[Amount, ...], Amount]]:
    """(parameter, what is in force at the end, what it would be) of a case."""
    rule = question.about
    return [
        (name, limit_in_force(rule, name, case, question.until).amounts, amount) for name, amount in question.amounts
    ]
