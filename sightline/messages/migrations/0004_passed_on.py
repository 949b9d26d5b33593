from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether an e-mail that fails for long has gone on to whoever is told next."""

    dependencies = [("inbox", "0003_because")]

    operations = [migrations.AddField("tomail", "passed_on", models.BooleanField(default=False))]
