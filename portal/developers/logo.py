"""An app's logo: uploaded or taken away by its developer, shown to everybody from here."""

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.clients import logo as logos
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.own import own_app

_FOR_EVER = "public, max-age=31536000, immutable"


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("PNG, JPEG or WebP, at most 1 MB; shown as 256 by 256 pixels."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


@require_POST
@signed_in
def change_logo(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    address = address_of(request)
    if "remove" in request.POST:
        logos.remove(app, by=request.user, address=address)
        messages.success(request, _("The logo is removed."))
        return redirect("portal:app", client_id)
    form = LogoForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            raise logos.NotALogo
        logos.put(app, _content(form.cleaned_data["logo"]), by=request.user, address=address)
    except logos.NotALogo:
        told = _("This is no PNG, JPEG or WebP picture of at most 1 MB. The logo is as before.")
        messages.error(request, told)
    else:
        messages.success(request, _("The logo is saved. People see it on the consent page."))
    return redirect("portal:app", client_id)


@require_safe
def logo(request: HttpRequest, client_id: str, digest: str) -> HttpResponse:
    content = logos.find(client_id, digest)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/png")
    response["Cache-Control"] = _FOR_EVER
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # other sites show it as well
    return response


def _content(file: "UploadedFile[bytes]") -> bytes:
    if (file.size or 0) > logos.MOST_BYTES:
        raise logos.NotALogo
    content: bytes = file.read()
    return content
