"""A bare DRF view that answers what it was sent: no keys, no limits, no database. Served as the product is."""

import secrets
from typing import Any

import uvicorn
from django.conf import settings
from django.urls import path

from project.serving import address, listen

settings.configure(
    SECRET_KEY=secrets.token_urlsafe(50),
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],  # says how long an answer is
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
)

from django.core.asgi import get_asgi_application  # noqa: E402 - needs the settings

application = get_asgi_application()

from rest_framework.request import Request  # noqa: E402 - needs Django
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class EchoView(APIView):
    """Parses and renders, no more."""

    def post(self, request: Request, *_: Any) -> Response:
        given: Any = request.data
        return Response({"results": given["data"]})


urlpatterns = [path("api/v1/transform/batch", EchoView.as_view())]


def main() -> None:
    listener = listen("127.0.0.1", 0)
    print(f"Tutup is at {address(listener)} (an echo of it)", flush=True)
    config = uvicorn.Config(
        application, lifespan="off", log_config=None, access_log=False, proxy_headers=False, server_header=False
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
