"""What people write in Markdown never becomes more than text, links and marks on a page."""

import re
from html import unescape

import pytest

from common import markdown

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)" onclick=alert(1)>here</a>',
    "[here](javascript:alert(1))",
    "[here](JaVaScRiPt:alert(1))",
    "[here](java\tscript:alert(1))",
    "[here](&#106;avascript:alert(1))",
    "[here](&#x6A&#x61&#x76&#x61script:alert(1))",
    "[here](vbscript:msgbox(1))",
    "[here](data:text/html;base64,PHNjcmlwdD4=)",
    "![here](javascript:alert(1))",
    "![here](data:image/svg+xml;base64,PHN2Zz4=)",
    "[here](//elsewhere.example/)",
    "[here](/accounts/logout/)",
    "<javascript:alert(1)>",
    '[here](https://good.example "\\"><script>alert(1)</script>")',
    '![a" onerror="alert(1)](https://good.example/a.png)',
    'https://good.example/"onmouseover="alert(1)',
    "https://good.example/<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    "[a]: javascript:alert(1)\n\n[a]",
    "<!-- --><svg/onload=alert(1)>",
    "# <iframe src=https://evil.example>",
    "| <style>*{}</style> |\n|:-:|\n| <b style=x> |",
    "<details open ontoggle=alert(1)>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through(text: str):
    html = markdown.render(text)
    tags = re.findall(r"<[^>]*>", html)
    for tag in tags:
        assert re.match(r"</?(a|p|li|strong|em|s|code|pre|table|thead|tbody|tr|th|td|br|ul|ol|blockquote|hr)\b", tag), tag
        assert not re.search(r"\son\w+=|style=|src=", re.sub(r'"[^"]*"', '""', tag)), tag
    for address in re.findall(r'href="([^"]*)"', " ".join(tags)):
        assert unescape(address).startswith(("https://", "http://", "mailto:")), address


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**much** *so* ~~no~~", "<strong>much</strong> <em>so</em> <s>no</s>"),
        ("one\ntwo", "one<br>\ntwo"),
        ("# Loud", "<strong>Loud</strong>"),
        ("`x < y`", "<code>x &lt; y</code>"),
        ("See https://good.example/a_b_c.", '<a href="https://good.example/a_b_c" rel="nofollow noopener noreferrer">'),
        ("(https://good.example/a)", ">https://good.example/a</a>)"),
        ("![A plan](https://good.example/plan.png)", '<a href="https://good.example/plan.png" rel="nofollow noopener noreferrer">A plan</a>'),
        ("[write](mailto:anna@demo.example)", '<a href="mailto:anna@demo.example"'),
    ],
)  # fmt: skip
def test_marks_are_shown(text: str, html: str):
    assert html in markdown.render(text)


def test_people_are_shown_by_name_and_those_unknown_as_nobody():
    html = markdown.render("Ask @{user:7}, `@{user:7}` or @{user:8}.", {7: "Anna <b>& Co</b>"})
    assert '<span class="mention">@Anna &lt;b&gt;&amp; Co&lt;/b&gt;</span>' in html
    assert "<code>@Anna &lt;b&gt;&amp; Co&lt;/b&gt;</code>" in html
    assert "@nobody" in html
    assert "user:" not in html
    assert markdown.render("Ask @{user:7}", {7: "Berta"}) != markdown.render("Ask @{user:7}", {7: "Anna"})


def test_a_text_turns_nothing_around():
    assert '<p dir="auto">' in markdown.render("שלום")


def test_who_is_named_is_known_once_and_in_order():
    assert markdown.mentioned("@{user:9} @{user:7} @{user:9} @{user:x} {user:8}") == [9, 7]
