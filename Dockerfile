# The server: web, worker and migrate are this one image with another command (docker-compose.yml, deploy/kubernetes).
# At run time it loads nothing from a network: models are in the source tree.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_COMPILE=1

WORKDIR /app
RUN python -m venv /app/.venv

# Without the embedded engine (0.5 GB): these processes have a ClickHouse server.
COPY requirements.lock ./
RUN grep --invert-match '^chdb' requirements.lock > server.lock \
    && .venv/bin/pip install -r server.lock \
    && rm server.lock

# Templates, static files and SQL are read from the source tree, so the packages are installed in place.
COPY pyproject.toml README.md LICENSE NOTICE manage.py ./
COPY config ./config
COPY drift ./drift
COPY feedback ./feedback
COPY static ./static
COPY templates ./templates
COPY tracing ./tracing
RUN .venv/bin/pip install --no-deps --no-build-isolation -e tracing/sdk -e . \
    && .venv/bin/pip uninstall --yes pip \
    && .venv/bin/python -m compileall -q .venv config drift feedback tracing

FROM python:3.11-slim-bookworm

RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent tacit \
    && install --directory --owner=tacit --mode=0700 /data /datasets
COPY --from=build /app /app

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HF_HUB_OFFLINE=1 \
    TACIT_DATA_DIR=/data \
    TACIT_DATASETS_DIR=/datasets
WORKDIR /app
USER 10001
EXPOSE 8642 4318 4317
CMD ["tacit", "web", "--host", "0.0.0.0"]
