"""What uvicorn serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django = get_asgi_application()

from workers.api.long_poll import LongPolls  # noqa: E402  needs the settings

application = LongPolls(django)
