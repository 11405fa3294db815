"""One renderer for every form of the portal.

https://docs.djangoproject.com/en/5.2/ref/forms/renderers/
"""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
