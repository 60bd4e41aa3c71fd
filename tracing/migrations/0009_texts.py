from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracing", "0007_masking")]

    operations = [
        migrations.AddField("project", "text_hours", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("project", "purge_texts_before", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("project", "texts_purged_until", models.DateTimeField(blank=True, null=True)),
    ]
