"""Import and export of every noun."""
