"""What the page of imports asks for, besides the files."""

from django import forms


class ImportForm(forms.Form):
    """How files are to be brought. `trust_history` is there for administrators only."""

    into = forms.CharField(
        label="Entries of calendars belong to",
        required=False,
        max_length=120,
        help_text="program:CODE or project:CODE; empty is the organisation. Each entry of an .ics file becomes a milestone.",
    )
    prune = forms.BooleanField(label="Cancel milestones that are gone from their calendar", required=False)
    trust_history = forms.BooleanField(
        label="Let imported finished promotions count for later stops",
        required=False,
        help_text="You vouch for them: as soak and approval they count like those decided here.",
    )

    def __init__(self, *args: object, may_trust: bool, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]  # passed through
        if not may_trust:
            del self.fields["trust_history"]
