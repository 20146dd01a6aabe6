"""The interactive documentation, from this machine: no other host is asked for anything."""

from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_STATIC = Path(fastapi_offline.__file__).parent / "static"

#: The page starts itself by a script of its own, and asks nobody but this service.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)


def serve(app: FastAPI) -> None:
    """Add `/docs` and the files it needs."""
    app.mount("/docs/static", StaticFiles(directory=_STATIC), name="docs-static")

    async def read_docs() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=app.title,
            swagger_js_url="/docs/static/swagger-ui-bundle.js",
            swagger_css_url="/docs/static/swagger-ui.css",
            swagger_favicon_url="/docs/static/favicon.png",
        )
        page.headers["content-security-policy"] = _POLICY
        return page

    app.add_api_route("/docs", read_docs, include_in_schema=False)
