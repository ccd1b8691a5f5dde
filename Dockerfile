# Front-end packages first: they change rarely, and node stays out of the final image.
FROM node:20-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    DJANGO_SETTINGS_MODULE=releasecal.settings VAR_DIR=/srv/releasecal
RUN useradd --system --uid 10001 --home-dir /srv/releasecal --create-home --shell /usr/sbin/nologin releasecal
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt
COPY --from=front-end /app/node_modules ./node_modules
COPY . .
# Collecting needs settings but neither servers nor secrets; these values end with the command. The files stay in the image,
# in a folder that a volume at VAR_DIR does not hide.
RUN STATIC_ROOT=/app/staticfiles DATABASE_URL=postgres://build@127.0.0.1/build \
    REDIS_URL=redis://127.0.0.1/0 SECRET_KEY=only-while-the-image-is-built-0123456789 \
    python manage.py collectstatic --no-input --verbosity 0
ENV STATIC_ROOT=/app/staticfiles
USER releasecal
EXPOSE 8000
VOLUME /srv/releasecal
ENTRYPOINT ["/app/docker/entrypoint"]
CMD ["web"]
