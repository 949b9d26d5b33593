"""Loaded before anything else (pyproject.toml names it first): tests never read a deployment's keys, state or mode."""

import os

for name in ("DATABASE_URL", "SECRET_KEY", "OIDC_SERVER_URL", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("SIGHTLINE_")]:
    if name != "SIGHTLINE_KILLS":  # how often the crash tests kill; no part of the product reads it
        del os.environ[name]
os.environ["SIGHTLINE_MODE"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
# Playwright's synchronous API keeps an event loop in the thread of the test; our database calls there are not async.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
