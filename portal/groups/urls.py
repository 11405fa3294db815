from django.urls import URLPattern, path

from portal.groups import views

_GROUP = "portal/groups/<str:group_id>/"

urlpatterns: list[URLPattern] = [
    path("portal/groups/", views.all_groups, name="groups"),
    path("portal/groups/new/", views.new_group, name="group-new"),
    path("portal/groups/patients/", views.pick_patients, name="group-patients"),
    path(_GROUP, views.one_group, name="group"),
    path(f"{_GROUP}add/", views.add, name="group-add"),
    path(f"{_GROUP}remove/", views.remove, name="group-remove"),
    path(f"{_GROUP}remove-unseen/", views.remove_unseen, name="group-remove-unseen"),
    path(f"{_GROUP}rename/", views.rename, name="group-rename"),
    path(f"{_GROUP}delete/", views.delete, name="group-delete"),
]
