"""What people write in Markdown (CommonMark, with tables and struck words), as HTML that may stand on a page.

HTML in it stays text. Links lead to http, https and mailto only and are not followed by search engines; a picture is a link to it,
since no page loads anything from elsewhere; headings are bold lines, for a page has its own. What comes out is cleaned once more.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from common.kept import Kept

#: How a text names somebody with an account. Names and addresses stand in accounts alone.
MENTION: Final = re.compile(r"@\{user:(\d{1,18})\}")
_SPOT: Final = re.compile(rf"{MENTION.pattern}|https?://[^\s<>\"']+")
_TAGS: Final = frozenset(
    {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "s", "span", "strong", "ul"}
    | {"table", "tbody", "td", "th", "thead", "tr"}
)
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_LITERAL: Final = frozenset({"code_inline", "code_block", "fence"})
_kept = Kept(500)


def render(text: str, people: Mapping[int, str] | None = None) -> SafeString:
    """`text` as HTML. `people`: names by the ids that are mentioned; somebody who is not among them is nobody."""
    names = dict(people or {})
    key = (text, tuple(sorted(names.items())))
    html: str | None = _kept.get(key)
    if html is None:
        html = nh3.clean(
            _READER.render(text, {"people": names}),
            tags=set(_TAGS),
            attributes={"a": {"href"}, "ol": {"start"}},
            allowed_classes={"span": {"mention"}},
            set_tag_attribute_values={"p": {"dir": "auto"}, "li": {"dir": "auto"}, "td": {"dir": "auto"}, "th": {"dir": "auto"}},
            url_schemes=set(_SCHEMES),
            link_rel="nofollow noopener noreferrer",
        )
        _kept.put(key, html)
    return mark_safe(html)  # noqa: S308 - cleaned by nh3 just now


def mentioned(text: str) -> list[int]:
    """The ids of the people a text names, each once, in their order."""
    return list(dict.fromkeys(int(number) for number in MENTION.findall(text)))


class _Reader(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - as the library calls it
        return url.partition(":")[0].lower() in _SCHEMES


def _read_words(state: StateCore) -> None:
    """Mentions become names, and bare addresses links."""
    people: Mapping[int, str] = state.env.get("people", {})
    for token in state.tokens:
        if token.type in _LITERAL:
            token.content = _named(token.content, people)
        if token.type == "inline":
            token.children = _spotted(token.children or [], people, state.md)


def _spotted(tokens: list[Token], people: Mapping[int, str], md: MarkdownIt) -> list[Token]:
    found: list[Token] = []
    links = 0
    for token in tokens:
        links += token.nesting if token.type in ("link_open", "link_close") else 0
        if token.type in _LITERAL:
            token.content = _named(token.content, people)
        if token.type == "text":
            found += _split(token.content, people, md, in_link=links > 0)
        else:
            found.append(token)
    return found


def _split(text: str, people: Mapping[int, str], md: MarkdownIt, *, in_link: bool) -> list[Token]:
    found: list[Token] = []
    at = 0
    for spot in _SPOT.finditer(text):
        if spot[1] is None and in_link:
            continue
        shown = spot[0] if spot[1] else _without_stop(spot[0])
        found.append(_text(text[at : spot.start()]))
        if spot[1]:
            found.append(Token("mention", "", 0, content=_name(spot, people)))
        else:
            found += [
                Token("link_open", "a", 1, attrs={"href": md.normalizeLink(shown)}),
                _text(shown),
                Token("link_close", "a", -1),
            ]
        at = spot.start() + len(shown)
    found.append(_text(text[at:]))
    return found


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _without_stop(address: str) -> str:
    """An address without the full stop of its sentence, or the bracket around it."""
    address = address.rstrip(".,;:!?*_")
    return address[:-1] if address.endswith(")") and "(" not in address else address


def _name(spot: re.Match[str], people: Mapping[int, str]) -> str:
    return f"@{people.get(int(spot[1]), 'nobody')}"


def _named(text: str, people: Mapping[int, str]) -> str:
    return MENTION.sub(lambda spot: _name(spot, people), text)


def _mention(tokens: Any, at: int, options: Any, env: Any) -> str:
    return f'<span class="mention">{escape(tokens[at].content)}</span>'


def _picture(tokens: Any, at: int, options: Any, env: Any) -> str:
    source, words = str(tokens[at].attrs["src"]), _named(str(tokens[at].content), env.get("people", {}))
    return f'<a href="{escape(source)}">{escape(words or source)}</a>'


def _always(html: str) -> Callable[..., str]:
    return lambda *_: html


def _reader() -> _Reader:
    reader = _Reader("commonmark", {"html": False, "breaks": True})
    reader.enable(["table", "strikethrough"])
    reader.core.ruler.push("mentions_and_addresses", _read_words)
    rules: Any = reader.renderer.rules  # type: ignore[attr-defined]  # the protocol of renderers leaves it out
    rules |= {
        "mention": _mention,
        "image": _picture,
        "heading_open": _always("<p><strong>"),
        "heading_close": _always("</strong></p>\n"),
    }
    return reader


_READER: Final = _reader()
