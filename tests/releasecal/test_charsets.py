"""Requests as the web server makes them: whatever charset one claims, it is read as UTF-8."""

import io
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from releasecal.wsgi import application

# Codecs of Python that fail on any text, and two that make lone surrogates of what looks like letters.
CHARSETS = ["undefined", "idna", "hex", "rot13", "zlib", "unicode_escape", "raw_unicode_escape", "no-such", "utf-8"]


def request(**told: Any) -> Any:
    environ: dict[str, Any] = dict(told)
    setup_testing_defaults(environ)
    return application.request_class(environ)


@pytest.mark.parametrize("charset", CHARSETS)
def test_an_address(charset: str):
    asked = request(QUERY_STRING="q=%5Cud800&%5Cud801=%C3%A9", CONTENT_TYPE=f"text/plain; charset={charset}")
    assert asked.GET.dict() == {"q": "\\ud800", "\\ud801": "é"}


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_form(charset: str):
    form = b"name=%5Cud800&other=%C3%A9"
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    sent = {"wsgi.input": io.BytesIO(form), "CONTENT_LENGTH": str(len(form))}
    assert request(REQUEST_METHOD="POST", CONTENT_TYPE=kind, **sent).POST.dict() == {"name": "\\ud800", "other": "é"}


def test_more_parameters_than_one_may_have_are_not_counted_before_a_view_can_refuse_them():
    assert request(QUERY_STRING="a&" * 3000, CONTENT_TYPE="text/plain; charset=utf-8").path == "/"
