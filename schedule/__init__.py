"""The calendar: everything that has a place in time, composed from the nouns below; owns no calendar data."""
