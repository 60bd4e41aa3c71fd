import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0003_thresholds_follow"),
    ]

    operations = [
        migrations.CreateModel(
            name="SatisfactionFit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("basis", models.CharField(max_length=64)),
                ("conversations", models.PositiveBigIntegerField()),
                ("verdicts", models.PositiveBigIntegerField()),
                ("fitted_at", models.DateTimeField()),
                ("parameters", models.JSONField()),
                ("rates", models.JSONField()),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="satisfaction_fit",
                        to="tracing.project",
                    ),
                ),
            ],
        ),
    ]
