# Two stages: the first has what building needs, the second only what running needs.
# Build: docker build -t waymark .
# Run:   docker run --read-only --tmpfs /tmp --cap-drop ALL -p 127.0.0.1:8000:8000 -v waymark-var:/var/lib/waymark \
#          -v waymark-backup:/srv/backup -v waymark-checkpoints:/srv/checkpoints \
#          -e DATABASE_URL='postgresql://waymark_app:...@db.internal/waymark?sslmode=verify-full' \
#          -e WAYMARK_ALLOWED_HOSTS=waymark.example -e WAYMARK_PUBLIC_URL=https://waymark.example \
#          -e WAYMARK_TRUSTED_PROXIES=172.17.0.1 waymark
# It listens on all addresses of the container, so it wants to know the proxy that ends TLS before it; app/settings
# lists every variable, and a start that is not safe says which one to mend. Written are only these volumes and /tmp.
# docs/deploy has the same for systemd, compose and Kubernetes, with secrets in files.
# Before the first start bring the tables up: docker run ... waymark waymark migrate

FROM python:3.12-slim AS build
WORKDIR /source
RUN python -m venv /opt/waymark
COPY pyproject.toml constraints.txt README.md ./
COPY app app
COPY workflows workflows
COPY policies policies
COPY migrations migrations
RUN /opt/waymark/bin/pip install --no-cache-dir -c constraints.txt . \
    && /opt/waymark/bin/python -m compileall -q /opt/waymark/lib \
    && /opt/waymark/bin/pip uninstall --yes pip

FROM python:3.12-slim
# Papers are set in seven languages with the fonts of the machine; `waymark backup` runs pg_dump, which must not be older
# than the server.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-core fonts-noto-cjk postgresql-client \
    && rm -rf /var/lib/apt/lists/*
# A number, so that an orchestrator can see that it is not root.
RUN useradd --system --uid 10001 --no-create-home --home-dir /var/lib/waymark --shell /usr/sbin/nologin waymark \
    && install -d -o waymark -g waymark -m 0700 /var/lib/waymark /srv/backup /srv/checkpoints
COPY --from=build /opt/waymark /opt/waymark
ENV PATH=/opt/waymark/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    WAYMARK_ENVIRONMENT=production \
    WAYMARK_VAR=/var/lib/waymark \
    WAYMARK_HOST=0.0.0.0 \
    WAYMARK_BACKUP_TARGET=/srv/backup \
    WAYMARK_CHECKPOINT_TARGET=/srv/checkpoints \
    WAYMARK_PORT=8000
WORKDIR /var/lib/waymark
USER 10001
EXPOSE 8000
# What runs is answered, and then it ends: give it 90 seconds (docker stop --time 90).
STOPSIGNAL SIGTERM
CMD ["waymark", "serve"]
