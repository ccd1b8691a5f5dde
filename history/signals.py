"""The two signals of the house; who listens is printed in docs/architecture.md, and a test compares.

`recorded`: inside the transaction, as the outermost deed ends, with `deed` and `facts` (those new since the last round), for what
must be true together with the change. Receivers lock after the subject, in the order environments, releases, promotions.
`committed`: after the commit, with `facts`, only to wake workers and caches.
"""

from django.dispatch import Signal

recorded = Signal()
committed = Signal()
