"""The questions about privacy that an app's developer answers; the consent page tells the answers.

After the CARIN code of conduct and the attestation that CMS asks payers to request (45 CFR 156.221
(g) and CMS-0057-F). Answering is voluntary; not to answer is shown as well.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

QUESTIONS: dict[str, Promise] = {
    "policy": _("The app has a privacy policy in plain words that people can read beforehand."),
    "asks_first": _("The app asks people for their consent before it uses their health data."),
    "no_sale": _("The app does not sell health data, and gives it to others only if people agree."),
    "can_delete": _("People can have their data deleted, and leave the app whenever they like."),
    "protects": _("Health data is encrypted when it is sent and when it is stored."),
}
"""Each a sentence that is true of the app, or not."""


def answers(given: Mapping[str, object]) -> dict[str, bool]:
    """Those to our questions, as yes or no; what is not a yes is a no."""
    return {name: given.get(name) is True for name in QUESTIONS}


def attested(stored: Mapping[str, object]) -> tuple[list[str], list[str]]:
    """The sentences the developer says are true, and those that are not."""
    yes = [str(text) for name, text in QUESTIONS.items() if stored.get(name) is True]
    no = [str(text) for name, text in QUESTIONS.items() if stored.get(name) is not True]
    return yes, no
