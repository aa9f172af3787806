FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    OPS_VAR=/var/lib/ops-dashboard

RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin ops \
    && install --directory --owner ops --group ops /var/lib/ops-dashboard

WORKDIR /app
COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: --requirement requirements.txt
COPY . .

USER ops
RUN python manage.py collectstatic --noinput --verbosity 0

EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]
