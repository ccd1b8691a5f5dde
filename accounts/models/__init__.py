"""People, teams, absences, tokens, comments; and what it means to be restricted."""

from accounts.models.absence import Absence
from accounts.models.answer import IdempotencyKey
from accounts.models.comment import Comment
from accounts.models.restriction import Restrictable
from accounts.models.team import Membership, Team
from accounts.models.token import ApiToken
from accounts.models.user import User

__all__ = ["Absence", "ApiToken", "Comment", "IdempotencyKey", "Membership", "Restrictable", "Team", "User"]
