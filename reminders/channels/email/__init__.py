"""E-mail: one connection a batch, each message in text and HTML, known by its Message-ID."""
