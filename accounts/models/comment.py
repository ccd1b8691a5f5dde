"""What people say about things."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.querysets import CommentQuerySet
from common.rows import Row


class Comment(Row):
    """What `author` says about a thing of any kind, in Markdown. Seen by whoever sees the thing.

    People are named in it by id only (`common.markdown.MENTION`), and these ids stand in `mentioned`. Taken back it stays as a row
    whose text is gone; history never holds the text.
    """

    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="comments")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    text = models.TextField(blank=True)
    mentioned = ArrayField(models.BigIntegerField(), default=list, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[CommentQuerySet["Comment"]] = CommentQuerySet.as_manager()  # type: ignore[assignment]  # a manager with the queryset's methods

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="comment_by_subject")]
        constraints = [
            models.CheckConstraint(
                condition=(Q(taken_back_at=None) & ~Q(text="")) | (Q(taken_back_at__isnull=False) & Q(text="", mentioned=[])),
                name="comment_says_something_until_taken_back",
                violation_error_message="A comment says something, unless it was taken back.",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None) | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="comment_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back_at is not None
