"""What the demo is asked for is checked before it makes a folder or starts anything."""

from pathlib import Path

import pytest

from hearthline.__main__ import run


@pytest.mark.parametrize("arguments", [("--days", "367"), ("--days", "0"), ("--patients", "0")], ids=" ".join)
def test_what_would_take_for_ever_or_show_nothing_is_refused_as_usage(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["demo", *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"Invalid value for '{arguments[0]}'" in err
    assert list(tmp_path.iterdir()) == []


def test_a_setting_that_does_not_exist_is_said_by_the_demo_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARTHLINE_FOO__BAR", "1")
    assert run(["demo"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("hearthline: unknown setting HEARTHLINE_FOO__BAR in the environment; did you mean ")
    assert list(tmp_path.iterdir()) == []
