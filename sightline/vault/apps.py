from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "sightline.vault"

    def ready(self) -> None:
        from sightline.vault import among  # noqa: F401  the lookup is there for every table from here on
