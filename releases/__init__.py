"""The map: releases, what they carry, and how they are promoted from environment to environment."""
