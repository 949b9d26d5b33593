from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "sightline.messages"
    label = "inbox"  # Django's own app of passing notes is called messages
