"""`{% load demo %}{% demo_people as people %}`: whom the sign-in page of a demonstration offers."""

from collections.abc import Sequence

from django import template
from django.conf import settings

from accounts.actions.demo import PEOPLE, DemoPerson

register = template.Library()


@register.simple_tag
def demo_people() -> Sequence[DemoPerson]:
    """The demo people, those most asked for first; nobody outside a demonstration."""
    return PEOPLE if settings.DEMO else ()
