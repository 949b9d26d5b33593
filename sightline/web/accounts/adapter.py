"""What allauth may do here: let known workers in. Nobody signs up, or switches off the second factor."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from sightline.vault.actions import Keyring
from sightline.web.accounts import devices

BOUND_TO = "second-factor"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "The user name or the password is not right.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """What wrong tries are counted by: the user name, and apart from all others the browser in which it is known."""
        username = credentials.get("username", "")
        return f"{username.strip().casefold()}:{devices.known(request, username)}"

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **how: object) -> HttpResponse:
        """Signed in whole, the second factor included."""
        response = super().post_login(request, user, **how)
        devices.remember(request, response, user.get_username())
        return response

    def can_delete_email(self, email_address: object) -> bool:
        return False

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """We send no mail."""

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Signing in and out need no banner; our own pages say what was done."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-on through the organisation: for workers that are there already, known by their user name."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):
    """Its secrets are sealed like everything else, and it stays on."""

    def encrypt(self, text: str) -> str:
        ring = Keyring()
        key = ring.make("second-factor")
        ring.save()
        return base64.b64encode(ring.seal(text.encode(), [key], BOUND_TO)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text)
        ring = Keyring()
        ring.fetch_for([sealed])
        return ring.open_bytes(sealed, BOUND_TO).decode()

    def can_delete_authenticator(self, authenticator: object) -> bool:
        return False

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()
