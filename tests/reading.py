"""How tests read pages: what stands in their rows, in words; and who reads them."""

import re
from html import unescape
from typing import Any

from django.test import Client


def words(html: str) -> str:
    """What a person reads of some HTML, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def rows(response: Any) -> list[str]:
    """The names of a list's rows: the first line of each row's head."""
    body = response.content.decode()
    return [words(name) for name in re.findall(r'<th scope="row">\s*(?:<span class="struck">)?(<a .*?</a>)', body, re.S)]


def notices(response: Any) -> list[str]:
    """What the page says it understood otherwise than it was asked."""
    return [words(each) for each in re.findall(r'<p class="message [^>]*>(.*?)</p>', response.content.decode(), re.S)]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client
