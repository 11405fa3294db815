from django.urls import URLPattern, path

from portal.team import join, views

urlpatterns: list[URLPattern] = [
    path("portal/team/", views.team_page, name="team"),
    path("portal/team/invite/", views.invite, name="team-invite"),
    path("portal/team/patients/", join.find, name="team-find"),
    path("portal/team/join/<str:token>/", join.join, name="team-join"),
    path("portal/team/invitations/<int:invitation_id>/resend/", views.resend, name="team-resend"),
    path(
        "portal/team/invitations/<int:invitation_id>/withdraw/", views.withdraw,
        name="team-withdraw",
    ),
    path("portal/team/own/<int:member_id>/leave/", join.leave, name="team-leave"),
    path("portal/team/members/<int:member_id>/", views.change, name="team-change"),
    path("portal/team/members/<int:member_id>/end/", views.end, name="team-end"),
]  # fmt: skip
