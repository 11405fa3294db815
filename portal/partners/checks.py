"""What is looked at to verify that an applicant is who they say: the same for all.

45 CFR 170.404(b)(1)(i): the process is objective, the same for all API users, and completed within
ten business days. So there is nothing here that is a matter of opinion, and nothing about the
product's merits, its price or whether it competes with ours (170.404(a)(4)).
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHECKS: dict[str, str | Promise] = {
    "registered": _("The organization stands in a public register under the name that was given"),
    "website": _("Its website is served over https and names the organization or the product"),
    "reachable": _("The contact answers at an email address of the organization or by its phone"),
    "privacy-policy": _("The product's privacy policy is published and names who is responsible"),
}
