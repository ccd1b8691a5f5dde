"""Verbs on people: bring, add, roles, preferences, deactivate, make nameless."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import rules
from accounts.models import User
from accounts.vocabulary import FORMER_COLLEAGUE, AccountKind, Role, validate_region, validate_time_zone
from common.refusals import BadInput, Conflict, NotAllowed, RuleBroken
from history.deeds import Said, deed, record, record_all


@deed
def bring(emails: Iterable[str], *, by: User) -> dict[str, User]:
    """The people with these addresses, by address in lower case; whoever is unknown is made: inactive, without a password.

    For imports, which name people before they have ever signed in: whoever may import the noun may name its people.
    Raises BadInput for what is no e-mail address.
    """
    wanted = {_address(email) for email in emails}
    known = {user.email: user for user in User.objects.with_address(wanted)}
    strangers = [
        User(email=email, name=_name_from(email), is_active=False, password=make_password(None))
        for email in sorted(wanted - known.keys())
    ]
    made = User.objects.bulk_create(strangers)
    record_all([Said("brought", "user", user.pk, "{actor} brought in {subject}, who cannot sign in yet") for user in made], by=by)
    return known | {user.email: user for user in made}


@deed
def add(
    *,
    by: User,
    email: str,
    name: str,
    roles: Iterable[Role] = (),
    time_zone: str = "",
    region: str = "",
    password: str | None = None,
    kind: AccountKind = AccountKind.PERSON,
) -> User:
    """A new account that can sign in at once: with `password`, by the link of a password reset, or by single sign-on.

    Raises NotAllowed, Conflict when the address is taken, BadInput for a wrong address, zone or region.
    """
    if not rules.may_manage_people(by):
        raise NotAllowed("Only an administrator may add people.")
    address = _address(email)
    if User.objects.with_address([address]).exists():
        raise Conflict(f"There is already an account with the address {address}.", errors={"email": ["This address is taken."]})
    _check(time_zone=time_zone, region=region)
    user = User(email=address, name=_clean_name(name), time_zone=time_zone, region=region, kind=kind)
    user.set_password(password)
    user.save()
    record(user, "joined", by=by, template="{actor} made the account of {subject}")
    set_roles(user, roles, by=by)
    return user


@deed
def set_roles(user: User, roles: Iterable[Role], *, by: User, among: Iterable[Role] = Role) -> User:
    """Give `user` exactly `roles`, looking only at those `among` the given ones; others stay as they are.

    Raises NotAllowed; RuleBroken when the last administrator would lose the role.
    """
    if not rules.may_manage_people(by):
        raise NotAllowed("Only an administrator may change roles.")
    groups = _locked_roles(among)
    wanted = {Role(role).value for role in roles} & groups.keys()
    held = set(user.groups.filter(name__in=groups).values_list("name", flat=True))
    if wanted == held:
        return user
    if Role.ADMINISTRATOR in held - wanted and not _other_administrators(user):
        raise RuleBroken("Somebody has to administer Releasecal: make another person administrator first.")
    user.groups.remove(*[groups[name] for name in held - wanted])
    user.groups.add(*[groups[name] for name in wanted - held])
    record(
        user,
        "changed_roles",
        by=by,
        template="{actor} changed the roles of {subject}: now {roles}",
        roles=", ".join(sorted(user.groups.values_list("name", flat=True))) or "none",
    )
    user.__dict__.pop("role_names", None)
    return user


@deed
def set_preferences(user: User, *, by: User, time_zone: str, region: str) -> User:
    """In which zone `user` reads times (empty: the installation's), and whose holidays count. Raises NotAllowed, BadInput."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not rules.may_change_preferences(by, user):
        raise NotAllowed("Only an administrator may change other people's preferences.")
    _check(time_zone=time_zone, region=region)
    if (user.time_zone, user.region) == (time_zone, region):
        return user
    user.time_zone, user.region = time_zone, region
    user.save(update_fields=["time_zone", "region"])
    record(user, "changed_preferences", by=by, template="{actor} changed the preferences of {subject}")
    return user


@deed
def activate(user: User, *, by: User) -> User:
    """Let `user` sign in (again). Raises NotAllowed, Conflict for who cannot be."""
    user = _to_manage(user, by)
    if user.is_active:
        return user
    if not user.name:
        raise Conflict("A former colleague without a name or address cannot come back; make a new account.")
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(user, "activated", by=by, template="{actor} let {subject} sign in")
    return user


@deed
def deactivate(user: User, *, by: User, reason: str = "") -> User:
    """End `user`'s access: sessions and tokens stop at once. What they did stays. Raises NotAllowed, RuleBroken."""
    _locked_roles([Role.ADMINISTRATOR])
    user = _to_manage(user, by)
    if not user.is_active:
        return user
    if user.is_administrator and not _other_administrators(user):
        raise RuleBroken("Somebody has to administer Releasecal: make another person administrator first.")
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(user, "deactivated", by=by, reason=reason, template="{actor} ended the access of {subject}")
    return user


@deed
def make_nameless(user: User, *, by: User, reason: str = "") -> User:
    """Forget who somebody was: name, address and ways to sign in go; what they did stays, by "former colleague".

    History holds no names, so its chain stays valid. Raises NotAllowed, RuleBroken.
    """
    user = deactivate(user, by=by, reason=reason)
    user.name, user.email = "", f"former-{user.pk}@releasecal.invalid"
    user.time_zone = user.region = ""
    user.set_unusable_password()
    user.save(update_fields=["name", "email", "time_zone", "region", "password"])
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    record(user, "made_nameless", by=by, reason=reason, template="{actor} made {subject} nameless")
    return user


@deed
def remove_second_factor(user: User, *, by: User, reason: str = "") -> User:
    """For somebody who lost phone or key: sign-in asks for the password only, until they set up another. Raises NotAllowed."""
    user = _to_manage(user, by)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    if removed:
        record(user, "removed_second_factor", by=by, reason=reason, template="{actor} removed the second factor of {subject}")
    return user


def _locked_roles(roles: Iterable[Role]) -> dict[str, Group]:
    """The roles by name. Locked before any person by whoever may leave nobody an administrator: two could do it to each other."""
    locked = Group.objects.select_for_update(no_key=True).filter(name__in=list(roles)).order_by("pk")
    return {group.name: group for group in locked}


def _to_manage(user: User, by: User) -> User:
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not rules.may_manage_people(by):
        raise NotAllowed("Only an administrator may manage accounts.")
    if user.is_builtin:
        raise RuleBroken("The built-in accounts stay as they are.")
    return user


def _other_administrators(user: User) -> bool:
    return bool(User.objects.active().filter(groups__name=Role.ADMINISTRATOR).exclude(pk=user.pk).exists())


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address or len(address) > 254:
        sentence = f"“{email[:100]}” is not an e-mail address."
        raise BadInput(sentence, errors={"email": [sentence]})
    return address


def _clean_name(name: str) -> str:
    """A name on one line: nothing in it can begin a new header of a mail or a new line of a feed."""
    clean = " ".join(name.split())
    if not clean or len(clean) > 200 or not clean.isprintable() or clean == FORMER_COLLEAGUE:
        raise BadInput("A name has 1 to 200 printable characters.", errors={"name": ["A name has 1 to 200 printable characters."]})
    return clean


def _name_from(email: str) -> str:
    """`jane.doe@example.org` is Jane Doe until we know better."""
    local = email.partition("@")[0].partition("+")[0]
    words = [word for word in local.replace("_", ".").replace("-", ".").split(".") if word]
    return " ".join(word.capitalize() for word in words)[:200] or email[:200]


def _check(*, time_zone: str, region: str) -> None:
    for name, value, validate in (("time_zone", time_zone, validate_time_zone), ("region", region, validate_region)):
        if value:
            try:
                validate(value)
            except ValidationError as error:
                raise BadInput(error.messages[0], errors={name: error.messages}) from None
