"""The door that gunicorn opens."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What stays for good (the code, the urls, the partnership's definition) is read now and set aside from garbage collection:
# going through all of it, again and again, was a third of the slowest pages.
from django.urls import get_resolver  # noqa: E402

from sightline.agencies.queries import partnership  # noqa: E402

partnership()
get_resolver().url_patterns  # noqa: B018
gc.collect()
gc.freeze()
