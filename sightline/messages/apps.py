from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "sightline.messages"
    label = "inbox"  # Django's own app of passing notes is called messages

    def ready(self) -> None:
        from sightline.identity.release import when_stopped
        from sightline.messages.stopped import tell

        when_stopped(tell)
