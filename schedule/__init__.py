"""The calendar: what is planned and was done, whatever noun it belongs to. Owns no calendar data."""
