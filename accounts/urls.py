"""The addresses of accounts. Of the sign-in library's pages only those that are used; `api` is mounted below /api/v1/."""

from allauth.account import views as library
from allauth.socialaccount import views as single_sign_on
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.urls import include, path, re_path

from accounts import api as rest
from accounts.views import comments, me
from common.converters import NAME

sign_in = [
    path("login/", library.login, name="account_login"),
    path("logout/", library.logout, name="account_logout"),
    path("inactive/", library.account_inactive, name="account_inactive"),
    # Closed by the adapter; the library links to it by name.
    path("signup/", library.signup, name="account_signup"),
    path("reauthenticate/", library.reauthenticate, name="account_reauthenticate"),
    path("password/change/", library.password_change, name="account_change_password"),
    path("password/set/", library.password_set, name="account_set_password"),
    path("password/reset/", library.password_reset, name="account_reset_password"),
    path("password/reset/done/", library.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        library.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", library.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/", include("allauth.mfa.urls")),
    path("3rdparty/login/cancelled/", single_sign_on.login_cancelled, name="socialaccount_login_cancelled"),
    path("3rdparty/login/error/", single_sign_on.login_error, name="socialaccount_login_error"),
    path("oidc/<slug:provider_id>/login/", me.begin_single_sign_on, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", openid_connect.callback, name="openid_connect_callback"),
    path("demo/", me.sign_in_as_demo_person, name="demo_sign_in"),
]

urlpatterns = [
    path("accounts/", include(sign_in)),
    path("me/", me.me, name="me"),
    path("me/preferences/", me.change_preferences, name="my_preferences"),
    path("me/tokens/", me.make_token, name="my_tokens"),
    path("me/tokens/<int:pk>/revocation/", me.revoke_token, name="my_token_revocation"),
    path("me/absences/", me.announce_absence, name="my_absences"),
    path("me/absences/<int:pk>/withdrawal/", me.withdraw_absence, name="my_absence_withdrawal"),
    path("me/sessions/<int:pk>/end/", me.end_session, name="my_session_end"),
    path("comments/", comments.of_subject, name="comments"),
    path("comments/people/", comments.people, name="comment_people"),
    path("comments/new/", comments.new, name="comment_new"),
    path("comments/<int:pk>/", comments.comment, name="comment"),
    path("comments/<int:pk>/edit/", comments.change, name="comment_change"),
    path("comments/<int:pk>/taking-back/", comments.take_back, name="comment_taking_back"),
]

api = [
    path("me/", rest.Me.as_view(), name="api_me"),
    path("tokens/", rest.Tokens.as_view(), name="api_tokens"),
    path("tokens/<str:name>/", rest.Token.as_view(), name="api_token"),
    path("comments/", rest.Comments.as_view(), name="api_comments"),
    path(f"comments/<{NAME}:name>/", rest.Comment.as_view(), name="api_comment"),
]
