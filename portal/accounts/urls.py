"""Addresses of the guide (registration and the two doors), and those that follow from them."""

from django.urls import URLPattern, path, re_path

from portal.accounts import doors, settings, views
from portal.accounts.factors import views as factors
from portal.accounts.own import views as own
from portal.accounts.sessions import views as sessions

_ENDING = r"(?:\.(?:html|php))?/?$"

urlpatterns: list[URLPattern] = [
    path("app/registration.html", views.register, name="registration"),
    path("app/registration-sent.html", views.registration_sent, name="registration-sent"),
    path("app/confirm/<str:token>/", views.confirm, name="confirm"),
    path("patient/index.html", doors.patient, name="patient-sign-in"),
    path("app/index.html", doors.provider, name="provider-sign-in"),
    # The same without their ending, or with the other one.
    re_path(rf"^app/registration{_ENDING}", views.register),
    re_path(rf"^patient/(?:index{_ENDING})?$", doors.patient),
    re_path(rf"^app/(?:index{_ENDING})?$", doors.provider),
    path("passkey/options/", doors.passkey_options, name="passkey-options"),
    path("passkey/<str:door>/", doors.passkey, name="passkey-sign-in"),
    path("sign-out/", doors.leave, name="sign-out"),
    path("recover/", views.recover, name="recover"),
    path("recover/sent/", views.recover_sent, name="recover-sent"),
    path("recover/<str:token>/", views.recover_confirm, name="recover-confirm"),
    path("portal/settings/", settings.settings, name="settings"),
    path("portal/settings/password/", settings.change_password, name="settings-password"),
    path("portal/settings/pin/", settings.change_pin, name="settings-pin"),
    path("portal/settings/email/", own.change_email, name="settings-email"),
    path("portal/settings/email/cancel/", own.cancel_email, name="settings-email-cancel"),
    path("email/confirm/<str:token>/", own.confirm_email, name="email-confirm"),
    path("email/undo/<str:token>/", own.undo_email, name="email-undo"),
    path("portal/settings/phone/", own.change_phone, name="settings-phone"),
    path("portal/settings/preferences/", own.preferences, name="settings-preferences"),
    path("portal/settings/close/", own.close, name="settings-close"),
    path("portal/settings/authenticator/", factors.add_authenticator, name="authenticator-add"),
    path(
        "portal/settings/authenticator/confirm/",
        factors.confirm_authenticator,
        name="authenticator-confirm",
    ),
    path(
        "portal/settings/authenticator/remove/",
        factors.remove_authenticator,
        name="authenticator-remove",
    ),
    path("portal/settings/recovery-codes/", factors.recovery_codes, name="recovery-codes"),
    path("portal/settings/passkeys/add/", factors.add_passkey, name="passkey-add"),
    path("portal/settings/passkeys/finish/", factors.finish_passkey, name="passkey-finish"),
    path(
        "portal/settings/passkeys/<int:which>/remove/",
        factors.remove_passkey,
        name="passkey-remove",
    ),
    path("portal/settings/sessions/", sessions.sessions, name="sessions"),
    path("portal/settings/sessions/<int:which>/end/", sessions.end, name="session-end"),
    path("portal/settings/sessions/end-others/", sessions.end_others, name="sessions-end-others"),
    path("portal/session/", sessions.session, name="session"),
]
