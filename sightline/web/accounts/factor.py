"""The second factor: whether this session has one. Compulsory outside a demonstration and the tests."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest

WITHOUT = ("demo", "test")
PROVED = "second-factor"  # in the session


def has_second_factor(request: HttpRequest) -> bool:
    """Whether the worker proved a second factor, here or at their organisation's own sign-on."""
    if settings.SIGHTLINE_MODE in WITHOUT or request.session.get(PROVED):
        return True
    methods = request.session.get("account_authentication_methods", [])
    elsewhere = any(method.get("method") == "socialaccount" for method in methods)
    if elsewhere or is_mfa_enabled(request.user):
        request.session[PROVED] = True
        request.session.cycle_key()  # it opens more from here on: whoever learnt the old one learnt nothing
        return True
    return False
