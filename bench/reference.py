"""The reference data: an installation ten years on, made by SQL in a few minutes and kept between runs.

At scale 1: 500 projects, 20,000 outputs, 100,000 releases, 50 environments, 1,000 services, 5,000,000 changes, and 1,000,000
promotions (twice the reference size, because G10 asks among a million). Two quiet months carry a known number of entries.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from bench.progress import say

# Months with nothing but the entries a goal asks for: year, month, entries.
MONTH_OF_300 = (2041, 3, 300)
MONTH_OF_10_000 = (2041, 6, 10_000)
FIRST_DAY, DAYS = "2017-01-01", 3650


@dataclass(frozen=True)
class Size:
    """How many rows of each; `scale` 1 is the reference."""

    scale: float

    def of(self, reference: int) -> int:
        return max(int(reference * self.scale), 10)

    @property
    def rows(self) -> dict[str, int]:
        return {
            "programs": self.of(40),
            "projects": self.of(500),
            "outputs": self.of(20_000),
            "services": self.of(1_000),
            "environments": max(self.of(50), 5),
            "releases": self.of(100_000),
            "promotions": self.of(1_000_000),
            "changes": self.of(5_000_000),
        }


def is_built(size: Size) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('releases_promotion'::regclass)")
        return bool(cursor.fetchone()[0] == f"reference {size.scale}")


def build(size: Size) -> None:
    """Fill an empty database. Triggers are off meanwhile (a superuser may): five million changes are written as such."""
    n = size.rows
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica; SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off"
        )
        for what, statement in _statements(n):
            say(f"  {what}")
            cursor.execute(statement)
        cursor.execute(f"COMMENT ON TABLE releases_promotion IS 'reference {size.scale}'")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def _statements(n: dict[str, int]) -> list[tuple[str, str]]:
    stages = "(ARRAY['development','test','acceptance','staging','production'])"
    releases, environments = n["releases"], n["environments"]
    return [
        (
            "programs and projects",
            f"""
            INSERT INTO projects_program (code, name, description, starts_on, ends_on)
            SELECT 'PROGRAM-' || i, 'Program ' || i, '', date '{FIRST_DAY}', NULL FROM generate_series(1, {n["programs"]}) i;
            INSERT INTO projects_project (code, name, program_id, status, starts_on, ends_on, budget, currency, scope)
            SELECT 'PROJECT-' || i, 'Project ' || i, p.id, 'active', d, d + 200, 100000 + i, 'EUR', 'Scope of project ' || i
            FROM generate_series(1, {n["projects"]}) i
            CROSS JOIN LATERAL (SELECT date '{FIRST_DAY}' + (i * 37) % {DAYS} AS d) days
            JOIN projects_program p ON p.code = 'PROGRAM-' || (1 + i % {n["programs"]})
            """,
        ),
        (
            "services and environments",
            f"""
            INSERT INTO accounts_team (slug, name, region) SELECT 'team-' || i, 'Team ' || i, '' FROM generate_series(1, 20) i;
            INSERT INTO environments_service (slug, name, kind, tier, owner_id)
            SELECT 'service-' || i, 'Service ' || i, 'service', 1 + i % 4, t.id
            FROM generate_series(1, {n["services"]}) i JOIN accounts_team t ON t.slug = 'team-' || (1 + i % 20);
            INSERT INTO environments_environment (slug, name, stage, parts, time_zone, region)
            SELECT 'environment-' || i, 'Environment ' || i, {stages}[1 + i % 5], '{{}}', 'UTC', ''
            FROM generate_series(1, {environments}) i
            """,
        ),
        (
            "outputs",
            f"""
            INSERT INTO projects_output (project_id, code, name, kind, status, due_on)
            SELECT p.id, 'output-' || i, 'Output ' || i, 'software', 'planned', date '{FIRST_DAY}' + (i * 31) % {DAYS}
            FROM generate_series(1, {n["outputs"]}) i JOIN projects_project p ON p.code = 'PROJECT-' || (1 + i % {n["projects"]});
            INSERT INTO projects_output_services (output_id, service_id)
            SELECT o.id, s.id FROM projects_output o JOIN environments_service s ON s.slug = 'service-' || (1 + o.id % {n["services"]})
            """,
        ),
        (
            "releases with items, candidates and contributions",
            f"""
            INSERT INTO releases_release (name, version, urgency, size, risk, extent, nature, status, commitment, line,
                template_name, rollback_plan, description)
            SELECT 'Release of service ' || (i % {n["services"]}), (i / {n["services"]}) || '.' || i % 10 || '.0', 'planned', 'minor', '',
                'full', 'software', 'in_production', 'committed', '', '', '', ''
            FROM generate_series(1, {releases}) i;
            INSERT INTO releases_candidate (release_id, number) SELECT id, 1 FROM releases_release;
            INSERT INTO releases_item (release_id, service_id, change, version)
            SELECT r.id, s.id, 'changed', r.version FROM releases_release r
            JOIN environments_service s ON s.slug = 'service-' || (1 + r.id % {n["services"]});
            INSERT INTO releases_artefact (candidate_id, item_id, address, identity, digest)
            SELECT c.id, i.id, 'registry/' || i.id, 'recorded', '' FROM releases_candidate c JOIN releases_item i USING (release_id);
            INSERT INTO releases_contribution (release_id, output_id, state, strength)
            SELECT r.id, o.id, 'accepted', 'hard' FROM releases_release r
            JOIN projects_output o ON o.code = 'output-' || (1 + r.id % {n["outputs"]})
            """,
        ),
        (
            "promotions",
            f"""
            INSERT INTO releases_promotion (release_id, candidate_id, environment_id, parts, attempt, starts_at, ends_at, status,
                was_recorded, is_trusted, is_emergency)
            SELECT c.release_id, c.id, e.id, '{{}}', 1 + i / ({releases} * {environments}), t.s, t.s + interval '1 hour' * (1 + i % 3),
                'succeeded', true, false, false
            FROM generate_series(0, {n["promotions"]} - 1) i
            CROSS JOIN LATERAL (SELECT timestamptz '{FIRST_DAY} 00:00Z'
                + make_interval(secs => (i::bigint * 7919 * 60) % ({DAYS}::bigint * 86400)) AS s) t
            JOIN releases_candidate c ON c.id = (SELECT min(id) FROM releases_candidate) + i % {releases}
            JOIN environments_environment e ON e.slug = 'environment-' || (1 + (i / {releases}) % {environments})
            """,
        ),
        *(
            (
                f"a month of {entries} entries",
                f"""
                INSERT INTO releases_promotion (release_id, candidate_id, environment_id, parts, attempt, starts_at, ends_at, status,
                    was_recorded, is_trusted, is_emergency)
                SELECT c.release_id, c.id, e.id, '{{}}', 100 * {month} + i / ({releases} * {environments}), t.s, t.s + interval '2 hours', 'succeeded', true, false, false
                FROM generate_series(0, {entries} - 1) i
                CROSS JOIN LATERAL (SELECT timestamptz '{year}-{month:02}-02 06:00Z' + make_interval(secs => i * {26 * 86400 // entries}) AS s) t
                JOIN releases_candidate c ON c.id = (SELECT min(id) FROM releases_candidate) + i % {releases}
                JOIN environments_environment e ON e.slug = 'environment-' || (1 + (i / {releases}) % {environments})
                """,
            )
            for year, month, entries in (MONTH_OF_300, MONTH_OF_10_000)
        ),
        (
            "changes",
            f"""
            INSERT INTO history_event (number, at, actor_id, reason, request_id, previous, hash)
            SELECT i, timestamptz '{FIRST_DAY} 00:00Z' + make_interval(mins => i), 1, '', '', sha256('x'), sha256('x')
            FROM generate_series(1, {n["changes"] // 10}) i;
            INSERT INTO history_fact (event_id, position, verb, subject_kind, subject_id, template, data)
            SELECT id, 0, 'changed', 'release', 1 + id % {releases}, '{{actor}} changed {{subject}}', '{{}}' FROM history_event;
            INSERT INTO history_change (event_id, table_name, row_id, operation, before, after)
            SELECT e.id, 'releases_release', 1 + (e.id * 10 + i) % {releases}, 'update', '{{"status": "planned"}}', '{{"status": "under_way"}}'
            FROM history_event e CROSS JOIN generate_series(0, 9) i;
            UPDATE history_head SET number = (SELECT max(number) FROM history_event), hash = sha256('x');
            INSERT INTO history_mark SELECT 'releases_release', number FROM history_head
            """,
        ),
    ]
