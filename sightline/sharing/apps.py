from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SharingConfig(AppConfig):
    name = "sightline.sharing"

    def ready(self) -> None:
        from sightline.sharing.walling import build_after_migrate, stand_aside_to_migrate

        # The second wall is made of the rules in force: an update of the code or the definition builds it anew.
        pre_migrate.connect(stand_aside_to_migrate, sender=self, dispatch_uid="wall-aside")
        post_migrate.connect(build_after_migrate, sender=self, dispatch_uid="wall-build")
