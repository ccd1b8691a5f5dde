"""What every app may use: refusals and how the doors answer them, parts, labels, rows, pagination, intervals. Imports no app."""
