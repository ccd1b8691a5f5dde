"""Backup and restore: database and files of one moment in one file, taken while people write, and back again into an empty system.

Tables are copied by PostgreSQL's own COPY over the connection that the program has anyway, and made by the program's migrations
when they come back. So it works with every server that Releasecal works with (the pg_dump of the embedded server speaks no TLS, and
none dumps a newer server), and a backup holds data alone: nothing in it is ever run.
"""
