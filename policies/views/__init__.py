"""Pages of procedures and policies."""
