from django.urls import URLPattern

below_fhir_base: list[URLPattern] = []
