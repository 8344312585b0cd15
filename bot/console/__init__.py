"""The staff desk at ``/desk``: one page, one file, one template of the same name."""
