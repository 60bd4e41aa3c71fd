"""Django's debug pages: what of the settings they show."""

import re

from django.views.debug import SafeExceptionReporterFilter


class SecretFilter(SafeExceptionReporterFilter):
    """Addresses of databases and of the broker hold passwords, too."""

    hidden_settings = re.compile(f"{SafeExceptionReporterFilter.hidden_settings.pattern}|DSN|URL", re.IGNORECASE)
