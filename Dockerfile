# The server: web, worker and beat are this one image with another command (docker-compose.yml).
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

WORKDIR /app

COPY requirements.lock ./
RUN pip install -r requirements.lock

# Templates, static files and SQL are read from the source tree, so the packages are installed in place.
COPY pyproject.toml README.md LICENSE NOTICE manage.py ./
COPY config ./config
COPY drift ./drift
COPY feedback ./feedback
COPY static ./static
COPY templates ./templates
COPY tracing ./tracing
RUN pip install --no-deps --no-build-isolation -e tracing/sdk -e . \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent tacit \
    && install --directory --owner=tacit --mode=0700 /data /datasets

ENV TACIT_DATA_DIR=/data TACIT_DATASETS_DIR=/datasets
USER 10001
EXPOSE 8642 4318 4317
CMD ["tacit", "web", "--host", "0.0.0.0"]
