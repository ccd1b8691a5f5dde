"""The demo organisation: a railway and ferry company, written as data and dated from the day it is built on.

`company` says who and where, `portfolio` what is planned, `lines` what travels how often, `days` when that is, `rows` makes of
these what the plural verbs take, and `world` brings it. `standards` says what the company asks of its releases, and `lately` what its
people have decided in the last days, with what they do at their `desk` and the `papers` they show.
"""
