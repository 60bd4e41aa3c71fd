from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create_default_project(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Project `default` is number 1: rows that a stock Collector writes without a project are its."""
    apps.get_model("tracing", "Project").objects.get_or_create(pk=1, defaults={"slug": "default", "name": "Default"})


def move_sequence(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """PostgreSQL does not count a number that was given by hand."""
    if editor.connection.vendor == "postgresql":
        editor.execute("SELECT setval(pg_get_serial_sequence('tracing_project', 'id'), 1)")


class Migration(migrations.Migration):
    dependencies = [("tracing", "0001_initial")]
    operations = [
        migrations.RunPython(create_default_project, migrations.RunPython.noop),
        migrations.RunPython(move_sequence, migrations.RunPython.noop),
    ]
