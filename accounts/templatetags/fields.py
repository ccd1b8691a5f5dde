"""`{% load fields %}{% control field %}`: the input of a form's field, in our look and tied to its hint and errors."""

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def control(field: BoundField, described_by: str = "") -> SafeString:
    """The input alone. It points at the hint and the errors that components/field shows under `<id>_helptext` and `<id>_error`."""
    widget = field.field.widget
    ids = [described_by] if described_by else []
    if field.help_text:
        ids.append(f"{field.auto_id}_helptext")
    if field.errors:
        ids.append(f"{field.auto_id}_error")
    # The label says what belongs here; a placeholder that repeats it is only noise.
    attrs: dict[str, str | bool] = {"class": _class_of(widget, bool(field.errors)), "placeholder": False}
    if ids:
        attrs["aria-describedby"] = " ".join(ids)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


def _class_of(widget: forms.Widget, is_wrong: bool) -> str:
    if isinstance(widget, (forms.CheckboxInput, forms.CheckboxSelectMultiple, forms.RadioSelect)):
        look = "form-check-input"
    elif isinstance(widget, forms.Select):
        look = "form-select"
    else:
        look = "form-control"
    return f"{look} is-invalid" if is_wrong else look
