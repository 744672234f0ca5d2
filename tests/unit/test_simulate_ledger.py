"""Where `simulate run` writes the truth is checked before anybody is enrolled or anything is sent."""

from pathlib import Path

import pytest

from hearthline.__main__ import run

LEDGERS = [
    ("gone/truth.jsonl", "the ledger has no folder: there is no {}/gone; make it, or name another --ledger"),
    ("file/truth.jsonl", "the ledger has no folder: there is no {}/file; make it, or name another --ledger"),
    ("there", "the ledger {}/there is a folder; name a file"),
]


@pytest.mark.parametrize(("ledger", "says"), LEDGERS, ids=["no folder", "below a file", "a folder"])
def test_a_ledger_that_cannot_be_written_is_refused_as_usage(
    ledger: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARTHLINE_DATABASE__URL", f"sqlite:///{tmp_path}/none.db")
    (tmp_path / "there").mkdir()
    (tmp_path / "file").touch()
    assert run(["simulate", "run", "--ledger", str(tmp_path / ledger)]) == 2
    assert capsys.readouterr() == ("", f"hearthline: {says.format(tmp_path)}\n")
    assert not (tmp_path / "gone").exists()
