#!/bin/bash
# Runs once, when the database's volume is empty: the owner, who migrates, and the application, who owns nothing.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --set owner_password="$OWNER_PASSWORD" --set application_password="$APPLICATION_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres --file /docker-entrypoint-initdb.d/roles.psql
