"""What the rows of the fault matrix share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first stage of each kind keeps its enrolled database for the others."""
    return tmp_path_factory.mktemp("stage")
