"""What happened: events (who, what, why) and changes (row by row), append-only, numbered and chained at commit."""
