"""What one may write of approvals, on pages and over REST: shape only."""

from django import forms

from common.writing import Day, Line, Named, Person, Prose, Rows, Shape, Word
from policies.models import ApprovalRule
from projects.forms import ReasonShape
from releases.models import Promotion
from releases.vocabulary import ApprovalDecision

DIGEST_LENGTH = 64


class ConditionShape(Shape):
    text = Line("Condition", longest=300, help="What has to be seen to.")
    owner = Person("Who sees to it")
    due_on = Day("By", required=False)


class ApprovalShape(Shape):
    decision = Word(ApprovalDecision, "Decision")
    digest = Line("Digest", longest=DIGEST_LENGTH, help="Of what was looked at, as GET of the promotion shows it.")
    rule = Named(
        ApprovalRule, "id", "Rule", required=False, what="rule of approvals", help="Left out: any that the caller may speak for."
    )
    conditions = Rows(ConditionShape, "Conditions", most=20, help="Of a yes: each becomes a gate.")
    comment = Prose("Comment", longest=5_000, help="Why; a no has to say it.")


class DecisionOnPage(Shape):
    """The same as a page asks for it: the digest of what it shows goes along."""

    decision = Word(ApprovalDecision, "Your decision")
    comment = Prose("Comment", longest=5_000, help="A no says why, so that it can be mended.")
    conditions = Rows(ConditionShape, "Conditions of a yes", most=20, on_page=True, help="Each becomes a gate before this stage.")
    digest = forms.CharField(max_length=DIGEST_LENGTH, widget=forms.HiddenInput())


class DecisionInPlace(Shape):
    """A yes or no on the page of what waits for somebody; what it is about stands beside it."""

    decision = Word(ApprovalDecision, "Your decision")
    comment = Prose("Comment", longest=5_000, help="A no says why, so that it can be mended.")


class SeenShape(Shape):
    promotion = Named(Promotion, "id", "Promotion", what="promotion")
    digest = Line("Digest", longest=DIGEST_LENGTH, help="Of what was looked at, as GET of the promotion shows it.")


class PackageDecisionShape(Shape):
    decision = Word(ApprovalDecision, "Decision")
    promotions = Rows(
        SeenShape, "Promotions", required=True, most=100, help="Of the package's members; those that are left out wait on."
    )
    comment = Prose("Comment", longest=5_000, help="Why; a no has to say it.")


class WithdrawalShape(ReasonShape):
    """Why a request is taken back."""
