from django.urls import URLPattern, path

from portal.partners import applying, views

_ONE = "partners/applications/<int:application_id>/"

urlpatterns: list[URLPattern] = [
    path("partners/", views.programs, name="partners"),
    path("partners/terms/", views.terms, name="partner-terms"),
    path("partners/terms/<slug:version>/", views.terms, name="partner-terms-version"),
    path("partners/apply/<slug:program>/", applying.apply, name="partner-apply"),
    path(_ONE, views.application, name="partner-application"),
    path(f"{_ONE}edit/", applying.edit, name="partner-edit"),
    path(f"{_ONE}submit/", applying.submit, name="partner-submit"),
    path(f"{_ONE}terms/", applying.accept_again, name="partner-accept"),
    path(f"{_ONE}messages/", views.say, name="partner-say"),
    path(f"{_ONE}withdraw/", applying.withdraw, name="partner-withdraw"),
]
