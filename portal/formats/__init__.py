"""How dates are written where no page says otherwise, the administration's lists and forms too.

MM/DD/YYYY in every language, as on all pages: this is a practice in the United States.
https://docs.djangoproject.com/en/5.2/topics/i18n/formatting/#creating-custom-format-files
"""

DATE = "m/d/Y"
DATE_AND_TIME = "m/d/Y g:i A"
DATE_INPUT = ["%m/%d/%Y", "%Y-%m-%d"]
