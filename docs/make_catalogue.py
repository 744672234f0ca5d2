"""Writes `docs/catalogue.md` from the measure catalogue."""

from pathlib import Path

from models.measures import CATALOGUE, Component, Factor, Measure, Range

TARGET = Path(__file__).with_name("catalogue.md")

INTRODUCTION = """\
# The measures

Made from `models/measures.py` by `make docs`; do not edit. A value outside *plausible* is quarantined
(`decode.out_of_range`); one outside *expected* is stored and marked. Both are inclusive, in the component's own
unit, and compared with exact decimals after conversion. § refers to the project's clinical reference; "design" means
that we chose the number and "unverified" that no source has been checked.
"""

COLUMNS = ("Component", "", "Unit", "Accepted units", "Plausible", "Expected", "LOINC", "MDC", "Source")


def render() -> str:
    return "\n".join([INTRODUCTION, *(section(measure) for measure in CATALOGUE.values())])


def section(measure: Measure) -> str:
    kind = "An interval, `started_at` to `measured_at`" if measure.interval else "One instant"
    needs = ", ".join(f"`{name}`" for name in measure.required) or "at least one component"
    codes = ", ".join(f"{name} {code}" for name, code in (("LOINC", measure.loinc), ("MDC", measure.mdc)) if code)
    facts = [kind, f"required: {needs}", *([codes] if codes else [])]
    rows = [row(COLUMNS), "|" + "---|" * len(COLUMNS), *(row(cells(component)) for component in measure.components)]
    return "\n".join(
        [
            f"## {measure.display} (`{measure.code}`)",
            "",
            f"{'; '.join(facts)}.",
            "",
            *rows,
            *specimens(measure),
            "",
        ]
    )


def cells(component: Component) -> tuple[str, ...]:
    units = ", ".join(f"`{unit}`{conversion(factor)}" for unit, factor in component.accepts.items())
    limits = (
        ("by specimen", "by specimen") if component.specimens else (span(component.plausible), span(component.expected))
    )
    codes = component.loinc or "–", str(component.mdc or "–")
    return (f"`{component.name}`", component.display, f"`{component.unit}`", units, *limits, *codes, component.source)


def conversion(factor: Factor) -> str:
    times = f" × {factor.times}" if factor.times != 1 else ""
    return f"{times} ÷ {factor.by}" if factor.by != 1 else times


def specimens(measure: Measure) -> list[str]:
    """Ranges by `context.specimen`, the first being the default, and what LO and HI stand for."""
    rows = [
        row(
            (
                f"`{name}`",
                span(found.plausible),
                span(found.expected),
                f"{found.lohi[0]} / {found.lohi[1]}",
                f"`{found.stream}`",
            )
        )
        for component in measure.components
        for name, found in component.specimens.items()
    ]
    head = row(("`context.specimen`", "Plausible", "Expected", "LO / HI stand for", "Stream"))
    return (
        ["", "Without `context.specimen` the first of these holds.", "", head, "|" + "---|" * 5, *rows] if rows else []
    )


def span(limits: Range) -> str:
    return f"{limits[0]}–{limits[1]}"


def row(values: tuple[str, ...]) -> str:
    return f"| {' | '.join(values)} |"


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
