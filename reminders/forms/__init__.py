"""What one may write of reminders, on pages and over REST: shape only."""
