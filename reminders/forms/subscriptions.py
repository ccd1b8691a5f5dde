"""What one asks to hear of, and by which way."""

from typing import Any

from accounts.forms import SubjectField
from accounts.models import Team
from accounts.queries import thing_named
from common.writing import Shape
from common.writing.fields import Flag, Named, Word
from reminders.queries.mine import watchable
from reminders.vocabulary import Attention


class WatchableField(SubjectField):
    """A thing one can watch: `release:12` or `release:REL-12`."""

    def find(self, text: str) -> Any:
        return thing_named(text, self.user, watchable(), "watch")


class SubscriptionShape(Shape):
    """What is watched or muted. Without `attention` it is watched; with `team`, by the team."""

    subject = WatchableField("Of what", help="As kind:id, such as release:12; a key, code or slug will do for an id.")
    attention = Word(Attention, "Watch or mute", required=False)
    team = Named(Team, "slug", "Team", required=False, help="Whose default it is; empty for oneself.")


class TeamSubscriptionShape(Shape):
    """What a team watches, from its page."""

    subject = WatchableField("Something more to watch", help="As kind:id, such as release:REL-12, project:PAY or environment:prod.")


class AttentionShape(Shape):
    """The same from a page, where neither may be meant too."""

    subject = WatchableField("Of what")
    attention = Word(Attention, "Watch or mute", none="Neither", required=False)


class SwitchShape(Shape):
    """Whether reminders come by a way."""

    is_on = Flag("On")
