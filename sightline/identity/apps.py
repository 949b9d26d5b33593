from django.apps import AppConfig
from django.conf import settings


class IdentityConfig(AppConfig):
    name = "sightline.identity"

    def ready(self) -> None:
        """Names are compared by the lists of the partnership that runs here, which its first use has read already."""
        from sightline.definition.loader import load
        from sightline.identity.linkage import names

        names.use(lambda: names.gathered(load(settings.SIGHTLINE_PARTNERSHIP).nicknames))
