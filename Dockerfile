# The production image: base requirements only, no embedded servers, no invented data.
FROM python:3.11-slim-bookworm

ENV CONTACTPOINT_PRODUCTION=1 \
    DJANGO_SETTINGS_MODULE=contactpoint.settings \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

WORKDIR /app
# `docker build --build-arg EXTRA=notify` for e-mail by GOV.UK Notify.
ARG EXTRA=base
COPY requirements/base.txt requirements/notify.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/$EXTRA.txt

COPY manage.py ./
COPY contactpoint contactpoint
COPY accounts accounts
COPY records records
COPY audit audit
COPY verify_audit.py .
COPY templates templates
COPY static static

# collectstatic needs settings to load, not real secrets: these exist for this one layer only.
RUN SECRET_KEY=build FIELD_KEY=build DATABASE_URL=postgres://build@build/build REDIS_URL=redis://build:6379/0 \
    python manage.py collectstatic --noinput --skip-checks

# The folder exists so that a new volume mounted there belongs to the service.
RUN useradd --system --uid 10001 contactpoint \
    && install -d -o contactpoint -m 700 /var/lib/contactpoint/evidence
USER contactpoint

EXPOSE 8000
CMD ["gunicorn", "contactpoint.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
