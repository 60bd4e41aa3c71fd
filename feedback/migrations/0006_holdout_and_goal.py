import django.db.models.deletion
from django.db import migrations, models

import feedback.models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0005_asking"),
        ("tracing", "0006_accounts_and_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="expectation",
            name="goal",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="expectation",
            name="return_days",
            field=models.PositiveSmallIntegerField(default=7),
        ),
        migrations.CreateModel(
            name="HoldoutSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("share", models.FloatField(default=0)),
                ("secret", models.CharField(default=feedback.models.make_secret, max_length=64)),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="holdout", to="tracing.project"
                    ),
                ),
            ],
        ),
    ]
