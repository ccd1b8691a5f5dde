"""The main navigation marks where the reader is: the page itself, or the section it belongs to."""

import re

import pytest
from django.template import Context, Template
from django.test import RequestFactory

TEMPLATE = "{% load components %}{% navigation %}"


def marked(path: str) -> dict[str, str]:
    html = Template(TEMPLATE).render(Context({"request": RequestFactory().get(path)}))
    return dict(re.findall(r'href="([^"]+)" aria-current="([^"]+)"', html))


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/", {"/": "page"}),
        ("/releases/", {"/releases/": "page"}),
        ("/releases/REL-42/", {"/releases/": "true"}),
        ("/releases/REL-43/", {"/releases/": "true"}),
        ("/projects/PAY/", {"/projects/": "true"}),
        ("/me/", {}),
        ("/nowhere", {}),
    ],
)
def test_the_present_way_is_marked(path: str, where: dict[str, str]):
    assert marked(path) == where


def test_what_is_kept_for_one_section_does_not_mark_another():
    assert [marked(path) for path in ("/releases/", "/releases/x/", "/", "/releases/")] == [
        {"/releases/": "page"},
        {"/releases/": "true"},
        {"/": "page"},
        {"/releases/": "page"},
    ]
