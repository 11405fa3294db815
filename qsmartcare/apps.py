"""Registers the project's system checks with Django."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from qsmartcare.checks import check_settings


class ProjectConfig(AppConfig):
    name = "qsmartcare"

    def ready(self) -> None:
        register(check_settings, Tags.security)
