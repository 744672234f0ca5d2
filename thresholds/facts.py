"""The facts that rules read: names, meaning and unit in one table, and what a rule lacks to judge by."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from thresholds.types import Case, Fact, Rule

DECIMAL: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")
WHOLE: Final = re.compile("[1-9][0-9]{0,3}")
DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_decimal(text: str) -> Decimal | None:
    """A number above zero; None for anything else, so that an illegible fact is a missing one."""
    return Decimal(text) or None if DECIMAL.fullmatch(text) else None


def read_whole(text: str) -> int | None:
    return int(text) if WHOLE.fullmatch(text) else None


def read_scale(text: str) -> int | None:
    return int(text) if text in {"1", "2"} else None


def read_text(text: str) -> str | None:
    return text if text.strip() and text.isprintable() else None


def read_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class FactName:
    """What facts of one name say. Either `words`, of which several may hold at once, or a value with a `unit`, of which
    the one stated latest holds unless `many` do; `read` answers None when a text is no such value. `lifelong`: what is
    stated without a date holds from the beginning."""

    meaning: str
    words: tuple[str, ...] = ()
    unit: str = ""
    example: str = ""
    read: Callable[[str], object | None] | None = None
    many: bool = False
    lifelong: bool = False

    @property
    def single(self) -> bool:
        """Whether a new statement supersedes the one before."""
        return not self.words and not self.many


FACTS: Final[Mapping[str, FactName]] = MappingProxyType(
    {
        "condition": FactName(
            "what the patient has; a pregnancy ends with the day of birth, and rules know for how long it still counts",
            (
                "heart_failure", "hypertension", "diabetes_type_1", "diabetes_type_2", "sleep_apnoea", "discharged",
                "pregnancy",
            ),
        ),
        "medication": FactName("what the patient takes", ("insulin", "sulfonylurea", "sglt2", "diuretic")),
        "therapy": FactName("what the patient is treated with", ("cpap",)),
        "goal": FactName("what is wanted of the patient's weight, so that a loss is none", ("weight_loss", "diuresis")),
        "symptom": FactName("what the patient reports, while it lasts", ("dizziness", "syncope")),
        "paused": FactName("where the patient is while nobody expects readings", ("hospital", "travel")),
        "glucose_gap_hours": FactName("longest time between fingersticks", (), "whole hours", "12", read_whole),
        "dry_weight": FactName("weight without excess fluid, set by a clinician", (), "kg", "70.5", read_decimal),
        "height": FactName("body height, for the body mass index", (), "cm", "172", read_decimal),
        "spo2_scale": FactName(
            "which NEWS2 scale of oxygen saturation: 2 where 88–92 % is wanted", (), "1 or 2", "2", read_scale
        ),
        "birth_date": FactName("day of birth, for the age", (), "date", "1950-12-31", read_date, lifelong=True),
        "medicine": FactName(
            "one medicine with its dose, for reports; no rule reads it", (), "words", "furosemide 40 mg once daily",
            read_text, many=True,
        ),
    }
)  # fmt: skip


def stated(facts: Sequence[Fact], name: str, at: datetime) -> object | None:
    """The value of the fact in force at `at`, as its name reads it; None without one, or when it cannot be read."""
    in_force = [fact for fact in facts if fact.name == name and fact.holds(at)]
    read = FACTS[name].read
    if read is None or not in_force:
        return None
    return read(max(in_force, key=lambda fact: (fact.from_at, fact.value)).value)


def decimal_fact(case: Case, name: str, at: datetime) -> Decimal | None:
    value = stated(case.facts, name, at)
    return value if isinstance(value, Decimal) else None


def date_fact(case: Case, name: str, at: datetime) -> date | None:
    value = stated(case.facts, name, at)
    return value if isinstance(value, date) else None


def applies(rule: Rule, case: Case, at: datetime) -> bool:
    """Whether the patient is one of those whom the rule is for: has what it `needs`, and nothing of `unless`."""
    needed = rule.needs is None or case.has(*rule.needs, at) or any(_lingers(rule, fact, at) for fact in case.facts)
    return needed and not any(case.has(*each, at) for each in rule.unless)


def _lingers(rule: Rule, fact: Fact, at: datetime) -> bool:
    if not rule.lingers or (fact.name, fact.value) != rule.needs or fact.until_at is None:
        return False
    return timedelta(0) <= at - fact.until_at <= rule.lingers


def missing_facts(rule: Rule, case: Case, at: datetime) -> tuple[str, ...]:
    """The names without which the rule cannot judge this patient at `at`; none when the rule is not for them."""
    if not applies(rule, case, at):
        return ()
    return tuple(name for name in rule.facts if stated(case.facts, name, at) is None)
