"""Relations, migration dependencies and files keep the order of the house; import-linter keeps the imports."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

PYPROJECT = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
ORDER: list[str] = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
HEIGHT = {app: len(ORDER) - place for place, group in enumerate(ORDER) for app in group.replace(" ", "").split("|")}


def test_the_order_names_every_app_of_ours():
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR}
    assert ours == set(HEIGHT)


def test_relations_point_downwards_or_stay_in_their_app():
    upwards = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and model._meta.app_config.name in HEIGHT
        and field.related_model._meta.app_config.name in HEIGHT
        if HEIGHT[field.related_model._meta.app_config.name] > HEIGHT[model._meta.app_config.name]
    ]
    assert upwards == []


@pytest.mark.django_db
def test_migrations_depend_downwards_only():
    loader = MigrationLoader(connection)
    upwards = [
        f"{app}.{name} -> {needed}"
        for (app, name), migration in loader.disk_migrations.items()
        for needed, _ in migration.dependencies
        if app in HEIGHT and needed in HEIGHT and HEIGHT[needed] > HEIGHT[app]
    ]
    assert upwards == []


def test_no_receiver_but_of_our_two_signals_is_connected_by_our_apps():
    from django.db.models import signals

    ours = tuple(f"{app}." for app in HEIGHT)
    watched = [signals.pre_save, signals.post_save, signals.pre_delete, signals.post_delete, signals.m2m_changed]
    connected = [
        receiver.__module__
        for signal in watched
        for reference in signal.receivers
        if (receiver := _alive(reference)) and receiver.__module__.startswith(ours)
    ]
    assert connected == []


def _alive(reference):
    receiver = reference[1]
    return (
        receiver()
        if hasattr(receiver, "__callback__") or type(receiver).__name__ in ("weakref", "ReferenceType", "WeakMethod")
        else receiver
    )


def test_the_receivers_of_recorded_and_committed_are_those_the_architecture_page_prints():
    from history.signals import committed, recorded

    page = (settings.BASE_DIR / "docs" / "architecture.md").read_text()
    connected = {
        f"`{name}` | `{receiver.__module__}.{receiver.__qualname__}`"
        for name, signal in (("recorded", recorded), ("committed", committed))
        for reference in signal.receivers
        if (receiver := _alive(reference))
    }
    printed = {line.strip("| ") for line in page.splitlines() if line.startswith(("| `recorded`", "| `committed`"))}
    assert {" | ".join(cell.strip() for cell in line.split("|")[:2]) for line in printed} == connected


@pytest.mark.parametrize("app", [app for app in ORDER if app not in ("releasecal", "common")])
def test_no_file_is_called_what_says_nothing(app):
    """Inside a folder of one layer a file is called after its noun, and `services` is one of environments'."""
    nothing = {"utils.py", "helpers.py", "services.py", "misc.py", "tools.py"}
    assert not [path for path in (settings.BASE_DIR / app).rglob("*.py") if path.name in nothing - {"services.py"}]
    assert not (settings.BASE_DIR / app / "services.py").exists()
