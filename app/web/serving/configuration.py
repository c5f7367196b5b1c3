"""uvicorn's configuration of this server: what the settings and the command line say, for every worker alike."""

import math
from typing import Any

import uvicorn

from app.settings import Settings

APPLICATION = "app.main:create_app"
CONNECTION = "app.web.serving.connection:Connection"
LEAVING = 2  # seconds for refusals to be read, once the time for answers is over


class Configuration(uvicorn.Config):
    """It carries the settings that connections are held to; workers get it by pickling."""

    def __init__(self, settings: Settings, app: Any = APPLICATION, **given: Any) -> None:
        self.settings = settings
        super().__init__(
            app,
            factory=app is APPLICATION,
            http=CONNECTION,
            ws="none",
            server_header=False,
            access_log=False,  # app/web/operations/journal.py writes the lines, with the id of each request
            forwarded_allow_ips=settings.forwarded_allow_ips,
            timeout_graceful_shutdown=math.ceil(settings.drain_seconds) + LEAVING,
            **given,
        )
