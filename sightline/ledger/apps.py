from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "sightline.ledger"

    def ready(self) -> None:
        from sightline.ledger.triggers import install_after_migrate

        # On SQLite a migration that rebuilds a table drops its triggers silently: put them back every time.
        post_migrate.connect(install_after_migrate, dispatch_uid="ledger-triggers")
