"""PostgreSQL and Redis out of their wheels, and everything that starts, watches and stops processes.

`bootstrap` runs under any Python 3.11+ and uses the standard library alone; the other modules run under `.venv`.
None of them imports Django.
"""
