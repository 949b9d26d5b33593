from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_mail")]

    operations = [migrations.AddIndex("outgoing", models.Index(fields=["because"], name="outgoing_because"))]
