from django.apps import AppConfig


class FrontDoorConfig(AppConfig):
    name = "sightline.front_door"
