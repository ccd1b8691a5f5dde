"""Search over every noun: asks each one's queryset for what the searcher may see and what matches, and puts the best first."""
