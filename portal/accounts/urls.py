"""Addresses of the guide (registration and the two doors), and those that follow from them."""

from django.urls import URLPattern, path, re_path

from portal.accounts import doors, settings, views

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
    path("sign-out/", doors.leave, name="sign-out"),
    path("recover/", views.recover, name="recover"),
    path("recover/sent/", views.recover_sent, name="recover-sent"),
    path("recover/<str:token>/", views.recover_confirm, name="recover-confirm"),
    path("portal/settings/", settings.settings, name="settings"),
    path("portal/settings/password/", settings.change_password, name="settings-password"),
    path("portal/settings/pin/", settings.change_pin, name="settings-pin"),
]
