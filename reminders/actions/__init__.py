"""What is done with reminders: planned, addressed, delivered; rules, subscriptions and the epoch."""
