FROM python:3.11-slim AS build
WORKDIR /srv/sotay
COPY requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml LICENSE ./
COPY alembic alembic
COPY app app
RUN .venv/bin/pip install --no-deps --no-build-isolation --editable .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home sotay \
    && install -d -o sotay -g sotay -m 700 /var/lib/sotay /var/lib/sotay/files
COPY --from=build /srv/sotay /srv/sotay
WORKDIR /srv/sotay
ENV PATH=/srv/sotay/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SOTAY_DATABASE_URL=sqlite:////var/lib/sotay/sotay.db \
    SOTAY_KEYS_FILE=/var/lib/sotay/keys.json \
    SOTAY_FILES_FOLDER=/var/lib/sotay/files \
    SOTAY_AUDIT_ANCHOR=/var/lib/sotay/audit-anchor.jsonl \
    SOTAY_DELETIONS_FILE=/var/lib/sotay/deletions.jsonl \
    SOTAY_HOST=0.0.0.0 \
    PORT=8000
USER sotay
VOLUME /var/lib/sotay
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=4s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/ready', timeout=3)"]
CMD ["sotay", "serve"]
