from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "sightline.jobs"

    def ready(self) -> None:
        from sightline.jobs import arriving, notifying  # noqa: F401  (its verbs are owed: whoever settles must know them)
