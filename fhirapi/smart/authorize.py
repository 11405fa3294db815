"""What an authorization request may ask for, and what its code is bound to. RFC 6749 section 4.1"""

from oauth2_provider.oauth2_validators import OAuth2Validator


class AuthorizeRules(OAuth2Validator):
    """The half of the seam to django-oauth-toolkit that the authorization endpoint uses."""
