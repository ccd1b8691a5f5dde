"""The calendar page: what the address asks for (`asked`), how entries are drawn, and its two views."""
