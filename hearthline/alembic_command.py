"""The `alembic` command of an environment with this project: alembic's own, which finds the project's alembic.ini from
any folder.

It takes the place of the script that alembic brings itself, because the project is installed after what it needs.
"""

import os
import sys
from pathlib import Path
from typing import Final

from hearthline.errors import explain

VARIABLE: Final = "ALEMBIC_CONFIG"
FILE: Final = "alembic.ini"
SHARE: Final = "share/hearthline"  # below the environment, where a wheel puts it
PRIVATE: Final = 0o077  # a database made here is read by its owner alone, as with `hearthline db upgrade`


def main() -> None:
    """Runs alembic; what a person can mend is one line and the exit code of the contract."""
    from alembic.config import CommandLine

    os.umask(PRIVATE)
    name_configuration()
    line = CommandLine(prog="alembic")
    try:
        _make_folder(line.parser.parse_args())
        line.main()
    except Exception as error:
        failure = explain(error)
        if failure is None:
            raise
        print(f"alembic: {failure}", file=sys.stderr)  # noqa: T201  the one line
        sys.exit(failure.code)


def name_configuration() -> None:
    """Where neither the environment nor the folder has one; `--config` beats both. Raises nothing where the project
    came without its alembic.ini: then alembic says what it lacks."""
    import migrations

    source = Path(str(migrations.__file__)).resolve().parent.parent
    ours = (folder / FILE for folder in (source, Path(sys.prefix) / SHARE))
    found = next((file for file in ours if file.is_file()), None)
    if not os.environ.get(VARIABLE) and not Path(FILE).exists() and found:
        os.environ[VARIABLE] = str(found)


def _make_folder(options: object) -> None:
    """An upgrade makes the folder of the settings' database, as `hearthline db upgrade` does."""
    from alembic.command import upgrade

    from hearthline.database import make_folder
    from hearthline.settings import load_settings

    wanted = getattr(options, "cmd", (None,))[0]
    if wanted is upgrade and not getattr(options, "x", None):
        make_folder(load_settings().database.url)
