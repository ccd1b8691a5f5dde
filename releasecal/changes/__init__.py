"""REST `changes/`: what happened everywhere, in the order of commits, for programs that keep a copy."""
