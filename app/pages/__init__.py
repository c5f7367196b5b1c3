"""GET a page: one module a page, each with a router of its own."""

from fastapi import APIRouter

from app.pages import batch_size, derivation, gradient_check, network, norms, plain, playground
from app.pages.plain import not_found

__all__ = ["not_found", "router"]

router = APIRouter(include_in_schema=False)
for page in (plain, playground, derivation, network, batch_size, norms, gradient_check):
    router.include_router(page.router)
