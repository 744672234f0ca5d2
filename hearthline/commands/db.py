"""`db`: bring the database to this version's schema, or say that it is not there."""

import typer

from hearthline.options import Json
from hearthline.show import show_one

app = typer.Typer(help="The database and its schema.")


@app.command("upgrade")
def upgrade_database(context: typer.Context, *, json: Json = False) -> None:
    """Migrate the database of the settings to this version's schema; makes it where there is none."""
    from hearthline.addresses import hide_password
    from hearthline.database import current, upgrade

    url = context.obj.settings().database.url
    before = current(url)
    upgrade(url)
    show_one({"database": hide_password(url), "before": before, "revision": current(url)}, json=json)


@app.command("check")
def check_database(context: typer.Context, *, json: Json = False) -> None:
    """Exit 3 when the schema is not the one this version wants."""
    from hearthline.addresses import hide_password
    from hearthline.database import check, current

    url = context.obj.settings().database.url
    check(url)
    show_one({"database": hide_password(url), "revision": current(url)}, json=json)
