from django.urls import URLPattern, path

from portal.subscriptions import views

urlpatterns: list[URLPattern] = [
    path("subscriptions/", views.subscribe, name="subscribe"),
    path("subscriptions/sent/", views.sent, name="subscribe-sent"),
    path("subscriptions/confirm/<str:signed>/", views.confirm, name="subscription-confirm"),
    path("subscriptions/<str:signed>/", views.subscription, name="subscription"),
    path("subscriptions/<str:signed>/unsubscribe/", views.unsubscribe, name="unsubscribe"),
]
