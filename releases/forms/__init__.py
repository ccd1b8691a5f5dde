"""What one may write of releases, what they carry, and promotions, on pages and over REST: shape only."""
