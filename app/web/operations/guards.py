"""Who may ask, and how much: the order in which a request passes other origins' limits, the password and the rate."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app.settings import Settings
from app.web.operations.crossing import CROSSING, origins
from app.web.operations.password import page
from app.web.operations.password.gate import Gate
from app.web.operations.password.secret import Password
from app.web.operations.password.throttle import Throttle
from app.web.operations.rate import Bodies


def guard(app: FastAPI, settings: Settings) -> None:
    """Put in front of an application what its settings ask for. What is added last is met first."""
    metrics, password = app.state.metrics, settings.password.get_secret_value()
    app.add_middleware(Bodies, settings=settings, metrics=metrics)
    if password:
        app.state.password = Password(password)
        app.state.throttle = Throttle(app.state.password, metrics, settings.workers)
        app.include_router(page.router)
        app.add_middleware(Gate, password=app.state.password, throttle=app.state.throttle, metrics=metrics)
    if settings.cors_origins:  # a browser asks whether it may ask, and then without a password
        app.add_middleware(CORSMiddleware, allow_origins=origins(settings.cors_origins), **CROSSING)
