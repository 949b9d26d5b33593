"""Loaded before anything else (pyproject.toml names it first): tests never read a deployment's keys, state or mode."""

import os
import sys
from pathlib import Path

for name in ("DATABASE_URL", "SECRET_KEY", "OIDC_SERVER_URL", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("SIGHTLINE_")]:
    if name != "SIGHTLINE_KILLS":  # how often the crash tests kill; no part of the product reads it
        del os.environ[name]
os.environ["SIGHTLINE_MODE"] = "test"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
# Playwright's synchronous API keeps an event loop in the thread of the test; our database calls there are not async.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Where the machine keeps Python from writing down what it compiled, each of the hundred processes that tests start would
# compile all of Django and of us again, for more than a second and a half. So it is kept apart, beside what was installed.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(sys.prefix) / ".bytecode")
    sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ["PYTHONPYCACHEPREFIX"]
