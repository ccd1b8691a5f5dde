"""The benchmark: the product beside a bare program that does the same work on the same rows, in one run."""
