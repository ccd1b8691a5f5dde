-- What the application's role may do: read and write rows, own nothing, and add to history but never change it.
-- Run by the owner after every migration (manage.py grant); {application} is the role's name.
GRANT USAGE ON SCHEMA public TO {application};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {application};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {application};
REVOKE UPDATE, DELETE, TRUNCATE ON history_event, history_change, history_fact FROM {application};
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations FROM {application};
