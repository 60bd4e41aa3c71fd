import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracing", "0008_erasure")]

    operations = [
        migrations.CreateModel(
            name="MaskingRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kinds", models.JSONField(default=list)),
                ("patterns", models.JSONField(default=list)),
                ("dropped", models.JSONField(default=list)),
                ("hides_users", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("timeouts", models.JSONField(default=dict)),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="masking", to="tracing.project"
                    ),
                ),
            ],
        ),
    ]
