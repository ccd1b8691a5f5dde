"""Pages: imports, and the files that lists and templates are downloaded as."""
