"""The table of looks agrees with the values the nouns have, and with the stylesheets that draw them."""

import re

import pytest
from django.conf import settings

from common import looks
from common.templatetags import components
from projects import vocabulary as projects
from releases import vocabulary as releases

CSS = settings.BASE_DIR / "static" / "css"
PICTURES = (settings.BASE_DIR / "static" / "icons" / "sprite.svg").read_text()


def statuses() -> list[str]:
    """The values of every enumeration of a noun that is called a status."""
    found = {
        value
        for module in (projects, releases)
        for name, kind in vars(module).items()
        if name.endswith("Status") and hasattr(kind, "values")
        for value in kind.values
    }
    return sorted(found)


def test_the_nouns_have_statuses():
    assert {"draft", "under_way", "active", "delivered", "succeeded"} <= set(statuses())


@pytest.mark.parametrize("status", statuses())
def test_every_status_has_a_fill_of_its_own_choice(status):
    assert looks.FILL_OF[status] in looks.FILLS


@pytest.mark.parametrize("kind", looks.KINDS)
def test_every_kind_has_a_colour_and_a_picture(kind):
    assert f".k-{kind} {{ --kind:" in (CSS / "tokens.css").read_text()
    assert f".k-{kind} > i::before" in (CSS / "icons.css").read_text()


def test_the_stylesheet_finds_each_picture_where_the_file_has_it():
    places = {name: int(at) for name, at in re.findall(r"^\.i-(\w+) \{ --at: (\d+); \}", (CSS / "icons.css").read_text(), re.M)}
    drawn = {name: int(x) // 24 for name, x in re.findall(r'<g id="(\w+)" transform="translate\((\d+)\)"', PICTURES)}
    assert places == drawn
    assert f"--pictures-last: {len(drawn) - 1};" in (CSS / "icons.css").read_text()


@pytest.mark.parametrize("name", [*looks.KINDS, *looks.NOUNS])
def test_every_noun_has_a_picture_that_exists(name):
    assert f'<g id="{looks.icon_of(name)}"' in PICTURES


@pytest.mark.parametrize("name", [*looks.KINDS, *looks.NOUNS])
def test_the_picture_of_a_noun_on_a_page_is_one_the_stylesheet_finds(name):
    drawn = re.search(r"i-(\w+)", str(components.icon(name)))
    assert drawn
    assert f".i-{drawn[1]} {{ --at:" in (CSS / "icons.css").read_text()
