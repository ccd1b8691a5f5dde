"""Forms of /me/ and shapes of comments: shape only. What they read are the keyword arguments of the verbs."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from accounts.actions.tokens import LONGEST_DAYS, USUAL_DAYS
from accounts.models import User
from accounts.queries import subject_named
from accounts.vocabulary import LONGEST_COMMENT, AccountKind, Scope, validate_region, validate_time_zone
from common.reading.columns import REFERS_TO
from common.writing import Prose, Shape
from common.writing.fields import Field


class PreferencesForm(forms.Form):
    time_zone = forms.CharField(
        label="Time zone",
        required=False,
        max_length=64,
        validators=[validate_time_zone],
        help_text="In which you read times; type a city. Empty: the zone of this installation.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    region = forms.CharField(
        label="Region",
        required=False,
        max_length=6,
        validators=[validate_region],
        help_text="Whose holidays you have, such as DE-BY or US.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AbsenceForm(forms.Form):
    starts_at = forms.DateTimeField(label="From", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ends_at = forms.DateTimeField(label="Until", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    delegate = forms.CharField(
        label="Who stands in",
        required=False,
        max_length=254,
        help_text="Their e-mail address; may stay empty.",
        widget=forms.TextInput(attrs={"list": "colleagues", "autocomplete": "off"}),
    )

    def clean_delegate(self) -> User | None:
        address = self.cleaned_data["delegate"]
        if not address:
            return None
        delegate: User | None = User.objects.active().filter(kind=AccountKind.PERSON).with_address([address]).first()
        if delegate is None:
            raise ValidationError("Nobody who can sign in has this address.")
        return delegate

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if "starts_at" in values and "ends_at" in values and values["ends_at"] <= values["starts_at"]:
            self.add_error("ends_at", "It must lie after the start.")
        return values


class TokenForm(forms.Form):
    name = forms.CharField(label="Name", max_length=100, help_text="What it is for, such as “build pipeline”.")
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    days = forms.IntegerField(
        label="Good for how many days",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=USUAL_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class CommentShape(Shape):
    text = Prose(
        "Your comment",
        longest=LONGEST_COMMENT,
        required=True,
        help="Markdown. @ and an e-mail address, such as @anna@demo.example, mentions a colleague.",
    )
    text.widget.attrs["data-mentions"] = reverse_lazy("comment_people")


class SubjectField(Field, forms.Field):
    """What a comment is about: `release:12` or `release:REL-12`, as the verb takes it the thing itself."""

    json_words = "a kind and an id, such as “release:12”,"

    def to_python(self, value: Any) -> Any:
        try:
            return self.find(str(value)) if value not in self.empty_values else None
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def find(self, text: str) -> Any:
        """The thing that is named so. Raises ValueError with how to mend it."""
        return subject_named(text, self.user)

    def described(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z]+:.+$", REFERS_TO: "subject"}


class NewCommentShape(CommentShape):
    subject = SubjectField("About", help="What it is about, as kind:id, such as release:12; a key, code or slug will do for an id.")
    first = ("subject",)
