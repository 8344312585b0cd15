"""The rails between banks: one connector each on one base, and the switch's twin.

What they say to each other is ISO 20022 (`core.iso`); ``docs/guides/iso20022.md`` shows the calls.
"""
